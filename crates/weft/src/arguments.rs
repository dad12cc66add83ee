//! What every program's command line understands.

use std::path::PathBuf;
use std::rc::Rc;

use crate::executor::EmbeddedExecutor;
use crate::logging;
use crate::mode::{Base, mode};
use weft_api::{Error, Executor, Launch};
use weft_common::configuration::{Configuration, Origin, options};

/// Options of the engine for the command line of a program: flatten it into the program's own.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Engine options")]
pub struct Arguments {
    /// Parallelism of operators that set none.
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub parallelism: Option<u32>,
    /// Directory with config.yaml (or flink-conf.yaml).
    #[arg(long, value_name = "DIR", env = "WEFT_CONF_DIR")]
    pub conf_dir: Option<PathBuf>,
    /// A configuration key, over those of the files. May be repeated.
    #[arg(short = 'D', value_name = "KEY=VALUE")]
    pub dynamic: Vec<String>,
}

/// The program's arguments. A wrong option ends the program with a sentence on standard error and exit code 2.
pub fn parse<P: clap::Parser>() -> P {
    // Before anything reads standard input; what is wrong about it is said where there is somebody to hear it, by the first environment.
    let _ = mode();
    P::parse()
}

impl Launch for Arguments {
    fn configuration(&self) -> Result<Configuration, Error> {
        let wrong = |e: weft_common::ConfigError| Error::of(e.kind(), e);
        let mut configuration = match mode()?.configuration() {
            Some(Base::Whole(configuration)) => return Ok(configuration),
            Some(Base::Under(configuration)) => configuration,
            None => Configuration::new(),
        };
        if let Some(dir) = &self.conf_dir {
            configuration.overlay(Configuration::load_dir(dir).map_err(wrong)?);
        }
        configuration.apply_dynamic(&self.dynamic).map_err(wrong)?;
        if let Some(parallelism) = self.parallelism {
            let key = options::PARALLELISM_DEFAULT.key();
            configuration.set_raw(key, parallelism.to_string(), Origin::CommandLine);
        }
        configuration.check().map_err(wrong)?;
        Ok(configuration)
    }

    fn executor(&self, configuration: &Configuration) -> Result<Rc<dyn Executor>, Error> {
        let mode = mode()?;
        logging::to_standard_error(configuration, mode)?;
        for warning in configuration.warnings() {
            tracing::warn!("{warning}");
        }
        Ok(mode.executor().unwrap_or_else(|| Rc::new(EmbeddedExecutor::new())))
    }
}

//! `weft`: runs programs on a cluster, shows and ends its jobs; and is the cluster's processes.
//!
//! ```text
//! arguments ──► rewrite (-sae → --sae) ──► clap ──► a verb's arguments ──► cluster (configuration, address) ──► the verb
//! ```
//!
//! A verb that speaks with a cluster does so over REST alone, on one thread. `run` drives the program in a child process
//! ([`weft_rpc::drive`]) and hands its jobs on.

mod arguments;
mod artifact;
mod build;
mod cancel;
mod cluster;
#[cfg(feature = "hadoop")]
mod doctor;
mod entropy;
mod error;
#[cfg(feature = "hadoop")]
mod fs;
mod info;
mod list;
mod logs;
mod output;
mod program;
mod rest;
mod run;
mod serve;
mod signals;
mod version;
#[cfg(feature = "hadoop")]
mod yarn;

use arguments::{Parsed, Target, Verb};
use error::CliError;
use std::process::ExitCode;

fn main() -> ExitCode {
    let parsed = match arguments::parse(std::env::args_os().collect()) {
        Ok(parsed) => parsed,
        Err(refusal) => return refusal.tell(),
    };
    match perform(parsed) {
        Ok(code) => code,
        Err(error) => {
            output::complain(&error);
            error.exit_code()
        }
    }
}

fn perform(parsed: Parsed) -> Result<ExitCode, CliError> {
    let Some(verb) = parsed.verb.filter(|_| !parsed.version) else { return Ok(version::version()) };
    match verb {
        Verb::Run(arguments) => run::run(&arguments),
        Verb::RunApplication(mut arguments) => {
            arguments.cluster.target = Some(Target::YarnApplication);
            run::run(&arguments)
        }
        Verb::Info(arguments) => info::info(&arguments),
        Verb::List(arguments) => list::list(&arguments),
        Verb::Cancel(arguments) => cancel::cancel(&arguments),
        Verb::Logs(arguments) => logs::logs(&arguments),
        Verb::Build(arguments) => build::build(&arguments),
        #[cfg(feature = "hadoop")]
        Verb::Doctor(arguments) => doctor::doctor(&arguments),
        #[cfg(feature = "hadoop")]
        Verb::Fs(arguments) => fs::fs(&arguments),
        #[cfg(feature = "hadoop")]
        Verb::YarnSession(arguments) => yarn::session(&arguments),
        #[cfg(feature = "hadoop")]
        Verb::Yarn(arguments) => yarn::yarn(&arguments),
        #[cfg(feature = "hadoop")]
        Verb::YarnJobManager(arguments) => Ok(serve::yarn_jobmanager(&arguments)?),
        #[cfg(feature = "hadoop")]
        Verb::YarnTaskManager(arguments) => Ok(serve::yarn_taskmanager(&arguments)?),
        Verb::JobManager(arguments) => Ok(serve::jobmanager(&arguments)?),
        Verb::TaskManager(arguments) => Ok(serve::taskmanager(&arguments)?),
    }
}

//! `weft doctor`: what a Hadoop cluster looks like from here, and what would fail.
//!
//! First what the configuration says by itself, then what its servers say. Every question has a deadline, and what cannot be answered is a
//! finding like any other; nothing is asked of whom the configuration does not name.

mod hdfs;
mod report;
mod yarn;

use crate::arguments::ConfigurationArguments;
use crate::cluster;
use crate::entropy;
use crate::error::CliError;
use crate::run;
use report::Report;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use weft_common::configuration::{Configuration, options};
use weft_fs::hadoop_user;
use weft_hadoop_conf::{Environment, HadoopConf, Sources, Topic, findings};
use weft_hadoop_rpc::proto::rpc::ServiceState;
use weft_hadoop_rpc::{Address, ExceptionKind, HaService, Login, RpcOptions};

/// How long a server may take to answer one question, over all its addresses.
const PATIENCE: Duration = Duration::from_secs(5);

/// `weft doctor`.
#[derive(Debug, clap::Args)]
pub(crate) struct DoctorArguments {
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    configuration: ConfigurationArguments,
}

/// Who asks, and how.
struct Asking {
    conf: HadoopConf,
    user: String,
    /// The queue that applications would go to.
    queue: String,
    /// Where they would be staged, if that is not the user's home.
    staging: Option<String>,
}

impl Asking {
    fn login(&self) -> Login {
        Login::simple(self.user.clone())
    }

    /// Whoever does not answer soon is said not to.
    fn options() -> RpcOptions {
        RpcOptions {
            call_timeout: PATIENCE,
            connect_timeout: PATIENCE,
            silence_timeout: PATIENCE,
            ..RpcOptions::default()
        }
    }
}

/// Says whether one of a pair of servers is the active one; true if it is.
async fn is_active(asking: &Asking, topic: Topic, name: &str, address: Address, report: &mut Report) -> bool {
    let service = HaService::new(name, address, asking.login(), Asking::options(), Arc::new(entropy::fill));
    let state = service.state().await;
    match &state {
        Ok(ServiceState::Active) => report.info(topic, format!("{name} is active")),
        Ok(ServiceState::Standby) => report.info(topic, format!("{name} is on standby")),
        Ok(_) => report.warning(topic, format!("{name} is neither active nor on standby")),
        Err(error) if error.is(ExceptionKind::AccessControl) => {
            report.info(topic, format!("{name} answers, and tells its state to administrators only"));
        }
        Err(error) => report.warning(topic, format!("{name} does not answer: {error}")),
    }
    matches!(state, Ok(ServiceState::Active))
}

/// Examines everything and says what was found; fails when something would.
pub(crate) fn doctor(arguments: &DoctorArguments) -> Result<ExitCode, CliError> {
    let configuration = cluster::configuration(&arguments.configuration)?;
    let mut report = Report::new(arguments.json);
    let environment = Environment::of_process();
    let user = hadoop_user(&environment);
    let sources = Sources::new(environment).with_engine(keys(&configuration));
    match HadoopConf::load(&sources) {
        Err(error) => report.error(Topic::Files, error.to_string()),
        Ok(conf) => {
            findings(&conf).into_iter().for_each(|finding| report.add(finding));
            report.info(Topic::Security, format!("calls are made as {user}"));
            let queue = configuration.raw("yarn.application.queue").map(|(value, _)| value.to_text());
            let staging = configuration.get(&options::YARN_STAGING_DIRECTORY)?;
            let asking = Asking { conf, user, queue: queue.unwrap_or_else(|| "default".to_owned()), staging };
            run::runtime()?.block_on(async {
                hdfs::examine(&asking, &mut report).await;
                yarn::examine(&asking, &mut report).await;
            });
        }
    }
    Ok(report.conclude())
}

fn keys(configuration: &Configuration) -> Vec<(String, String)> {
    configuration.iter().map(|(key, value, _)| (key.to_owned(), value.to_text())).collect()
}

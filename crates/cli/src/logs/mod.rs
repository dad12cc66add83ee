//! `weft logs`.
//!
//! Logs of what runs are asked for by REST, where a JobManager has its own and passes on those of TaskManagers. Those of an application on
//! YARN that has ended are read from where the nodes have collected them.

mod live;
mod wanted;

#[cfg(feature = "hadoop")]
pub(crate) use live::EVERYTHING;
pub(crate) use live::print_all;
pub(crate) use wanted::Wanted;
#[cfg(feature = "hadoop")]
pub(crate) use wanted::{Printer, Title};

use crate::arguments::LogsArguments;
use crate::cluster;
use crate::error::CliError;
use crate::run;
use std::process::ExitCode;

/// Prints logs.
pub(crate) fn logs(arguments: &LogsArguments) -> Result<ExitCode, CliError> {
    let configuration = cluster::configuration(&arguments.cluster.configuration)?;
    let wanted = Wanted::of(arguments);
    #[cfg(feature = "hadoop")]
    if let Ok(application) = arguments.of.parse() {
        return crate::yarn::logs(&configuration, application, arguments.owner.as_deref(), &wanted);
    }
    #[cfg(feature = "hadoop")]
    if let Some(job) = crate::cancel::job_id(&arguments.of)
        && cluster::is_on_yarn(&arguments.cluster, &configuration)?
    {
        return crate::yarn::logs_of_job(&configuration, job, arguments.owner.as_deref(), &wanted);
    }
    let client = cluster::client(&arguments.cluster, &configuration)?;
    run::runtime()?.block_on(print_all(&client, &arguments.of, &wanted))
}

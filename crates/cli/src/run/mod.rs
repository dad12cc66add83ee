//! `weft run`.
//!
//! ```text
//! the file ── is it a program? ── its bytes to the cluster, unless they are there ── main runs here
//!                                                                                     └ execute ── a job on the cluster
//! ```
//!
//! Everything is on one thread: the program's messages, requests to the cluster, signals and the line that shows progress.

mod exit_code;
mod interrupt;
mod jobs;
mod local;
mod progress;

use crate::arguments::{RunArguments, Target};
use crate::artifact;
use crate::cluster;
use crate::error::CliError;
use crate::output;
use crate::program::{self, Program};
use crate::rest::{RestClient, RestJobs};
use crate::signals::{Signals, Told};
use jobs::Jobs;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use weft_common::JobId;
use weft_common::configuration::{Configuration, options};
use weft_rpc::drive::{Drive, DriveEnd, JobService, Patience};
use weft_rpc::program::DriveSpec;

/// A runtime on this thread.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, CliError> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().map_err(CliError::io("start waiting for input and output"))
}

/// Runs a program.
pub(crate) fn run(arguments: &RunArguments) -> Result<ExitCode, CliError> {
    let configuration = cluster::configuration(&arguments.cluster.configuration)?;
    #[cfg(feature = "hadoop")]
    if arguments.cluster.target == Some(Target::YarnApplication) {
        return crate::yarn::run_application(arguments, &configuration);
    }
    let program = Program::find(&arguments.program, &configuration)?;
    if arguments.cluster.target == Some(Target::Local) {
        return local::run(arguments, &program);
    }
    let client = cluster::client(&arguments.cluster, &configuration)?;
    runtime()?.block_on(on_cluster(arguments, &configuration, program, client))
}

async fn on_cluster(
    arguments: &RunArguments,
    configuration: &Configuration,
    program: Program,
    client: Arc<RestClient>,
) -> Result<ExitCode, CliError> {
    let artifact = artifact::name(&program.path)?;
    artifact::provide(&client, artifact, &program.path).await?;
    let drive = Drive {
        command: program.command()?,
        stdin: Some(rustix::stdio::stdin()),
        spec: DriveSpec {
            configuration: program::configuration_of_jobs(configuration, arguments.program.parallelism),
            detached: arguments.detached,
        },
        program: program.spec(artifact),
        patience: Patience::from_configuration(configuration)?,
    };
    let with_client = arguments.shutdown_on_exit || configuration.get(&options::SHUTDOWN_ON_ATTACHED_EXIT)?;
    let mut signals = Signals::listen(with_client && !arguments.detached)?;
    let jobs = Jobs::default();
    let progress = (!arguments.detached && output::is_watched()).then(|| progress::show(client.clone(), jobs.clone()));
    let end = driven(arguments.detached, drive, Arc::new(RestJobs::new(client)), &jobs, &mut signals).await;
    if let Some(progress) = progress {
        progress.abort();
        output::passing("");
    }
    match end? {
        Ended::ByItself(end) => Ok(exit_code::report(&end, arguments.detached)),
        Ended::Interrupted => Ok(ExitCode::from(Told::Interrupt.exit_code())),
    }
}

/// How a run came to its end.
enum Ended {
    ByItself(DriveEnd),
    /// By a signal to this command.
    Interrupted,
}

/// Drives the program to its end. A first signal asks for the end of its jobs, a second one ends this command.
async fn driven(
    detached: bool,
    drive: Drive<'_>,
    service: Arc<dyn JobService>,
    jobs: &Jobs,
    signals: &mut Signals,
) -> Result<Ended, CliError> {
    let mut observer = jobs.clone();
    let drive = drive.run(service.clone(), ids()?, &mut observer);
    tokio::pin!(drive);
    tokio::select! {
        end = &mut drive => return Ok(Ended::ByItself(end?)),
        _ = signals.next() => {}
    }
    if detached {
        return Ok(Ended::Interrupted);
    }
    // The program mostly gets the signal, too, and ends; a submission that is under way then is seen through, and cancelled like the others.
    let program = async {
        let end = (&mut drive).await;
        jobs.close();
        end
    };
    tokio::select! {
        (end, ()) = async { tokio::join!(program, interrupt::cancel(&*service, jobs)) } => Ok(end.map(|_| Ended::Interrupted)?),
        _ = signals.next() => Ok(Ended::Interrupted),
    }
}

/// Ids that no other client makes: a random one, and those after it.
fn ids() -> Result<impl FnMut() -> JobId + Send, CliError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| io::Error::other(error.to_string()))
        .map_err(CliError::io("get random numbers"))?;
    let mut next = u128::from_le_bytes(bytes);
    Ok(move || {
        next = next.wrapping_add(1);
        JobId(next)
    })
}

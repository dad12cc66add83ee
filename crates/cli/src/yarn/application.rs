//! `weft run -t yarn-application`: a cluster for one program, whose main runs beside the JobManager.

use super::deploy::deploy;
use super::hadoop::Hadoop;
use super::main_program::Main;
use super::stop::is_over;
use crate::arguments::RunArguments;
use crate::error::CliError;
use crate::output;
use crate::signals::{Signals, Told};
use std::process::ExitCode;
use std::time::Duration;
use weft_common::configuration::{Configuration, options};
use weft_yarn_client::proto::{ApplicationId, ApplicationState, FinalStatus};

/// How often is looked whether it has ended.
const LOOK: Duration = Duration::from_secs(1);

/// Deploys the program, and waits for its end unless detached. Ctrl-C ends the application; other signals do where they are to.
pub(crate) fn run(arguments: &RunArguments, configuration: &Configuration) -> Result<ExitCode, CliError> {
    let program = Main::of(&arguments.program)?;
    let mut configuration = configuration.clone();
    if let Some(parallelism) = arguments.program.parallelism {
        configuration.apply_dynamic([format!("parallelism.default={parallelism}")])?;
    }
    crate::run::runtime()?.block_on(async {
        let hadoop = Hadoop::of(&configuration)?;
        let with_client = arguments.shutdown_on_exit || configuration.get(&options::SHUTDOWN_ON_ATTACHED_EXIT)?;
        let mut signals = Signals::listen(true)?;
        let application = deploy(&hadoop, &configuration, Some(&program), &mut signals).await?.application;
        if arguments.detached {
            return Ok(ExitCode::SUCCESS);
        }
        tokio::select! {
            ended = ended(&hadoop, application) => ended,
            told = signals.next() => {
                if told == Told::Interrupt || with_client {
                    output::complain(format_args!("ending {application}"));
                    super::stop::stop(&hadoop, &configuration, application).await?;
                }
                Ok(ExitCode::from(told.exit_code()))
            }
        }
    })
}

/// Waits for the application's end; what it says is what the job said.
async fn ended(hadoop: &Hadoop, application: ApplicationId) -> Result<ExitCode, CliError> {
    loop {
        let report = hadoop.report(application).await?;
        if is_over(&report) {
            let well = report.final_status() == FinalStatus::FinalSucceeded;
            if well {
                output::say(format_args!("{application} has finished."));
                return Ok(ExitCode::SUCCESS);
            }
            let how = match (report.final_status(), report.state()) {
                (FinalStatus::FinalKilled, ApplicationState::Killed) => "was killed",
                (FinalStatus::FinalKilled, _) => "was cancelled",
                _ => "has failed",
            };
            output::complain(format_args!("{application} {how}: {}", report.diagnostics.trim()));
            output::note(format_args!("Its logs: weft logs {application}"));
            return Ok(ExitCode::FAILURE);
        }
        tokio::time::sleep(LOOK).await;
    }
}

//! `weft run -t yarn-application`: a cluster for one program, whose main runs beside the JobManager.

use super::hadoop::{Hadoop, entropy};
use super::shipped::{Shipped, program_name};
use super::stop::is_over;
use crate::arguments::RunArguments;
use crate::error::CliError;
use crate::output;
use crate::program::Program;
use std::process::ExitCode;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use weft_common::configuration::Configuration;
use weft_common::memory::HostResources;
use weft_hadoop_rpc::Credentials;
use weft_yarn::{Deployment, DeploymentRequest, YarnSettings};
use weft_yarn_client::proto::{ApplicationId, FinalStatus};

/// How often is looked whether it has ended.
const LOOK: Duration = Duration::from_secs(1);

/// Deploys the program, and waits for its end unless detached.
pub(crate) fn run(
    arguments: &RunArguments,
    configuration: &Configuration,
    program: &Program,
) -> Result<ExitCode, CliError> {
    crate::run::runtime()?.block_on(async {
        let hadoop = Hadoop::of(configuration)?;
        let request = request(arguments, configuration, program, &hadoop).await?;
        let deployment = Deployment::new(hadoop.yarn.clone(), hadoop.staging.clone(), entropy());
        let mut interrupt = signal(SignalKind::interrupt()).map_err(CliError::io("hear signals"))?;
        let interrupted = async {
            interrupt.recv().await;
            "Ctrl-C".to_owned()
        };
        let deployed = deployment.deploy(&request, &|line| output::note(line), interrupted).await?;
        let application = deployed.application;
        output::say(format_args!("YARN application id: {application}"));
        output::say(format_args!("JobManager Web Interface: http://{}:{}", deployed.rest_host, deployed.rest_port));
        if arguments.detached {
            return Ok(ExitCode::SUCCESS);
        }
        tokio::select! {
            ended = ended(&hadoop, application) => ended,
            _ = interrupt.recv() => {
                output::complain(format_args!("ending {application}"));
                super::stop::stop(&hadoop, configuration, application).await?;
                Ok(ExitCode::from(130))
            }
        }
    })
}

async fn request(
    arguments: &RunArguments,
    configuration: &Configuration,
    program: &Program,
    hadoop: &Hadoop,
) -> Result<DeploymentRequest, CliError> {
    let host = HostResources::read(|path| std::fs::read_to_string(path).ok());
    let mut configuration = configuration.clone();
    if let Some(parallelism) = arguments.program.parallelism {
        configuration.apply_dynamic([format!("parallelism.default={parallelism}")])?;
    }
    let settings = YarnSettings::from_configuration(&configuration, &host)?;
    let mut shipped = Shipped::of(hadoop, &settings.files).await?;
    let name = program_name(&program.path);
    shipped.add_local(hadoop, &name, &program.path)?;
    let mut master_arguments = vec!["yarn-jobmanager".to_owned(), name];
    master_arguments.extend(program.arguments.iter().cloned());
    Ok(DeploymentRequest {
        settings,
        configuration,
        default_name: program.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
        artifacts: shipped.artifacts,
        archives: shipped.archives,
        provided: shipped.provided,
        master_arguments,
        tokens: Credentials::default(),
    })
}

/// Waits for the application's end; what it says is what the job said.
async fn ended(hadoop: &Hadoop, application: ApplicationId) -> Result<ExitCode, CliError> {
    loop {
        let report = hadoop.yarn.resource_manager.report(application).await?;
        if is_over(&report) {
            let well = report.final_status() == FinalStatus::FinalSucceeded;
            if well {
                output::say(format_args!("{application} has finished."));
                return Ok(ExitCode::SUCCESS);
            }
            output::complain(format_args!(
                "{application} ended as {:?}: {}",
                report.final_status(),
                report.diagnostics.trim()
            ));
            return Ok(ExitCode::FAILURE);
        }
        tokio::time::sleep(LOOK).await;
    }
}

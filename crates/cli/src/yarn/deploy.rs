//! Has YARN run a cluster, be it for a session or for one program.

use super::hadoop::Hadoop;
use super::main_program::Main;
use super::shipped::Shipped;
use crate::entropy;
use crate::error::CliError;
use crate::output;
use crate::signals::Signals;
use std::sync::Arc;
use weft_common::configuration::Configuration;
use weft_hadoop_rpc::Credentials;
use weft_yarn::{DeployError, Deployed, Deployment, DeploymentRequest, YarnSettings, set_default_sizes};

/// Deploys a cluster that runs a program, or jobs until somebody ends it, and says where it is. A signal that tells this command to end takes back what
/// there is of it.
pub(super) async fn deploy(
    hadoop: &Hadoop,
    configuration: &Configuration,
    program: Option<&Main>,
    signals: &mut Signals,
) -> Result<Deployed, CliError> {
    let request = tokio::select! {
        request = request(hadoop, configuration, program) => request?,
        told = signals.next() => return Err(DeployError::Interrupted(told.name().to_owned()).into()),
    };
    let deployment = Deployment::new(hadoop.yarn.clone(), hadoop.staging.clone(), Arc::new(entropy::fill));
    let interrupted = async { signals.next().await.name().to_owned() };
    let deployed = deployment.deploy(&request, &|line| output::note(line), interrupted).await?;
    output::say(format_args!("JobManager Web Interface: http://{}:{}", deployed.rest_host, deployed.rest_port));
    output::say(format_args!("YARN application id: {}", deployed.application));
    Ok(deployed)
}

async fn request(
    hadoop: &Hadoop,
    configuration: &Configuration,
    program: Option<&Main>,
) -> Result<DeploymentRequest, CliError> {
    let mut configuration = configuration.clone();
    configuration.warnings().iter().for_each(output::note);
    set_default_sizes(&mut configuration)?.iter().for_each(output::note);
    let settings = YarnSettings::from_configuration(&configuration, &crate::serve::host())?;
    let mut shipped = Shipped::of(hadoop, &settings.files).await?;
    let mut master_arguments = vec!["yarn-jobmanager".to_owned()];
    let mut default_name = "Weft session".to_owned();
    if let Some(program) = program {
        master_arguments.push(shipped.add_program(hadoop, program).await?);
        master_arguments.extend(program.arguments.iter().cloned());
        default_name = program.name.clone();
    }
    Ok(DeploymentRequest {
        settings,
        configuration,
        default_name,
        artifacts: shipped.artifacts,
        archives: shipped.archives,
        provided: shipped.provided,
        master_arguments,
        environment: program.map(|program| program.environment.clone()).unwrap_or_default(),
        tokens: Credentials::default(),
    })
}

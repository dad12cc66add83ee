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
use weft_yarn::{Deployed, Deployment, DeploymentRequest, YarnSettings};

/// Deploys a cluster that runs a program, or jobs until somebody ends it, and says where it is. Ctrl-C, and whatever else tells this command to end,
/// takes back what there is of it.
pub(super) async fn deploy(
    hadoop: &Hadoop,
    configuration: &Configuration,
    program: Option<&Main>,
) -> Result<Deployed, CliError> {
    let request = request(hadoop, configuration, program).await?;
    let deployment = Deployment::new(hadoop.yarn.clone(), hadoop.staging.clone(), Arc::new(entropy::fill));
    let mut signals = Signals::listen(true)?;
    let interrupted = async move { signals.next().await.name().to_owned() };
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
    let settings = YarnSettings::from_configuration(configuration, &crate::serve::host())?;
    let mut shipped = Shipped::of(hadoop, &settings.files).await?;
    let mut master_arguments = vec!["yarn-jobmanager".to_owned()];
    let mut default_name = "Weft session".to_owned();
    if let Some(program) = program {
        master_arguments.push(shipped.add_program(hadoop, &program.file).await?);
        master_arguments.extend(program.arguments.iter().cloned());
        default_name = program.name.clone();
    }
    Ok(DeploymentRequest {
        settings,
        configuration: configuration.clone(),
        default_name,
        artifacts: shipped.artifacts,
        archives: shipped.archives,
        provided: shipped.provided,
        master_arguments,
        environment: program.map(|program| program.environment.clone()).unwrap_or_default(),
        tokens: Credentials::default(),
    })
}

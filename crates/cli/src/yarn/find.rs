//! The JobManager of an application.

use super::hadoop::Hadoop;
use super::properties;
use crate::cluster::Address;
use crate::error::CliError;
use crate::output;
use crate::rest::RestClient;
use weft_common::configuration::{Configuration, options};
use weft_hadoop_rpc::ExceptionKind;
use weft_yarn::DeployError;
use weft_yarn::staging::BEARER_FILE;
use weft_yarn_client::proto::{ApplicationId, ApplicationReport, ApplicationState};

/// The way to the session that is named by `yarn.application.id`, or else written down in the properties file.
pub(crate) async fn client(configuration: &Configuration) -> Result<RestClient, CliError> {
    let hadoop = Hadoop::of(configuration)?;
    let (name, told_by) = match configuration.get(&options::YARN_APPLICATION_ID)? {
        Some(id) => (id, "yarn.application.id".to_owned()),
        None => {
            let recorded = properties::recorded(configuration)?.ok_or_else(|| {
                CliError::Usage(
                    "no YARN session is known here: start one with weft yarn-session -d, or name one with \
                     -Dyarn.application.id=application_… (or its name)"
                        .to_owned(),
                )
            })?;
            (recorded.0, recorded.1.display().to_string())
        }
    };
    let found = hadoop.answer(hadoop.yarn.find(&name)).await;
    let report = found.map_err(|error| not_known(&name, &told_by, error))?;
    let application = report.application;
    let address = running_at(&report, &told_by)?;
    if output::is_watched() {
        output::note(format_args!("Found {application} ({told_by}), its JobManager at {address}."));
    }
    let token = word(&hadoop, application).await?;
    Ok(RestClient {
        address,
        token: Some(token),
        connecting: configuration.get(&options::REST_CONNECTION_TIMEOUT)?,
        answering: configuration.get(&options::CLIENT_TIMEOUT)?,
    })
}

/// What is wrong when YARN does not know an application: it has forgotten it, or is another YARN.
fn not_known(name: &str, told_by: &str, error: DeployError) -> CliError {
    match &error {
        DeployError::Rpc(call) if call.is(ExceptionKind::ApplicationNotFound) => {
            CliError::from(DeployError::Refused(format!(
                "YARN knows no {name}, which {told_by} names: it is long over, or runs on another cluster than HADOOP_CONF_DIR names; start a \
                 session with weft yarn-session -d, or name another with -Dyarn.application.id"
            )))
        }
        _ => error.into(),
    }
}

/// The word that its REST is to be told, which its owner alone can read.
pub(super) async fn word(hadoop: &Hadoop, application: ApplicationId) -> Result<String, CliError> {
    let bytes = hadoop.staging.application(application).read(BEARER_FILE).await?;
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}

/// Where the REST API of a running application is.
pub(super) fn running_at(report: &ApplicationReport, told_by: &str) -> Result<Address, CliError> {
    let application = report.application;
    let refused = |what: String| CliError::from(DeployError::Refused(what));
    match report.state() {
        ApplicationState::Running => {}
        ApplicationState::Finished | ApplicationState::Failed | ApplicationState::Killed => {
            return Err(refused(format!(
                "{application}, which {told_by} names, is over ({:?}): start a session with weft yarn-session -d, or name another with \
                 -Dyarn.application.id",
                report.state()
            )));
        }
        state => {
            return Err(refused(format!(
                "{application}, which {told_by} names, does not run yet ({state:?}): its ApplicationMaster waits for a container of the \
                 queue {}",
                report.queue
            )));
        }
    }
    match (report.host.as_str(), u16::try_from(report.rpc_port).unwrap_or(0)) {
        (host, port) if !host.is_empty() && host != "N/A" && port != 0 => Ok(Address { host: host.to_owned(), port }),
        _ => Err(refused(format!(
            "{application} does not say where its REST API is: it is no Weft session, or is ending"
        ))),
    }
}

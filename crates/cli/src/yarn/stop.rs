//! The end of a cluster on YARN.

use super::find::{running_at, word};
use super::hadoop::Hadoop;
use super::properties;
use crate::error::CliError;
use crate::output;
use crate::rest::{Payload, RestClient};
use hyper::Method;
use std::time::{Duration, Instant};
use weft_common::configuration::{Configuration, options};
use weft_yarn_client::proto::{ApplicationId, ApplicationReport, ApplicationState};

/// How long a cluster may take to end before it is killed.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(250);
/// How long YARN may take to kill.
const KILL: Duration = Duration::from_secs(30);

/// Asks a cluster to end, waits for it, and removes what it has left. One that does not is killed; of one that is over already, what it has left
/// is removed.
pub(super) async fn stop(
    hadoop: &Hadoop,
    configuration: &Configuration,
    application: ApplicationId,
) -> Result<(), CliError> {
    let report = hadoop.report(application).await?;
    let was_over = is_over(&report);
    if let Err(error) = ask(hadoop, configuration, &report).await {
        output::note(format_args!("{application} cannot be asked to end, and is killed: {error}"));
        hadoop.yarn.resource_manager.kill(application, "its client stopped it", KILL).await?;
    }
    let begun = Instant::now();
    let report = loop {
        let report = hadoop.report(application).await?;
        if is_over(&report) {
            break report;
        }
        if begun.elapsed() > PATIENCE {
            output::note(format_args!("{application} has not ended within {} s, and is killed.", PATIENCE.as_secs()));
            hadoop.yarn.resource_manager.kill(application, "it did not end when it was asked to", KILL).await?;
        }
        tokio::time::sleep(POLL).await;
    };
    hadoop.staging.application(application).remove().await?;
    properties::forget(configuration, &application.to_string())?;
    let already = if was_over { " before" } else { "" };
    output::say(format_args!("{application} has ended{already}: {:?}.", report.state()));
    Ok(())
}

async fn ask(hadoop: &Hadoop, configuration: &Configuration, report: &ApplicationReport) -> Result<(), CliError> {
    if is_over(report) {
        return Ok(());
    }
    let client = RestClient {
        address: running_at(report, "the command")?,
        token: Some(word(hadoop, report.application).await?),
        connecting: configuration.get(&options::REST_CONNECTION_TIMEOUT)?,
        answering: configuration.get(&options::CLIENT_TIMEOUT)?,
    };
    client.exchange(Method::DELETE, "/cluster", Payload::empty()).await?;
    Ok(())
}

/// Whether an application has come to its end.
pub(super) fn is_over(report: &ApplicationReport) -> bool {
    matches!(report.state(), ApplicationState::Finished | ApplicationState::Failed | ApplicationState::Killed)
}

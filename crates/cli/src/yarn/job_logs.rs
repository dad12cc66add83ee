//! `weft logs` of a job on YARN, wherever it ran.

use super::find;
use super::hadoop::Hadoop;
use super::logs::{collected, refused, report};
use super::properties;
use super::stop::is_over;
use crate::error::CliError;
use crate::logs::{self, Wanted};
use crate::output;
use std::process::ExitCode;
use weft_common::JobId;
use weft_common::configuration::{Configuration, options};
use weft_fs::FileSystem;
use weft_yarn::DeployError;
use weft_yarn::logs::{Collected, LogDirectories, NodeLog};
use weft_yarn_client::proto::{ApplicationId, ApplicationReport, ApplicationState, GetApplicationsRequest};

/// In how many applications that have ended a job is looked for.
const LOOKED_AT: usize = 20;

/// An application that has ended.
struct Ended {
    application: ApplicationId,
    user: String,
    /// `None` when YARN has forgotten it.
    report: Option<ApplicationReport>,
}

impl Ended {
    fn of(report: ApplicationReport) -> Self {
        Ended { application: report.application, user: report.user.clone(), report: Some(report) }
    }
}

/// Prints the logs of a job: of the application that is named; otherwise of the session that was started here last if it has the job, or else of
/// the newest application that had it and is over.
pub(crate) fn logs_of_job(
    configuration: &Configuration,
    job: JobId,
    owner: Option<&str>,
    wanted: &Wanted,
) -> Result<ExitCode, CliError> {
    crate::run::runtime()?.block_on(async {
        let hadoop = Hadoop::of(configuration)?;
        let user = owner.unwrap_or(&hadoop.yarn.user).to_owned();
        let ended = match configuration.get(&options::YARN_APPLICATION_ID)? {
            Some(named) => match report(&hadoop, &named).await? {
                Some(report) if !is_over(&report) => return live(configuration, &report, job, wanted).await,
                Some(report) => vec![Ended::of(report)],
                None => {
                    named.parse().map(|application| Ended { application, user, report: None }).into_iter().collect()
                }
            },
            None => {
                if let Some(session) = session(&hadoop, configuration).await? {
                    match live(configuration, &session, job, wanted).await {
                        Err(CliError::Rest(error)) if error.is_not_found() => {}
                        printed => return printed,
                    }
                }
                last_ended(&hadoop, &user).await?
            }
        };
        of_one_that_has_it(&hadoop, &ended, job, &wanted.of_job(job)).await
    })
}

/// The session that was started here last, if it runs.
async fn session(hadoop: &Hadoop, configuration: &Configuration) -> Result<Option<ApplicationReport>, CliError> {
    match properties::recorded(configuration)? {
        Some((recorded, _)) => Ok(report(hadoop, &recorded).await?.filter(|report| !is_over(report))),
        None => Ok(None),
    }
}

/// Of an application that runs.
async fn live(
    configuration: &Configuration,
    report: &ApplicationReport,
    job: JobId,
    wanted: &Wanted,
) -> Result<ExitCode, CliError> {
    let mut configuration = configuration.clone();
    configuration.set(&options::YARN_APPLICATION_ID, Some(report.application.to_string()));
    logs::print_all(&find::client(&configuration).await?, &job.to_string(), wanted).await
}

async fn of_one_that_has_it(
    hadoop: &Hadoop,
    ended: &[Ended],
    job: JobId,
    wanted: &Wanted,
) -> Result<ExitCode, CliError> {
    for Ended { application, user, report } in ended {
        if has_any(hadoop, *application, user, wanted).await? {
            output::note(format_args!("job {job} ran in {application}"));
            return collected(hadoop, *application, user, report.as_ref(), wanted).await;
        }
    }
    let looked: Vec<_> = ended.iter().map(|ended| ended.application.to_string()).collect();
    Err(refused(format!(
        "no collected log is of job {job}; looked at {}: if its application is another one name it with -D yarn.application.id, and see \
         whether its nodes collect logs (yarn.log-aggregation-enable)",
        if looked.is_empty() { "no application of yours that has ended".to_owned() } else { looked.join(", ") }
    )))
}

/// The last applications of a user that have ended, the newest first.
async fn last_ended(hadoop: &Hadoop, user: &str) -> Result<Vec<Ended>, CliError> {
    let states = [ApplicationState::Finished, ApplicationState::Failed, ApplicationState::Killed];
    let request = GetApplicationsRequest {
        states: states.iter().map(|state| *state as i32).collect(),
        users: vec![user.to_owned()],
        ..GetApplicationsRequest::default()
    };
    let mut ended = hadoop.answer(hadoop.yarn.resource_manager.applications(&request)).await?;
    ended.sort_by_key(|report| std::cmp::Reverse(report.finish_time));
    ended.truncate(LOOKED_AT);
    Ok(ended.into_iter().map(Ended::of).collect())
}

/// Whether anything that is wanted of an application was collected. A file that cannot be read has nothing.
async fn has_any(hadoop: &Hadoop, application: ApplicationId, user: &str, wanted: &Wanted) -> Result<bool, CliError> {
    for root in LogDirectories::of(&hadoop.yarn.conf).roots {
        let (fs, root) = hadoop.in_default(&root)?;
        for file in Collected::find(&*fs, &root, user, application).await?.files {
            if is_in(&*fs, &file.path, wanted).await.unwrap_or(false) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

async fn is_in(fs: &dyn FileSystem, path: &weft_fs::Path, wanted: &Wanted) -> Result<bool, DeployError> {
    let mut log = NodeLog::open(fs, path).await?;
    while log.next_container().await?.is_some() {
        while let Some(file) = log.next_file().await? {
            if wanted.takes_file(&file.name) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

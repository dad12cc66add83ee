//! `weft logs` of an application.

use super::find;
use super::hadoop::Hadoop;
use super::stop::is_over;
use crate::error::CliError;
use crate::logs::{self, Printer, Title, Wanted};
use crate::output;
use std::process::ExitCode;
use weft_common::configuration::{Configuration, options};
use weft_fs::FileSystem;
use weft_hadoop_rpc::ExceptionKind;
use weft_yarn::DeployError;
use weft_yarn::logs::{Collected, LogDirectories, NodeLog};
use weft_yarn_client::proto::{ApplicationId, ApplicationReport, LogAggregationStatus};

/// Prints the logs of an application: of one that runs, those of its processes; of another, what its nodes have collected.
pub(crate) fn logs(
    configuration: &Configuration,
    application: ApplicationId,
    owner: Option<&str>,
    wanted: &Wanted,
) -> Result<ExitCode, CliError> {
    crate::run::runtime()?.block_on(async {
        let hadoop = Hadoop::of(configuration)?;
        let report = report(&hadoop, &application.to_string()).await?;
        if report.as_ref().is_some_and(|report| !is_over(report)) {
            let mut configuration = configuration.clone();
            configuration.set(&options::YARN_APPLICATION_ID, Some(application.to_string()));
            let client = find::client(&configuration).await?;
            return logs::print_all(&client, logs::EVERYTHING, wanted).await;
        }
        let told = report.as_ref().map(|report| report.user.as_str());
        let user = owner.or(told).unwrap_or(&hadoop.yarn.user);
        collected(&hadoop, application, user, report.as_ref(), wanted).await
    })
}

/// What YARN knows of an application, by its id or name; `None` when it has forgotten it.
pub(super) async fn report(hadoop: &Hadoop, meant: &str) -> Result<Option<ApplicationReport>, CliError> {
    match hadoop.answer(hadoop.yarn.find(meant)).await {
        Ok(report) => Ok(Some(report)),
        Err(DeployError::Rpc(error)) if error.is(ExceptionKind::ApplicationNotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Prints what the nodes have collected of an application of `user`.
pub(super) async fn collected(
    hadoop: &Hadoop,
    application: ApplicationId,
    user: &str,
    report: Option<&ApplicationReport>,
    wanted: &Wanted,
) -> Result<ExitCode, CliError> {
    let (mut looked, mut unfinished, mut found_any, mut code) = (Vec::new(), 0, false, ExitCode::SUCCESS);
    let mut printer = Printer::of(wanted);
    for root in LogDirectories::of(&hadoop.yarn.conf).roots {
        let (fs, root) = hadoop.in_default(&root)?;
        let found = Collected::find(&*fs, &root, user, application).await?;
        if let Some(directory) = found.indexed.first() {
            return Err(refused(format!(
                "the logs of {application} in {directory} are of the format IndexedFile, which only YARN's own command reads: yarn logs \
                 -applicationId {application} -appOwner {user}"
            )));
        }
        for file in &found.files {
            found_any = true;
            let node = file.path.file_name().unwrap_or_default();
            match print(&*fs, &file.path, node, wanted, &mut printer).await {
                Ok(true) => {}
                Ok(false) => return Ok(ExitCode::SUCCESS),
                // The other nodes' logs are worth no less for it.
                Err(error) => {
                    output::complain(&error);
                    code = ExitCode::FAILURE;
                }
            }
        }
        unfinished += found.unfinished;
        looked.push(root.join(user).to_string());
    }
    if !found_any && unfinished == 0 {
        return Err(refused(nothing(application, &looked.join(", "), report)));
    }
    if printer.is_new() && found_any && code == ExitCode::SUCCESS {
        output::complain(format_args!(
            "{application} has no such logs: weft logs {application} --list names those that it has"
        ));
    }
    printer.end();
    if unfinished > 0 {
        output::note(format_args!("{unfinished} nodes are still collecting: there is more in a moment."));
    }
    Ok(code)
}

/// Prints what a node has collected; says whether whoever reads wants more.
async fn print(
    fs: &dyn FileSystem,
    path: &weft_fs::Path,
    node: &str,
    wanted: &Wanted,
    printer: &mut Printer,
) -> Result<bool, CliError> {
    let (mut log, node) = (NodeLog::open(fs, path).await?, name_of(node));
    while let Some(container) = log.next_container().await? {
        if !wanted.takes_process(&container) {
            continue;
        }
        while let Some(file) = log.next_file().await? {
            if !wanted.takes_file(&file.name) {
                continue;
            }
            let (node, name, length) = (Some(node.as_str()), file.name.as_str(), file.length);
            if !printer.title(&Title { process: &container, node, name, length, modified_ms: None }) {
                return Ok(false);
            }
            if wanted.list {
                continue;
            }
            log.skip(wanted.passed_over(file.length)).await?;
            while let Some(bytes) = log.next_bytes().await? {
                if !printer.bytes(&bytes) {
                    return Ok(false);
                }
            }
        }
    }
    Ok(true)
}

/// A node by the name of its file: `host_port`, with a time behind it when the application ran on.
fn name_of(file: &str) -> String {
    let mut parts = file.split('_');
    match (parts.next(), parts.next()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        _ => file.to_owned(),
    }
}

pub(super) fn refused(sentence: String) -> CliError {
    DeployError::Refused(sentence).into()
}

/// Why there is nothing, as far as the ResourceManager knows, and what to do.
fn nothing(application: ApplicationId, looked: &str, report: Option<&ApplicationReport>) -> String {
    use LogAggregationStatus::{LogDisabled, LogFailed, LogNotStart, LogRunning, LogRunningWithFailure, LogTimeOut};
    let Some(report) = report else {
        return format!(
            "YARN knows no {application}, and nothing is collected of it in {looked}: name whose it was with --owner, or another \
             configuration with HADOOP_CONF_DIR"
        );
    };
    match report.log_aggregation_status.and_then(|status| LogAggregationStatus::try_from(status).ok()) {
        Some(LogDisabled) => format!(
            "nothing was collected of {application}: log aggregation is off. Its logs are on its nodes, below yarn.nodemanager.log-dirs, for \
             as long as yarn.nodemanager.log.retain-seconds says; for applications to come set yarn.log-aggregation-enable to true, on the \
             nodes and for the ResourceManager"
        ),
        Some(LogNotStart | LogRunning | LogRunningWithFailure) => {
            format!("the nodes have not collected the logs of {application} yet (into {looked}): try again in a moment")
        }
        Some(LogFailed | LogTimeOut) => format!(
            "the nodes could not collect the logs of {application} into {looked}: see the NodeManagers' own logs; the files are still \
             below yarn.nodemanager.log-dirs"
        ),
        _ => format!(
            "there are no logs of {application} in {looked}: they were removed (yarn.log-aggregation.retain-seconds), or \
             yarn.nodemanager.remote-app-log-dir is another one here than on the nodes"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_go_by_their_names() {
        assert_eq!(name_of("node1.example.org_8041"), "node1.example.org:8041");
        assert_eq!(name_of("node1.example.org_8041_1700000000000"), "node1.example.org:8041");
        assert_eq!(name_of("other"), "other");
    }

    #[test]
    fn it_is_said_why_there_is_nothing() {
        let application = "application_1_0001".parse().unwrap();
        let of = |status: LogAggregationStatus| {
            let report =
                ApplicationReport { application, log_aggregation_status: Some(status as i32), ..Default::default() };
            nothing(application, "hdfs://ns/tmp/logs/ann", Some(&report))
        };
        assert!(
            of(LogAggregationStatus::LogDisabled).contains("log aggregation is off")
                && of(LogAggregationStatus::LogDisabled).contains("yarn.log-aggregation-enable")
        );
        assert!(
            of(LogAggregationStatus::LogNotStart).contains("try again")
                && of(LogAggregationStatus::LogRunning).contains("try again")
        );
        assert!(of(LogAggregationStatus::LogTimeOut).contains("could not collect"));
        assert!(
            of(LogAggregationStatus::LogSucceeded).contains("removed")
                && of(LogAggregationStatus::LogSucceeded).contains("hdfs://ns/tmp/logs/ann")
        );
        assert!(nothing(application, "x", None).contains("--owner"));
    }
}

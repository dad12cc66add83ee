//! A session of Weft.

use super::empty::container_prefix;
use super::testbed::{Testbed, keys};
use crate::cluster::process::{Process, until};
use crate::cluster::rest::Rest;
use crate::cluster::submission::{Submission, Submitted, now_ms};
use crate::cluster::tasks;
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::path::Path;
use std::process::Stdio;
use weft_yarn::staging::BEARER_FILE;
use weft_yarn_client::proto::ApplicationId;

/// TaskManagers that nobody needs go soon.
const IDLE: &str = "resourcemanager.taskmanager-timeout=500 ms";

/// A session that answers.
pub(super) struct Session<'t> {
    testbed: &'t Testbed,
    pub(super) application: ApplicationId,
    pub(super) rest: Rest,
    /// Before the command was started, in milliseconds since 1970.
    pub(super) begun: i64,
    /// When REST had answered for the first time.
    pub(super) answered: i64,
    /// Whether the command had to be uploaded.
    pub(super) uploaded: bool,
}

/// A job of a session that runs.
pub(super) struct Job {
    pub(super) id: String,
    /// Before it was submitted.
    pub(super) submitted: i64,
    /// When the last of its tasks began to run.
    pub(super) running: i64,
}

impl<'t> Session<'t> {
    /// Starts one with `yarn-session`.
    pub(super) fn start(testbed: &'t Testbed, weft: &Path) -> Result<Self> {
        let mut arguments = vec!["yarn-session".to_owned(), "-d".to_owned()];
        arguments.extend(keys().into_iter().chain([IDLE.to_owned()]).map(|key| format!("-D{key}")));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let begun = now_ms()?;
        let (mut command, said) = testbed.start(weft, &arguments)?;
        let address = until("yarn-session says where its JobManager is", || {
            // Before it is asked what was said: that is all then.
            let has_ended = command.has_ended()?;
            let text = fs::read_to_string(&said)?;
            if let Some(address) = after(&text, "JobManager Web Interface: http://") {
                return Ok(Some(address));
            }
            ensure!(!has_ended, "yarn-session ended without a session: {text}");
            Ok(None)
        })?;
        let rest = Rest::new(address);
        rest.get("/overview").context("the first answer of a session")?;
        let answered = now_ms()?;
        ended(&mut command, "yarn-session", &said)?;
        let text = fs::read_to_string(&said)?;
        let application = after(&text, "YARN application id: ").context("yarn-session names no application")?;
        let application: ApplicationId = application.parse()?;
        let bearer = testbed.runtime.block_on(testbed.staging.application(application).read(BEARER_FILE))?;
        let rest = rest.with_bearer(String::from_utf8_lossy(&bearer).trim());
        Ok(Session { testbed, application, rest, begun, answered, uploaded: text.contains("uploaded weft") })
    }

    /// The ApplicationMaster's container.
    pub(super) fn container(&self) -> String {
        format!("{}_01_000001", container_prefix(self.application))
    }

    /// Submits a job and waits until all of its tasks run.
    pub(super) fn run(&self, submission: &Submission) -> Result<Job> {
        let Submitted { job, at } = submission.submit(&self.rest)?;
        let running = tasks::await_running(&self.rest, &job, 0)?;
        Ok(Job { id: job, submitted: at, running })
    }

    /// Cancels a job and waits until its TaskManagers have gone.
    pub(super) fn end(&self, job: &Job) -> Result<()> {
        tasks::cancel(&self.rest, &job.id)?;
        until("the TaskManagers of a session go when nobody needs them", || {
            Ok((self.rest.get("/overview")?["taskmanagers"] == 0).then_some(()))
        })?;
        until("YARN has back what TaskManagers had", || {
            let resource_manager = &self.testbed.cluster.resource_manager;
            let report = self.testbed.runtime.block_on(resource_manager.report(self.application))?;
            let usage = report.usage.context("YARN does not say what an application uses")?;
            Ok((usage.used_containers == 1).then_some(()))
        })
    }

    /// The names of its TaskManagers, which are those of their containers.
    pub(super) fn task_managers(&self) -> Result<Vec<String>> {
        let view = self.rest.get("/taskmanagers")?;
        let list = view["taskmanagers"].as_array().context("REST lists no TaskManagers")?;
        list.iter().map(|one| Ok(one["id"].as_str().context("a TaskManager without an id")?.to_owned())).collect()
    }

    /// Stops it, and waits until it has ended.
    pub(super) fn stop(self) -> Result<()> {
        let mut command = self.testbed.rig.as_client(&self.testbed.weft)?;
        command.args(["yarn-session", "-id", &self.application.to_string()]);
        command.env("TMPDIR", self.testbed.rig.directory().join("tmp"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            std::io::Write::write_all(&mut stdin, b"stop\n").context("stopping a session")?;
        }
        let output = child.wait_with_output().context("waiting for a session to stop")?;
        if !output.status.success() {
            bail!("{} could not be stopped: {}", self.application, String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(())
    }
}

fn ended(command: &mut Process, name: &str, said: &Path) -> Result<()> {
    until(&format!("{name} ends"), || Ok(command.has_ended()?.then_some(())))
        .with_context(|| format!("it said: {}", fs::read_to_string(said).unwrap_or_default()))
}

fn after(text: &str, what: &str) -> Option<String> {
    // A line that has no end yet may not be all of it.
    let lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    lines.filter_map(|line| line.trim().strip_prefix(what)).next().map(str::to_owned)
}

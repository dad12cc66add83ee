//! An application on its way, in sentences.

use std::time::Duration;

use weft_yarn_client::ExitStatus;
use weft_yarn_client::proto::{ApplicationReport, ApplicationState, FinalStatus, QueueInfo};

use crate::{ContainerEnd, ContainerRole, tail_of};

/// After how long without a container it is said what is waited for, and how often again.
const FIRST_WORD: Duration = Duration::from_secs(10);
const NEXT_WORDS: Duration = Duration::from_secs(30);
/// How many of a dead process's last lines are shown.
const LAST_LINES: usize = 20;

/// Where an application has got to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its ApplicationMaster has registered.
    Running {
        /// The host of its REST API.
        host: String,
        /// The port there.
        port: u16,
        /// Its page at the ResourceManager's proxy.
        tracking_url: String,
    },
    /// It has ended.
    Ended {
        /// How it counts.
        status: FinalStatus,
        /// In a sentence that follows the application's id.
        what: String,
    },
}

/// What reports were seen so far.
#[derive(Clone, Debug, Default)]
pub struct Follow {
    state: Option<ApplicationState>,
    accepted_at: Option<Duration>,
    next_word_at: Option<Duration>,
    ran: bool,
}

/// Whether more is worth asking for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Sentences for whoever watches.
    pub lines: Vec<String>,
    /// Where it has got to, if it is anywhere.
    pub outcome: Option<Outcome>,
}

impl Follow {
    /// Nothing seen.
    pub fn new() -> Self {
        Follow::default()
    }

    /// Whether the next report should be looked at together with the queue, because it is time to say what is waited for.
    pub fn wants_queue(&self, since_submission: Duration) -> bool {
        self.state == Some(ApplicationState::Accepted) && self.next_word_at.is_some_and(|at| at <= since_submission)
    }

    /// Looks at a report. The outcome `Running` is given once; during a fail-over one that runs is accepted for a moment, which is none.
    pub fn see(&mut self, since_submission: Duration, report: &ApplicationReport, queue: Option<&QueueInfo>) -> Seen {
        let state = report.state();
        let changed = self.state.replace(state) != Some(state);
        let mut seen = Seen::default();
        match state {
            ApplicationState::New | ApplicationState::NewSaving | ApplicationState::Submitted
                if changed && !self.ran =>
            {
                seen.lines.push(format!("{} is submitted to the queue {}", report.application, report.queue));
            }
            ApplicationState::Accepted => self.accepted(since_submission, changed, report, queue, &mut seen),
            ApplicationState::Running => seen.outcome = self.running(report),
            ApplicationState::Finished | ApplicationState::Failed | ApplicationState::Killed => {
                seen.outcome = Some(ended(report));
            }
            ApplicationState::New | ApplicationState::NewSaving | ApplicationState::Submitted => {}
        }
        seen
    }

    fn accepted(
        &mut self,
        now: Duration,
        changed: bool,
        report: &ApplicationReport,
        queue: Option<&QueueInfo>,
        seen: &mut Seen,
    ) {
        if self.ran {
            if changed {
                seen.lines.push("its ResourceManager was replaced, and looks for it".to_owned());
            }
            return;
        }
        let since = *self.accepted_at.get_or_insert(now);
        if changed {
            let ApplicationReport { application, queue, .. } = report;
            seen.lines.push(format!(
                "{application} is accepted in the queue {queue}; its ApplicationMaster waits for a container"
            ));
        }
        if *self.next_word_at.get_or_insert(since + FIRST_WORD) <= now {
            self.next_word_at = Some(now + NEXT_WORDS);
            let waited = now.saturating_sub(since).as_secs();
            seen.lines.push(format!(
                "still waits, for {waited} s now{}{}",
                reason(&report.diagnostics),
                in_queue(queue)
            ));
        }
    }

    fn running(&mut self, report: &ApplicationReport) -> Option<Outcome> {
        // Right after a fail-over it runs at no host.
        let port = u16::try_from(report.rpc_port).ok().filter(|_| report.host != "N/A")?;
        let first = !std::mem::replace(&mut self.ran, true);
        first.then(|| Outcome::Running { host: report.host.clone(), port, tracking_url: report.tracking_url.clone() })
    }
}

fn reason(diagnostics: &str) -> String {
    let text = diagnostics.trim();
    // Its own words come behind a time in brackets.
    let text = text.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(text, |(_, rest)| rest).trim();
    match text.is_empty() || text == "N/A" {
        true => String::new(),
        false => format!(": {}", text.trim_end_matches(['.', ';'])),
    }
}

fn in_queue(queue: Option<&QueueInfo>) -> String {
    let Some(queue) = queue else { return String::new() };
    let used = f64::from(queue.current_capacity) * 100.0;
    let mut text = format!("; {used:.0} % of the queue {} is in use", queue.name);
    if let Some(statistics) = &queue.statistics {
        let (memory, cores, waiting) =
            (statistics.available_memory, statistics.available_vcores, statistics.apps_pending);
        text.push_str(&format!(
            ", {memory} mb and {cores} virtual cores are free in it, and {waiting} applications wait"
        ));
    }
    text
}

fn ended(report: &ApplicationReport) -> Outcome {
    let status = report.final_status();
    let state = match report.state() {
        ApplicationState::Killed => "was killed",
        ApplicationState::Failed => "failed",
        _ if status == FinalStatus::FinalSucceeded => "has finished",
        _ if status == FinalStatus::FinalKilled => "was cancelled",
        _ => "has ended with an error",
    };
    let diagnostics = report.diagnostics.trim();
    let mut what = state.to_owned();
    match exit_status_of_master(diagnostics) {
        Some((container, status)) => {
            let (role, host) = (ContainerRole::JobManager, "");
            what.push_str(&format!(": {}", ContainerEnd { role, container, host, status, diagnostics }));
            if let Some(tail) = tail_of(diagnostics, LAST_LINES) {
                what.push_str(&format!("; its last words:\n{tail}"));
            }
        }
        None if !diagnostics.is_empty() && diagnostics != "N/A" => what.push_str(&format!(": {diagnostics}")),
        None => {}
    }
    if report.state() != ApplicationState::Finished {
        what.push_str(&format!("\nits logs: weft logs {}", report.application));
    }
    Outcome::Ended { status, what }
}

/// `AM Container for appattempt_… exited with  exitCode: 7`, as it stands in the diagnostics of an application whose attempts failed.
fn exit_status_of_master(diagnostics: &str) -> Option<(&str, ExitStatus)> {
    let (before, rest) = diagnostics.split_once("exitCode:")?;
    let code: String = rest.trim_start().chars().take_while(|c| c.is_ascii_digit() || *c == '-').collect();
    let attempt = before.split_whitespace().rev().find(|word| word.starts_with("appattempt_"))?;
    Some((attempt, ExitStatus(code.parse().ok()?)))
}

//! `weft list`.

use crate::arguments::ListArguments;
use crate::cluster;
use crate::error::CliError;
use crate::output;
use crate::run;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::process::ExitCode;

/// Lists jobs.
pub(crate) fn list(arguments: &ListArguments) -> Result<ExitCode, CliError> {
    let configuration = cluster::configuration(&arguments.cluster.configuration)?;
    let client = cluster::client(&arguments.cluster, &configuration)?;
    let overview = run::runtime()?.block_on(client.json("/jobs/overview"))?;
    let jobs = overview.get("jobs").and_then(Value::as_array);
    let mut jobs: Vec<&Value> = jobs.ok_or_else(|| client.strange("GET /jobs/overview", &overview))?.iter().collect();
    jobs.sort_by_cached_key(|job| (job.get("start-time").and_then(Value::as_i64), text(job, "jid").to_owned()));
    let sections = sections(arguments);
    if arguments.json {
        let shown = |job: &&&Value| sections.iter().any(|section| section.holds(job));
        output::say(json!({ "jobs": jobs.iter().filter(shown).collect::<Vec<_>>() }));
    } else {
        let lines = |section: &Section| section.lines(&jobs, &TimeZone::system());
        sections.iter().flat_map(lines).for_each(output::say);
    }
    Ok(ExitCode::SUCCESS)
}

/// Which sections are shown, in their order.
fn sections(arguments: &ListArguments) -> Vec<Section> {
    let nothing_said = !arguments.running && !arguments.scheduled;
    let of = |wanted: bool, section| (wanted || arguments.all || nothing_said).then_some(section);
    let terminated = arguments.all.then_some(Section::Terminated);
    [of(arguments.running, Section::Running), of(arguments.scheduled, Section::Scheduled), terminated]
        .into_iter()
        .flatten()
        .collect()
}

/// A part of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Running,
    Scheduled,
    Terminated,
}

impl Section {
    fn of(state: &str) -> Self {
        match state {
            "INITIALIZING" | "CREATED" => Section::Scheduled,
            "FINISHED" | "CANCELED" | "FAILED" => Section::Terminated,
            _ => Section::Running,
        }
    }

    fn holds(self, job: &Value) -> bool {
        Section::of(text(job, "state")) == self
    }

    fn lines(self, jobs: &[&Value], zone: &TimeZone) -> Vec<String> {
        let (head, none) = match self {
            Section::Running => ("------------------ Running/Restarting Jobs -------------------", "No running jobs."),
            Section::Scheduled => {
                ("----------------------- Scheduled Jobs -----------------------", "No scheduled jobs.")
            }
            Section::Terminated => {
                ("---------------------- Terminated Jobs -----------------------", "No terminated jobs.")
            }
        };
        let mut lines: Vec<String> = jobs.iter().filter(|job| self.holds(job)).map(|job| line(job, zone)).collect();
        if lines.is_empty() {
            return vec![none.to_owned()];
        }
        lines.insert(0, head.to_owned());
        lines.push("-".repeat(head.len()));
        lines
    }
}

/// `dd.MM.yyyy HH:mm:ss : <id> : <name> (STATE)`.
fn line(job: &Value, zone: &TimeZone) -> String {
    let started = job.get("start-time").and_then(Value::as_i64).and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let started = started.map(|at| at.to_zoned(zone.clone()).strftime("%d.%m.%Y %H:%M:%S").to_string());
    let started = started.unwrap_or_else(|| "-".to_owned());
    format!("{started} : {} : {} ({})", text(job, "jid"), text(job, "name"), text(job, "state"))
}

fn text<'a>(job: &'a Value, field: &str) -> &'a str {
    job.get(field).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(state: &str) -> Value {
        json!({ "jid": "36eeb8a9f92d49f7fd73829865247f6d", "name": "word count", "state": state, "start-time": 1_795_175_180_253_i64 })
    }

    #[test]
    fn jobs_are_listed_as_scripts_read_them() {
        let (running, finished) = (job("RESTARTING"), job("FINISHED"));
        let jobs = [&running, &finished];
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        assert_eq!(
            Section::Running.lines(&jobs, &zone),
            [
                "------------------ Running/Restarting Jobs -------------------",
                "20.11.2026 19:46:20 : 36eeb8a9f92d49f7fd73829865247f6d : word count (RESTARTING)",
                "--------------------------------------------------------------",
            ]
        );
        assert_eq!(Section::Scheduled.lines(&jobs, &zone), ["No scheduled jobs."]);
        assert_eq!(Section::Terminated.lines(&jobs, &zone).len(), 3);
    }

    #[test]
    fn what_is_asked_for_is_shown() {
        let sections = |running, scheduled, all| {
            let cluster = crate::arguments::ClusterArguments::default();
            sections(&ListArguments { running, scheduled, all, json: false, cluster })
        };
        assert_eq!(sections(false, false, false), [Section::Running, Section::Scheduled]);
        assert_eq!(sections(true, false, false), [Section::Running]);
        assert_eq!(sections(false, true, false), [Section::Scheduled]);
        assert_eq!(sections(false, false, true), [Section::Running, Section::Scheduled, Section::Terminated]);
    }
}

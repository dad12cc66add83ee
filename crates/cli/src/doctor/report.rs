//! What was found, as it is found.

use crate::output;
use serde_json::json;
use std::process::ExitCode;
use weft_hadoop_conf::{Finding, Severity, Topic};

/// Says findings, and remembers how bad they are.
pub(super) struct Report {
    json: bool,
    worst: Severity,
    counts: [u32; 3],
}

impl Report {
    pub(super) fn new(json: bool) -> Self {
        Report { json, worst: Severity::Info, counts: [0; 3] }
    }

    pub(super) fn info(&mut self, topic: Topic, message: impl Into<String>) {
        self.add(Finding { severity: Severity::Info, topic, message: message.into() });
    }

    pub(super) fn warning(&mut self, topic: Topic, message: impl Into<String>) {
        self.add(Finding { severity: Severity::Warning, topic, message: message.into() });
    }

    pub(super) fn error(&mut self, topic: Topic, message: impl Into<String>) {
        self.add(Finding { severity: Severity::Error, topic, message: message.into() });
    }

    pub(super) fn add(&mut self, finding: Finding) {
        let Finding { severity, topic, message } = finding;
        self.worst = self.worst.max(severity);
        if let Some(count) = self.counts.get_mut(severity as usize) {
            *count += 1;
        }
        let topic = name(topic);
        if self.json {
            output::say(json!({"severity": severity.to_string(), "topic": topic, "message": message}));
        } else {
            output::say(format_args!("{:<8}{topic:<10}{message}", severity.to_string()));
        }
    }

    /// Says how it went.
    pub(super) fn conclude(self) -> ExitCode {
        let [_, warnings, errors] = self.counts;
        if !self.json {
            output::say(match self.worst {
                Severity::Info => "Nothing stands in the way.".to_owned(),
                Severity::Warning => format!("It works; {warnings} warnings."),
                Severity::Error => format!("{errors} errors, {warnings} warnings: what the errors name will fail."),
            });
        }
        if self.worst == Severity::Error { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}

fn name(topic: Topic) -> &'static str {
    match topic {
        Topic::Files => "files",
        Topic::Values => "values",
        Topic::Hdfs => "hdfs",
        Topic::Yarn => "yarn",
        Topic::Security => "security",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_finding_decides() {
        let mut report = Report::new(true);
        report.info(Topic::Hdfs, "good");
        report.warning(Topic::Yarn, "not so good");
        assert_eq!((report.worst, report.counts), (Severity::Warning, [1, 1, 0]));
        report.error(Topic::Hdfs, "bad");
        report.info(Topic::Hdfs, "good again");
        assert_eq!((report.worst, report.counts), (Severity::Error, [2, 1, 1]));
    }
}

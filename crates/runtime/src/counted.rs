//! What a task has counted, and how fast of late.

use crate::TaskMetrics;
use weft_common::Mono;
use weft_rpc::program::TaskReport;

/// The newest report of an attempt, beside what follows from the one before.
#[derive(Clone, Debug)]
pub struct Counted {
    /// The report.
    pub report: TaskReport,
    at: Mono,
    /// Milliseconds per second that it was busy, idle and back-pressured between the last two reports.
    pub time_per_second: [u64; 3],
}

impl Counted {
    /// A first report says nothing of speed.
    pub fn new(report: TaskReport, at: Mono) -> Self {
        Counted { report, at, time_per_second: [0; 3] }
    }

    /// Takes the next report.
    pub fn update(&mut self, report: TaskReport, at: Mono) {
        let elapsed = at.since(self.at);
        if !elapsed.is_zero() {
            self.time_per_second = TaskMetrics::time_per_second(times(&report), times(&self.report), elapsed);
        }
        (self.report, self.at) = (report, at);
    }
}

fn times(report: &TaskReport) -> [u64; 3] {
    [report.counters.busy_ns, report.counters.idle_ns, report.counters.back_pressured_ns]
}

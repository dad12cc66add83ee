//! What tasks have read, written and spent their time with.

use serde_json::{Value, json};
use weft_rpc::program::TaskCounters;
use weft_rpc::view::AttemptView;

/// Counters of one or several attempts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Io {
    counters: TaskCounters,
    /// Whether all of them have had something to report.
    complete: bool,
}

const NANOS_PER_MS: u64 = 1_000_000;

impl Io {
    /// Those of some attempts, added up.
    pub(crate) fn over<'a>(attempts: impl IntoIterator<Item = &'a AttemptView>) -> Self {
        let nothing = Io { counters: TaskCounters::default(), complete: true };
        attempts.into_iter().fold(nothing, |sum, attempt| Io {
            counters: add(&sum.counters, &attempt.counters),
            complete: sum.complete && has_run(attempt),
        })
    }

    /// How much of what its source holds was read, in a unit of the source's; `None` without a source that knows its size.
    pub(crate) fn progress(&self) -> Option<(u64, u64)> {
        let TaskCounters { source_done: done, source_size: size, .. } = self.counters;
        (size > 0).then_some((done.min(size), size))
    }

    /// As REST clients read them.
    pub(crate) fn shown(&self) -> Value {
        let counters = &self.counters;
        json!({
            "read-bytes": counters.bytes_in,
            "read-bytes-complete": self.complete,
            "write-bytes": counters.bytes_out,
            "write-bytes-complete": self.complete,
            "read-records": counters.records_in,
            "read-records-complete": self.complete,
            "write-records": counters.records_out,
            "write-records-complete": self.complete,
            "accumulated-backpressured-time": counters.back_pressured_ns / NANOS_PER_MS,
            "accumulated-idle-time": counters.idle_ns / NANOS_PER_MS,
            "accumulated-busy-time": (counters.busy_ns / NANOS_PER_MS) as f64,
        })
    }

    /// Each of them, by its name.
    pub(super) fn each(&self) -> [(&'static str, u64); 7] {
        let counters = &self.counters;
        [
            ("read-bytes", counters.bytes_in),
            ("write-bytes", counters.bytes_out),
            ("read-records", counters.records_in),
            ("write-records", counters.records_out),
            ("accumulated-backpressured-time", counters.back_pressured_ns / NANOS_PER_MS),
            ("accumulated-idle-time", counters.idle_ns / NANOS_PER_MS),
            ("accumulated-busy-time", counters.busy_ns / NANOS_PER_MS),
        ]
    }
}

fn has_run(attempt: &AttemptView) -> bool {
    attempt.timestamps.contains_key(&weft_control::ExecutionState::Running)
}

fn add(a: &TaskCounters, b: &TaskCounters) -> TaskCounters {
    TaskCounters {
        records_in: a.records_in.saturating_add(b.records_in),
        records_out: a.records_out.saturating_add(b.records_out),
        bytes_in: a.bytes_in.saturating_add(b.bytes_in),
        bytes_out: a.bytes_out.saturating_add(b.bytes_out),
        busy_ns: a.busy_ns.saturating_add(b.busy_ns),
        idle_ns: a.idle_ns.saturating_add(b.idle_ns),
        back_pressured_ns: a.back_pressured_ns.saturating_add(b.back_pressured_ns),
        source_done: a.source_done.saturating_add(b.source_done),
        // All subtasks know the same size, once they have been given anything.
        source_size: a.source_size.max(b.source_size),
    }
}

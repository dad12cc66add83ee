//! A subtask's metrics.

use super::metric::Metric;
use weft_rpc::program::TaskCounters;
use weft_rpc::view::{AttemptView, RunningTask};

/// The name of the metric that also has a path of its own.
pub(super) const WATERMARK: &str = "currentInputWatermark";

const NANOS_PER_MS: u64 = 1_000_000;

/// Those of the attempt that counts.
pub(super) fn of_attempt(attempt: &AttemptView) -> Vec<Metric> {
    metrics(&attempt.counters, attempt.time_per_second, attempt.watermark)
}

/// Those of a task of this process.
pub(super) fn of_running(task: &RunningTask) -> Vec<Metric> {
    metrics(&task.counters, task.time_per_second, task.watermark)
}

/// A subtask whose input has said nothing of event time has no watermark.
fn metrics(counters: &TaskCounters, time_per_second: [u64; 3], watermark: Option<i64>) -> Vec<Metric> {
    let [busy, idle, back_pressured] = time_per_second;
    let mut metrics = vec![
        Metric::count("numRecordsIn", counters.records_in),
        Metric::count("numRecordsOut", counters.records_out),
        Metric::count("numBytesIn", counters.bytes_in),
        Metric::count("numBytesOut", counters.bytes_out),
        Metric::real("busyTimeMsPerSecond", busy as f64),
        Metric::count("idleTimeMsPerSecond", idle),
        Metric::count("backPressuredTimeMsPerSecond", back_pressured),
        Metric::real("accumulateBusyTimeMs", (counters.busy_ns / NANOS_PER_MS) as f64),
        Metric::count("accumulateIdleTimeMs", counters.idle_ns / NANOS_PER_MS),
        Metric::count("accumulateBackPressuredTimeMs", counters.back_pressured_ns / NANOS_PER_MS),
        Metric::flag("isBackPressured", back_pressured > 0),
    ];
    metrics.extend(watermark.map(|watermark| Metric::signed(WATERMARK, watermark)));
    metrics
}

//! A subtask's metrics.

use super::metric::Metric;
use weft_rpc::view::AttemptView;

/// The name of the metric that also has a path of its own.
pub(super) const WATERMARK: &str = "currentInputWatermark";

const NANOS_PER_MS: u64 = 1_000_000;

/// Those of the attempt that counts. A subtask whose input has said nothing of event time has no watermark.
pub(super) fn metrics(attempt: &AttemptView) -> Vec<Metric> {
    let counters = &attempt.counters;
    let [busy, idle, back_pressured] = attempt.time_per_second;
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
    metrics.extend(attempt.watermark.map(|watermark| Metric::signed(WATERMARK, watermark)));
    metrics
}

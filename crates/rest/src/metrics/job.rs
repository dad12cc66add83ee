//! A job's metrics.

use super::metric::Metric;
use weft_control::JobStatus;
use weft_rpc::view::JobView;

/// The statuses that have a metric of the time in them.
const TIMED: [(&str, JobStatus); 6] = [
    ("initializingTime", JobStatus::Initializing),
    ("createdTime", JobStatus::Created),
    ("runningTime", JobStatus::Running),
    ("restartingTime", JobStatus::Restarting),
    ("failingTime", JobStatus::Failing),
    ("cancellingTime", JobStatus::Cancelling),
];

/// Those of a job: restarts, and milliseconds in the status that it is in.
pub(super) fn metrics(job: &JobView, now: i64) -> Vec<Metric> {
    let status = job.summary.status;
    let since = |status| job.timestamps.get(&status).map(|at| now.saturating_sub(*at).max(0));
    let current = |timed| if status == timed { since(timed).unwrap_or(0) } else { 0 };
    let down = matches!(status, JobStatus::Restarting | JobStatus::Failing);
    let downtime = if down { since(status).unwrap_or(0) } else { 0 };
    let times = TIMED.iter().map(|(name, timed)| Metric::signed(name, current(*timed)));
    let more = [
        Metric::signed("uptime", current(JobStatus::Running)),
        Metric::signed("downtime", downtime),
        Metric::count("numRestarts", restarts(job)),
    ];
    times.chain(more).collect()
}

/// How often the task that ran most often was started again.
fn restarts(job: &JobView) -> u64 {
    let attempts = job.vertices.iter().flat_map(|vertex| &vertex.subtasks).map(|subtask| subtask.current.attempt);
    attempts.max().unwrap_or(0).into()
}

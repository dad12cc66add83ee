//! Jobs.

mod accumulators;
mod cancel;
mod details;
mod exceptions;
mod execution_result;
mod list;

pub(crate) use accumulators::{accumulators, merged, shown};
pub(crate) use cancel::cancel;
pub(crate) use details::{config, details, plan, status};
pub(crate) use exceptions::exceptions;
pub(crate) use execution_result::execution_result;
pub(crate) use list::{ids, overview};

use crate::clock;
use weft_rpc::view::JobSummary;

/// Milliseconds from a job's submission to its end, or to now.
pub(crate) fn duration(job: &JobSummary) -> i64 {
    job.ended_ms.unwrap_or_else(clock::now_ms).saturating_sub(job.started_ms).max(0)
}

/// STREAMING or BATCH.
pub(crate) fn job_type(job: &JobSummary) -> &'static str {
    if job.streaming { "STREAMING" } else { "BATCH" }
}

/// The name of the one scheduler there is.
pub(crate) const SCHEDULER: &str = "Default";

/// Where clients expect a time that is not there yet, or a limit that is not set.
pub(crate) const NONE: i64 = -1;

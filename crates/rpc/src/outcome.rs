//! How a job ended, for its client.

use std::collections::BTreeMap;
use std::time::Duration;

use weft_common::{JobId, OperatorId};
use weft_control::{FinalFailure, JobStatus};

/// The end of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobOutcome {
    /// The job.
    pub job: JobId,
    /// FINISHED, FAILED, CANCELED or SUSPENDED.
    pub status: JobStatus,
    /// Why it failed.
    pub failure: Option<FinalFailure>,
    /// What its committers had to say to the client, encoded by them.
    pub results: BTreeMap<OperatorId, Vec<u8>>,
    /// What its user functions counted, by name, encoded by their kinds; several under a name are to be merged.
    pub accumulators: Vec<(String, Vec<u8>)>,
    /// From its start to its end.
    pub duration: Duration,
}

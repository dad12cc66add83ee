//! Who runs the jobs, and who is told of them.

use crate::view::{Answer, Refusal};
use crate::{JobOutcome, JobSpec};
use std::time::Duration;
use weft_common::JobId;

/// Runs jobs for a driven program.
///
/// [`Refusal::Failed`] means that nobody knows whether it was done: it is asked for again. The other refusals are final.
pub trait JobService: Send + Sync {
    /// Submits a job. A job that was accepted before is accepted again, once.
    fn submit(&self, job: JobSpec) -> Answer<Result<JobId, Refusal>>;
    /// How a job ended; `None` when it has not within `wait`.
    fn outcome(&self, job: JobId, wait: Duration) -> Answer<Result<Option<JobOutcome>, Refusal>>;
    /// A job's status by its name in the REST API.
    fn status(&self, job: JobId) -> Answer<Result<String, Refusal>>;
    /// Asks for a job's end.
    fn cancel(&self, job: JobId) -> Answer<Result<(), Refusal>>;
}

/// Is told what becomes of a driven program's jobs, on the task that drives it.
pub trait DriveObserver: Send {
    /// A job was accepted.
    fn submitted(&mut self, job: JobId, name: &str);
    /// A job was not accepted; the program is told so, too.
    fn refused(&mut self, name: &str, refusal: &Refusal);
    /// A job for which the program waits is over.
    fn ended(&mut self, outcome: &JobOutcome);
}

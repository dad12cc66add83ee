//! The part of an operator that exists once per job: split enumerators and committers.
//!
//! Coordinators live on one thread of their own (later: a process of their own), so that user code there cannot disturb the
//! JobManager. They are told what their subtasks say, which subtasks start over, and when the job is over.

use std::sync::Arc;

use crate::{Clock, JobInfo, TaskError};
use weft_common::{ExecutionAttemptId, JobId, OperatorId};

/// Messages to subtasks, in order.
pub type Replies = Vec<(ExecutionAttemptId, Vec<u8>)>;

/// Coordinates the subtasks of one operator.
pub trait OperatorCoordinator: Send {
    /// A subtask said something.
    fn on_event(&mut self, from: ExecutionAttemptId, payload: &[u8], replies: &mut Replies) -> Result<(), TaskError>;

    /// All attempts of a subtask so far are over without success; another may follow. What they were given and what they gave is
    /// void, except what was committed.
    fn subtask_reset(&mut self, subtask: u32) -> Result<(), TaskError>;

    /// [`on_event`](Self::on_event) failed for a passing reason: what it left undone is tried again.
    fn retry(&mut self) -> Result<(), TaskError> {
        Ok(())
    }

    /// All tasks of the job finished: what they left is made visible. Called again after a retryable error, until it succeeds once.
    fn commit(&mut self) -> Result<(), TaskError> {
        Ok(())
    }

    /// Every operator of the job has committed. What it returns reaches the client with the job's result.
    fn finished(&mut self) -> Result<Option<Vec<u8>>, TaskError> {
        Ok(None)
    }

    /// The job was cancelled or failed: what was not committed is discarded, and a commit that [`finished`](Self::finished) did not
    /// follow is taken back where that is possible.
    fn abort(&mut self) {}
}

/// Makes the coordinator of one operator.
pub trait CoordinatorFactory: Send + Sync {
    /// A new coordinator, for a job that starts.
    fn create(&self, context: &CoordinatorContext) -> Result<Box<dyn OperatorCoordinator>, TaskError>;
}

/// Who a coordinator is and what it may use.
#[derive(Clone)]
pub struct CoordinatorContext {
    /// The job.
    pub job: JobId,
    /// What the job is.
    pub info: Arc<JobInfo>,
    /// The operator.
    pub operator: OperatorId,
    /// Its name.
    pub name: String,
    /// How many subtasks it has.
    pub parallelism: u32,
    /// Where to wait for I/O; `None` in a simulation.
    pub io: Option<tokio::runtime::Handle>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

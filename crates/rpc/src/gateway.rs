//! What one process holds of another.

use crate::program::TaskReport;
use crate::{BlobRef, OperatorEvent, TaskDeployment, WorkerAddress};
use weft_common::{AllocationId, ExecutionAttemptId, JobId, LeaderEpoch, SlotId, TaskManagerId};
use weft_control::{TaskManagerMessage, WorkerMessage};

/// For whom a message was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fence {
    /// The leader its sender followed.
    pub epoch: LeaderEpoch,
    /// The job.
    pub job: JobId,
}

/// Where a TaskManager finds what a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobSource {
    /// Its code is part of the process.
    InProcess,
    /// An encoded [`JobSpec`](crate::JobSpec), to be fetched from the JobManager.
    Blob(BlobRef),
}

/// A TaskManager, as the JobManager sees it.
pub trait TaskManagerGateway: Send + Sync {
    /// Asks it to reserve a slot for a job and to offer it to the job's JobMaster.
    fn request_slot(&self, fence: Fence, slot: SlotId, allocation: AllocationId, source: &JobSource);
    /// It may come to run a job: it is to fetch what the job is beforehand, and keep that until the job is over.
    fn prepare(&self, fence: Fence, source: BlobRef);
    /// Gives a slot back.
    fn free_slot(&self, epoch: LeaderEpoch, allocation: AllocationId);
    /// Runs tasks in slots that the job holds. Tasks of one slot that are deployed together find each other.
    fn deploy(&self, fence: Fence, tasks: Vec<TaskDeployment>);
    /// Stops a task; the answer is its terminal state.
    fn cancel(&self, fence: Fence, attempt: ExecutionAttemptId);
    /// Tasks have been stopping for too long: their worker is to be killed.
    fn give_up(&self, fence: Fence, attempts: Vec<ExecutionAttemptId>);
    /// A report of the job, the message with this number, arrived; of the slots in it the job holds those `accepted`.
    fn acknowledge(&self, fence: Fence, sequence: u64, accepted: Vec<AllocationId>);
    /// Hands a coordinator's message to a subtask.
    fn operator_event(&self, fence: Fence, event: OperatorEvent);
    /// The job is over: everything held for it is dropped.
    fn job_finished(&self, fence: Fence);
    /// It is not wanted in this cluster and is to end; `cause` is a sentence.
    fn dismiss(&self, epoch: LeaderEpoch, cause: String);
}

/// A JobMaster, as TaskManagers see it.
pub trait JobMasterGateway: Send + Sync {
    /// What a TaskManager has to say; `sequence` grows with every message of this TaskManager to this job.
    fn worker_message(&self, fence: Fence, task_manager: &TaskManagerId, sequence: u64, message: WorkerMessage);
    /// A subtask speaks to its coordinator.
    fn operator_event(&self, fence: Fence, event: OperatorEvent);
    /// Where the data plane of this TaskManager's worker of the job is: told before its first slot is offered, and again, before the
    /// failures of its tasks, when the worker is replaced.
    fn worker_address(&self, fence: Fence, task_manager: &TaskManagerId, address: WorkerAddress);
    /// What the job's tasks on this TaskManager have counted.
    fn task_reports(&self, fence: Fence, task_manager: &TaskManagerId, reports: Vec<TaskReport>);
}

/// The ResourceManager, as TaskManagers see it.
pub trait ResourceManagerGateway: Send + Sync {
    /// What a TaskManager has to say; `sequence` grows with every message of this TaskManager to the ResourceManager.
    fn task_manager_message(
        &self,
        epoch: LeaderEpoch,
        from: &TaskManagerId,
        sequence: u64,
        message: TaskManagerMessage,
    );
}

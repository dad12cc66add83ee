//! What one process holds of another.

use crate::{OperatorEvent, TaskDeployment, TaskUpdate};
use weft_common::{AllocationId, ExecutionAttemptId, JobId, LeaderEpoch, SlotId, TaskManagerId};

/// For whom a message was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fence {
    /// The leader its sender followed.
    pub epoch: LeaderEpoch,
    /// The job.
    pub job: JobId,
}

/// A TaskManager, as the JobManager sees it.
pub trait TaskManagerGateway: Send + Sync {
    /// Asks it to reserve a slot for a job.
    fn request_slot(&self, fence: Fence, slot: SlotId, allocation: AllocationId);
    /// Gives a slot back.
    fn free_slot(&self, fence: Fence, allocation: AllocationId);
    /// Runs tasks in slots that the job holds. All tasks of one call start together.
    fn deploy(&self, fence: Fence, tasks: Vec<TaskDeployment>);
    /// Stops a task; the answer is its terminal state.
    fn cancel(&self, fence: Fence, attempt: ExecutionAttemptId);
    /// Hands a coordinator's message to a subtask.
    fn operator_event(&self, fence: Fence, event: OperatorEvent);
    /// The job is over: everything held for it is dropped.
    fn job_finished(&self, fence: Fence);
}

/// A JobMaster, as TaskManagers see it.
pub trait JobMasterGateway: Send + Sync {
    /// A task changed its state.
    fn task_update(&self, fence: Fence, update: TaskUpdate);
    /// A subtask speaks to its coordinator.
    fn operator_event(&self, fence: Fence, event: OperatorEvent);
    /// Slots reserved for the job are ready.
    fn offer_slot(&self, fence: Fence, slot: SlotId, allocation: AllocationId);
}

/// The ResourceManager, as TaskManagers see it.
pub trait ResourceManagerGateway: Send + Sync {
    /// A TaskManager is there, with so many slots.
    fn register(&self, task_manager: TaskManagerId, slots: u32);
    /// A TaskManager is gone.
    fn unregister(&self, task_manager: TaskManagerId, reason: String);
}

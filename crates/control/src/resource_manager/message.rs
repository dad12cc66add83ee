//! What a ResourceManager is told and what it wants done.

use weft_common::{AllocationId, JobId, LeaderEpoch, SlotId, TaskManagerId};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResourceEvent {
    /// A message from a TaskManager.
    TaskManager {
        /// The leader it is meant for.
        epoch: LeaderEpoch,
        /// Who sent it. The id names one life of the process: a restarted TaskManager has another.
        task_manager: TaskManagerId,
        /// Grows with every message this TaskManager sends to the ResourceManager.
        sequence: u64,
        /// What it says.
        message: TaskManagerMessage,
    },
    /// A TaskManager left, or has not been heard of for too long.
    TaskManagerLost {
        /// Which one.
        task_manager: TaskManagerId,
        /// Why, in a sentence.
        cause: String,
    },
    /// A slot request was refused, or its TaskManager could not be reached.
    RequestFailed {
        /// The slot.
        slot: SlotId,
        /// The grant that failed.
        allocation: AllocationId,
    },
    /// A job says how many slots it needs in all; replaces what it said before.
    RequirementsDeclared {
        /// The job.
        job: JobId,
        /// The number.
        slots: u32,
    },
    /// A job is over.
    JobOver {
        /// The job.
        job: JobId,
    },
}

/// One slot as its TaskManager sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotReport {
    /// Which slot, from 0.
    pub index: u32,
    /// Whom it is granted to.
    pub grant: Option<(JobId, AllocationId)>,
}

/// What TaskManagers say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskManagerMessage {
    /// All of its slots: makes an unknown TaskManager known, and puts right what was lost on the way.
    SlotReport(Vec<SlotReport>),
    /// A slot request was accepted.
    SlotGranted {
        /// The slot.
        index: u32,
        /// The grant.
        allocation: AllocationId,
    },
    /// A slot is free again.
    SlotFreed {
        /// The slot.
        index: u32,
        /// The grant that ended.
        allocation: AllocationId,
    },
}

/// Something to be done by the shell around a ResourceManager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResourceCommand {
    /// Have a TaskManager offer a slot to a job; repeated when a report shows no trace of it. Answered by
    /// [`SlotGranted`](TaskManagerMessage::SlotGranted) or [`ResourceEvent::RequestFailed`].
    RequestSlot {
        /// The slot.
        slot: SlotId,
        /// The job.
        job: JobId,
        /// The grant.
        allocation: AllocationId,
    },
    /// Have a TaskManager end a grant of a job that is not there any more.
    FreeSlot {
        /// The slot.
        slot: SlotId,
        /// The grant.
        allocation: AllocationId,
    },
    /// Have a TaskManager fetch what a job is, for it may come to run it. Nothing is lost when it does not.
    Prepare {
        /// Which one.
        task_manager: TaskManagerId,
        /// The job.
        job: JobId,
    },
    /// Tell a TaskManager that it is not wanted.
    RefuseTaskManager {
        /// Which one.
        task_manager: TaskManagerId,
        /// Why, in a sentence.
        cause: String,
    },
    /// Tell a job that slots are gone.
    SlotsLost {
        /// The job.
        job: JobId,
        /// The grants that are void.
        allocations: Vec<AllocationId>,
        /// Why, in a sentence.
        cause: String,
    },
    /// Tell a job that its requirements cannot be met now.
    SlotsScarce {
        /// The job.
        job: JobId,
        /// Free slots in the cluster.
        free: u32,
        /// Slots requested for any job, not confirmed yet.
        pending: u32,
    },
}

/// Commands in the order in which they are to be carried out.
pub type ResourceCommands = Vec<ResourceCommand>;

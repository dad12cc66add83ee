//! What a JobMaster wants done.

use crate::{JobStatus, PooledSlot};
use weft_common::{AllocationId, ErrorKind, ExecutionAttemptId, SlotId, TaskManagerId};
use weft_graph::ExecutionVertexId;

/// Commands in the order in which they are to be carried out.
pub type Commands = Vec<Command>;

/// Something to be done by the shell around a JobMaster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Tell whoever watches the job.
    JobStatusChanged {
        /// The new status.
        status: JobStatus,
        /// Since when, in milliseconds since the epoch.
        at_ms: i64,
    },
    /// Tell the ResourceManager how many slots the job needs in all.
    DeclareRequirements {
        /// The number; replaces the one declared before.
        slots: u32,
    },
    /// Start the job's coordinators (split enumerators, committers) anew.
    StartCoordinators {
        /// The number of this start or reset, from 0.
        attempt: u32,
    },
    /// Take back what was handed to some subtasks, which are about to run again.
    ResetCoordinators {
        /// The number of this start or reset.
        attempt: u32,
        /// The subtasks.
        subtasks: Vec<ExecutionVertexId>,
    },
    /// Let the sinks commit: every task has finished.
    CommitSinks {
        /// The coordinators' current attempt.
        attempt: u32,
    },
    /// Stop the coordinators; a commit that is under way is given up where that is still possible, and its outcome
    /// reported.
    StopCoordinators {
        /// Their current attempt.
        attempt: u32,
    },
    /// Run a task. The outcome is a task state from the TaskManager or [`Event::DeployFailed`](super::Event).
    Deploy {
        /// What to run.
        attempt: ExecutionAttemptId,
        /// The grant it runs under.
        allocation: AllocationId,
        /// Where.
        slot: SlotId,
    },
    /// Stop a task. A TaskManager that does not know it answers CANCELED, and refuses it should it still arrive.
    CancelTask {
        /// What to stop.
        attempt: ExecutionAttemptId,
        /// Who runs it.
        task_manager: TaskManagerId,
    },
    /// Tasks do not react to being cancelled: have their worker killed, and report its slots as lost.
    GiveUpOnWorker {
        /// Whose worker.
        task_manager: TaskManagerId,
        /// The tasks that would not stop.
        attempts: Vec<ExecutionAttemptId>,
    },
    /// Tell a TaskManager that its report arrived: the terminal states in it are known.
    Acknowledge {
        /// Whose report.
        task_manager: TaskManagerId,
        /// The number of the message.
        sequence: u64,
        /// Those of its slots that the job holds.
        accepted: Vec<AllocationId>,
    },
    /// Give slots back.
    ReleaseSlots {
        /// The slots.
        slots: Vec<PooledSlot>,
    },
    /// The job is over for this leader. Nothing but answers to stragglers follows.
    Finished(JobResult),
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobResult {
    /// FINISHED, CANCELED, FAILED or SUSPENDED.
    pub status: JobStatus,
    /// Why it failed.
    pub failure: Option<FinalFailure>,
}

/// Why a job failed for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinalFailure {
    /// The cause, then why it was not restarted.
    pub message: String,
    /// Who can do something about it.
    pub kind: ErrorKind,
}

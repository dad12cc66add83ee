//! What a JobMaster is told.

use crate::{ExecutionState, Failure, PooledSlot};
use weft_common::{AllocationId, ExecutionAttemptId, LeaderEpoch, TaskManagerId};

/// A slot that a TaskManager offers to the job it was granted to.
pub type OfferedSlot = PooledSlot;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Run the job.
    Start,
    /// Time has passed: due when [`next_deadline`](super::JobMaster::next_deadline) is reached; harmless at any time.
    Tick,
    /// Somebody wants the job cancelled.
    CancelRequested,
    /// This process no longer leads.
    LeaderLost,
    /// The ResourceManager lost slots of this job.
    SlotsLost {
        /// The grants that are void.
        allocations: Vec<AllocationId>,
        /// Why, in a sentence.
        cause: String,
    },
    /// More is known of why a TaskManager was lost.
    TaskManagerExplained {
        /// Which one.
        task_manager: TaskManagerId,
        /// Why it was lost, in words that follow a sentence.
        why: String,
    },
    /// A TaskManager is gone, with all of its slots.
    TaskManagerLost {
        /// Which one.
        task_manager: TaskManagerId,
        /// Why, in a sentence.
        cause: String,
    },
    /// A TaskManager whose connection broke is back, with all it has. Whatever was on its way to it is lost, so its next report is taken at
    /// its word: what is not in it never arrived.
    TaskManagerReconnected {
        /// Which one.
        task_manager: TaskManagerId,
    },
    /// The ResourceManager cannot meet the job's requirements now.
    SlotsScarce {
        /// Free slots in the cluster.
        free: u32,
        /// Slots requested of TaskManagers or of the cluster's owner, not there yet.
        pending: u32,
    },
    /// A TaskManager refused a deployment, or could not be reached.
    DeployFailed {
        /// What was to be deployed.
        attempt: ExecutionAttemptId,
        /// Why it was not.
        failure: Failure,
    },
    /// A message from a TaskManager.
    Worker {
        /// The leader it is meant for.
        epoch: LeaderEpoch,
        /// Who sent it. The id names one life of the process: a restarted TaskManager has another.
        task_manager: TaskManagerId,
        /// Grows with every message this TaskManager sends to this job.
        sequence: u64,
        /// What it says.
        message: WorkerMessage,
    },
    /// A message from the job's coordinators.
    Coordinator {
        /// The leader it is meant for.
        epoch: LeaderEpoch,
        /// Which start or reset of the coordinators it comes from.
        attempt: u32,
        /// What it says.
        message: CoordinatorMessage,
    },
}

/// A task as its TaskManager sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskStatus {
    /// Which attempt.
    pub attempt: ExecutionAttemptId,
    /// Its state.
    pub state: ExecutionState,
    /// Why, for FAILED.
    pub failure: Option<Failure>,
}

/// What TaskManagers say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkerMessage {
    /// Slots granted to this job are ready. Repeated until each is used, accepted
    /// ([`Command::Acknowledge`](super::Command::Acknowledge)) or released.
    SlotsOffered(Vec<OfferedSlot>),
    /// A task changed its state; DEPLOYING says that the deployment arrived.
    TaskStateChanged(TaskStatus),
    /// All that the TaskManager has of this job: sent with heartbeats, so that what was lost on the way is found out.
    /// An ended task stays listed until such a report is acknowledged.
    Report {
        /// The tasks.
        tasks: Vec<TaskStatus>,
        /// The grants.
        allocations: Vec<AllocationId>,
    },
}

/// What coordinators say. A reset or commit that cannot be delivered to them is answered by `Failed` on their behalf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CoordinatorMessage {
    /// Every sink has committed.
    CommitFinished,
    /// A sink could not commit.
    CommitFailed(Failure),
    /// The coordinators died.
    Failed(Failure),
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handled {
    /// It counted.
    Applied,
    /// It changed nothing, for a reason that is no error.
    Ignored(Ignored),
}

/// Why an event changed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ignored {
    /// The job is over.
    JobOver,
    /// The job was told this before, or is past it.
    Repeated,
    /// The job has no such task, or not there.
    UnknownTask,
    /// The attempt has been replaced by a newer one, or was never started.
    OtherAttempt,
    /// The attempt is being cancelled, or is over.
    AttemptOver,
    /// The coordinators have been reset since.
    OtherCoordinators,
    /// Newer messages of the same TaskManager have arrived before it.
    Overtaken,
}

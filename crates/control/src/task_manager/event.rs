//! What a TaskManager is told.

use super::MemorySample;
use crate::{Failure, TaskStatus};
use weft_common::{AllocationId, ExecutionAttemptId, JobId, LeaderEpoch};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskManagerEvent {
    /// Begin: look for the JobManager.
    Start,
    /// Time has passed: due when [`next_deadline`](super::TaskManager::next_deadline) is reached; harmless at any time.
    Tick,
    /// An attempt to register succeeded: there is a connection, and who leads at its other end.
    Registered {
        /// Which attempt.
        attempt: u64,
        /// Who leads.
        epoch: LeaderEpoch,
    },
    /// An attempt to register failed.
    RegistrationFailed {
        /// Which attempt.
        attempt: u64,
        /// How.
        failure: RegistrationFailure,
    },
    /// The connection that an attempt to register had made is broken.
    Disconnected {
        /// Which attempt.
        attempt: u64,
        /// Why, in a sentence.
        cause: String,
    },
    /// The JobManager wants something.
    Leader {
        /// Who leads, according to the sender.
        epoch: LeaderEpoch,
        /// What it wants.
        order: LeaderOrder,
    },
    /// A worker can be given tasks.
    WorkerReady {
        /// Whose.
        job: JobId,
        /// Which life.
        incarnation: u64,
    },
    /// A worker has ended, or could not be started. Comes for every worker that was started, once.
    WorkerEnded {
        /// Whose.
        job: JobId,
        /// Which life.
        incarnation: u64,
        /// How it ended.
        end: WorkerEnd,
        /// The last thing it wrote to its standard error, if anything.
        last_words: Option<String>,
    },
    /// A task of a worker changed its state.
    Task {
        /// Whose.
        job: JobId,
        /// Which life of the worker.
        incarnation: u64,
        /// Its state.
        status: TaskStatus,
    },
    /// What a worker uses of the memory.
    MemorySampled {
        /// Whose.
        job: JobId,
        /// Which life.
        incarnation: u64,
        /// How much.
        sample: MemorySample,
    },
    /// The process was asked to end.
    ShutDown {
        /// Why, in a clause such as `SIGTERM`.
        cause: String,
    },
}

/// How an attempt to register failed; with a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistrationFailure {
    /// Nobody listens there, or nothing answers: the JobManager may be starting.
    Unreachable(String),
    /// Something is wrong: another protocol, another secret, a name that does not resolve.
    Error(String),
    /// The JobManager does not want this TaskManager.
    Refused(String),
}

/// What a JobManager wants of a TaskManager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeaderOrder {
    /// To know that it lives.
    Heartbeat,
    /// Reserve a slot for a job and offer it.
    RequestSlot {
        /// Which slot.
        index: u32,
        /// The job.
        job: JobId,
        /// The grant.
        allocation: AllocationId,
    },
    /// End a grant.
    FreeSlot {
        /// The grant.
        allocation: AllocationId,
    },
    /// Run tasks in slots that the job holds.
    Deploy {
        /// The job.
        job: JobId,
        /// Each with its slot.
        tasks: Vec<(ExecutionAttemptId, u32)>,
    },
    /// Stop a task.
    Cancel {
        /// The job.
        job: JobId,
        /// Which task.
        attempt: ExecutionAttemptId,
    },
    /// Tasks have been stopping for too long: their worker is to be killed.
    GiveUp {
        /// The job.
        job: JobId,
        /// The tasks.
        attempts: Vec<ExecutionAttemptId>,
    },
    /// A report of a job arrived.
    Acknowledge {
        /// The job.
        job: JobId,
        /// The number of the message.
        sequence: u64,
        /// Those of its slots that the job holds.
        accepted: Vec<AllocationId>,
    },
    /// A job is over: drop everything held for it.
    JobFinished {
        /// The job.
        job: JobId,
    },
    /// End: this TaskManager is not wanted any more.
    Dismiss {
        /// Why, in a sentence.
        cause: String,
    },
}

/// How a worker ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkerEnd {
    /// It could not be started, or could not become a worker of its job.
    CannotStart(Failure),
    /// With an exit code.
    Exited(i32),
    /// By a signal.
    Signalled(i32),
    /// The operating system did not tell how.
    Unknown,
}

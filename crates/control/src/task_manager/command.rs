//! What a TaskManager wants done.

use crate::{TaskManagerMessage, WorkerMessage};
use std::time::Duration;
use weft_common::{ExecutionAttemptId, JobId};

/// Commands in the order in which they are to be carried out.
pub type TaskManagerCommands = Vec<TaskManagerCommand>;

/// Something to be done by the shell around a TaskManager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskManagerCommand {
    /// Connect to the JobManager and register. Any connection made before is closed. Answered by
    /// [`Registered`](super::TaskManagerEvent::Registered) or
    /// [`RegistrationFailed`](super::TaskManagerEvent::RegistrationFailed).
    Connect {
        /// The number of the attempt.
        attempt: u64,
        /// After which no answer is expected any more.
        timeout: Duration,
    },
    /// Close the connection to the JobManager.
    Disconnect,
    /// Tell the JobManager that this process lives.
    Heartbeat,
    /// Say something to the ResourceManager of the leader.
    TellResourceManager {
        /// The number of the message.
        sequence: u64,
        /// What.
        message: TaskManagerMessage,
    },
    /// Say something to the JobMaster of a job.
    TellJobMaster {
        /// The job.
        job: JobId,
        /// The number of the message.
        sequence: u64,
        /// What.
        message: WorkerMessage,
    },
    /// Tell the JobManager that this TaskManager ends, so that it need not find out.
    Leave {
        /// Why.
        cause: String,
    },
    /// Start a job's worker. Before anything else is said to the job's JobMaster, it is to know where the worker's data plane listens.
    StartWorker {
        /// Whose.
        job: JobId,
        /// Names this life of it.
        incarnation: u64,
    },
    /// Have a worker run tasks.
    Deploy {
        /// Whose worker.
        job: JobId,
        /// Which life.
        incarnation: u64,
        /// The tasks. What is known of them besides can be forgotten by the shell.
        attempts: Vec<ExecutionAttemptId>,
    },
    /// What is known of a task that a worker was not given can be forgotten: it will not run.
    Discard {
        /// The job.
        job: JobId,
        /// The task.
        attempt: ExecutionAttemptId,
    },
    /// Have a worker stop a task.
    CancelTask {
        /// Whose worker.
        job: JobId,
        /// Which life.
        incarnation: u64,
        /// The task.
        attempt: ExecutionAttemptId,
    },
    /// Have a worker drop what it holds for a slot, in which nothing runs.
    DropSlot {
        /// Whose worker.
        job: JobId,
        /// Which life.
        incarnation: u64,
        /// The slot.
        index: u32,
    },
    /// Have a worker end; nothing runs in it.
    StopWorker {
        /// Whose.
        job: JobId,
        /// Which life.
        incarnation: u64,
    },
    /// Kill a worker.
    KillWorker {
        /// Whose.
        job: JobId,
        /// Which life.
        incarnation: u64,
        /// Why, in a clause for the log.
        cause: String,
    },
    /// A task does not stop: say what it is doing.
    ReportStuckTask {
        /// The job.
        job: JobId,
        /// The task.
        attempt: ExecutionAttemptId,
        /// For how long it has been asked to stop.
        since: Duration,
    },
    /// A worker has used most of its memory.
    WarnOfMemory {
        /// Whose.
        job: JobId,
        /// Bytes in use.
        used: u64,
        /// Bytes it may use.
        limit: u64,
    },
    /// Nothing of a job is left here: its listener, files and directories can go.
    ForgetJob {
        /// The job.
        job: JobId,
    },
    /// End the process. Nothing follows.
    Exit(Exit),
}

/// Why a TaskManager ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It was asked to.
    Wanted(String),
    /// It found no JobManager; with a sentence.
    GaveUp(String),
}

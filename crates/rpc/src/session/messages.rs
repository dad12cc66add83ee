//! What the two ends of a session say.

use crate::program::TaskReport;
use crate::view::{LogFile, ProcessMemory};
use crate::{BlobRef, Fence, JobSource, OperatorEvent, TaskDeployment, TaskManagerRegistration, WorkerAddress};
use std::time::Duration;
use weft_common::{AllocationId, ExecutionAttemptId, LeaderEpoch, SlotId};
use weft_control::{TaskManagerMessage, WorkerMessage};

/// What a TaskManager says, for whoever handles it at the JobManager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskManagerCall {
    /// It lives.
    Heartbeat {
        /// What it and its workers use.
        memory: ProcessMemory,
        /// The last warnings and errors of its log, the newest last.
        warnings: Vec<String>,
    },
    /// It ends, and need not be looked for.
    Goodbye {
        /// Why.
        cause: String,
    },
    /// To the ResourceManager.
    ResourceManager {
        /// The leader it is meant for.
        epoch: LeaderEpoch,
        /// Grows with every message.
        sequence: u64,
        /// What it says.
        message: TaskManagerMessage,
    },
    /// To the JobMaster of a job.
    JobMaster {
        /// Whose.
        fence: Fence,
        /// Grows with every message.
        sequence: u64,
        /// What it says.
        message: WorkerMessage,
    },
    /// From a subtask to its coordinator.
    OperatorEvent {
        /// Whose.
        fence: Fence,
        /// What it says.
        event: OperatorEvent,
    },
    /// Where its worker of a job is.
    WorkerAddress {
        /// Whose.
        fence: Fence,
        /// Where.
        address: WorkerAddress,
    },
    /// What its tasks of a job have counted.
    TaskReports {
        /// Whose.
        fence: Fence,
        /// The counters.
        reports: Vec<TaskReport>,
    },
}

/// What a JobManager says, for whoever handles it at the TaskManager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeaderCall {
    /// It lives.
    Heartbeat,
    /// This TaskManager is not wanted any more: it is to end.
    Dismiss {
        /// Why, in a sentence.
        cause: String,
    },
    /// Reserve a slot for a job and offer it.
    RequestSlot {
        /// The job.
        fence: Fence,
        /// The slot.
        slot: SlotId,
        /// The grant.
        allocation: AllocationId,
        /// Where to find what the job is.
        source: JobSource,
    },
    /// Fetch what a job is, which this TaskManager may come to run.
    Prepare {
        /// The job.
        fence: Fence,
        /// Where to find what it is.
        source: BlobRef,
    },
    /// End a grant.
    FreeSlot {
        /// The leader.
        epoch: LeaderEpoch,
        /// The grant.
        allocation: AllocationId,
    },
    /// Run tasks.
    Deploy {
        /// The job.
        fence: Fence,
        /// The tasks.
        tasks: Vec<TaskDeployment>,
    },
    /// Stop a task.
    Cancel {
        /// The job.
        fence: Fence,
        /// Which one.
        attempt: ExecutionAttemptId,
    },
    /// From a coordinator to a subtask.
    OperatorEvent {
        /// The job.
        fence: Fence,
        /// What it says.
        event: OperatorEvent,
    },
    /// Tasks have been stopping for too long: their worker is to be killed.
    GiveUp {
        /// The job.
        fence: Fence,
        /// Which ones.
        attempts: Vec<ExecutionAttemptId>,
    },
    /// A report arrived.
    Acknowledge {
        /// The job.
        fence: Fence,
        /// The number of the message.
        sequence: u64,
        /// Those of its slots that the job holds.
        accepted: Vec<AllocationId>,
    },
    /// A job is over.
    JobFinished {
        /// The job.
        fence: Fence,
    },
    /// Which log files are there: answered with [`SessionHandle::answer_list_logs`](super::SessionHandle::answer_list_logs).
    ListLogs {
        /// The number of the question.
        request: u64,
    },
    /// Part of a log file: answered with [`SessionHandle::answer_read_log`](super::SessionHandle::answer_read_log).
    ReadLog {
        /// The number of the question.
        request: u64,
        /// The file, by its name in the list; anything else is to be refused.
        name: String,
        /// From which byte.
        offset: u64,
        /// The most bytes.
        length: u32,
    },
}

/// The answer to a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Welcome {
    /// Who leads.
    pub epoch: LeaderEpoch,
    /// The TaskManager's number in slot addresses.
    pub worker: u32,
    /// Between two heartbeats.
    pub heartbeat_interval: Duration,
    /// How long the other end may be silent.
    pub heartbeat_timeout: Duration,
}

/// Everything that a TaskManager sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FromTaskManager {
    Register(TaskManagerRegistration),
    Call(TaskManagerCall),
    /// A message that was put before.
    Large(BlobRef),
    /// A large message has been fetched.
    Fetched(BlobRef),
    LogList {
        request: u64,
        files: Result<Vec<LogFile>, String>,
    },
    LogPart {
        request: u64,
        bytes: Result<Vec<u8>, String>,
    },
}

/// Everything that a JobManager sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ToTaskManager {
    Welcome {
        welcome: Welcome,
        session: u64,
    },
    Refused(String),
    Call(LeaderCall),
    /// A message that is to be fetched.
    Large(BlobRef),
}

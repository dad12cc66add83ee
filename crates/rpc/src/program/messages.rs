//! The messages.

use std::collections::BTreeMap;

use crate::{JobOutcome, JobSpec, OperatorEvent, TaskDeployment, TaskUpdate, WorkerAddress};
use weft_common::{ExecutionAttemptId, JobId, LeaderEpoch, OperatorId};
use weft_control::CoordinatorMessage;
use weft_graph::{ExecutionVertexId, StreamGraph};

/// What a parent tells a program.
#[derive(Clone, Debug, PartialEq)]
pub enum ToProgram {
    /// First: run `main` to its end; ask for every `execute`.
    Drive(DriveSpec),
    /// First: become a worker of a job.
    Work(Box<WorkSpec>),
    /// First: become the host of a job's coordinators.
    Coordinate(Box<CoordinateSpec>),

    /// To a driver: the submission was accepted, or refused with a sentence.
    Submitted(Result<JobId, String>),
    /// To a driver that waits: how the job ended.
    Ended(JobOutcome),
    /// To a driver that asked: the job's status by its name in the REST API.
    Status(String),

    /// To a worker: run these tasks.
    Deploy(Vec<TaskDeployment>),
    /// To a worker: stop a task.
    Cancel(ExecutionAttemptId),
    /// To a worker: a coordinator's message.
    OperatorEvent(OperatorEvent),
    /// To a worker: drop the tasks and lanes of a slot.
    FreeSlot(u32),

    /// To coordinators.
    Coordinator(CoordinatorOrder),
    /// To a worker or coordinator: what its parent's configuration says about logging from now on, under what the job's says.
    Logging(BTreeMap<String, String>),
    /// To a worker or coordinator: the job is over; end.
    Stop,
}

impl ToProgram {
    /// Whether it can only be the first message.
    pub(crate) fn is_start(&self) -> bool {
        matches!(self, ToProgram::Drive(_) | ToProgram::Work(_) | ToProgram::Coordinate(_))
    }

    /// What it is, for messages.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            ToProgram::Drive(_) => "drive",
            ToProgram::Work(_) => "work",
            ToProgram::Coordinate(_) => "coordinate",
            ToProgram::Submitted(_) => "submitted",
            ToProgram::Ended(_) => "ended",
            ToProgram::Status(_) => "status",
            ToProgram::Deploy(_) => "deploy",
            ToProgram::Cancel(_) => "cancel",
            ToProgram::OperatorEvent(_) => "operator event",
            ToProgram::FreeSlot(_) => "free slot",
            ToProgram::Coordinator(_) => "coordinator order",
            ToProgram::Logging(_) => "logging",
            ToProgram::Stop => "stop",
        }
    }
}

/// What a driver is started with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DriveSpec {
    /// The cluster's and the client's configuration, under what the program's command line sets.
    pub configuration: BTreeMap<String, String>,
    /// Whether `execute` returns once a job is accepted (`run -d`).
    pub detached: bool,
}

/// What a worker is started with.
#[derive(Clone, PartialEq)]
pub struct WorkSpec {
    /// The job.
    pub job: JobSpec,
    /// The leader the TaskManager follows.
    pub epoch: LeaderEpoch,
    /// The TaskManager's number in slot addresses.
    pub worker: u32,
    /// The TaskManager's configuration, under the job's.
    pub configuration: BTreeMap<String, String>,
    /// Bytes of network memory that each slot has.
    pub network_memory_per_slot: u64,
    /// Where its data plane is reached by other workers. The listening socket itself comes with the message.
    pub address: WorkerAddress,
    /// The key of the job's data plane, derived from the cluster's secret; empty where the cluster has none.
    pub key: Vec<u8>,
}

/// What a host of coordinators is started with.
#[derive(Clone, Debug, PartialEq)]
pub struct CoordinateSpec {
    /// The job.
    pub job: JobSpec,
    /// The JobManager's configuration, under the job's.
    pub configuration: BTreeMap<String, String>,
}

/// What coordinators are told, in the order in which the JobMaster decided it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CoordinatorOrder {
    /// Begin; those that run already start over.
    Start {
        /// The number of this start or reset; answers carry it.
        attempt: u32,
    },
    /// A subtask said something.
    Event(OperatorEvent),
    /// Subtasks start over.
    Reset {
        /// The number of this start or reset.
        attempt: u32,
        /// Which ones.
        subtasks: Vec<ExecutionVertexId>,
    },
    /// All tasks have finished.
    Commit {
        /// The number of the newest start or reset.
        attempt: u32,
    },
    /// The job is over; without success nothing of it may become visible.
    End {
        /// Whether it finished.
        success: bool,
    },
}

/// One `execute` of a driven program.
#[derive(Clone, Debug, PartialEq)]
pub struct Submission {
    /// Which `execute`, from 0.
    pub execution: u32,
    /// What is to run.
    pub graph: StreamGraph,
    /// What the program's command line set.
    pub configuration: BTreeMap<String, String>,
    /// The values of `env.once` so far.
    pub once: BTreeMap<String, Vec<u8>>,
}

/// What a program tells its parent.
#[derive(Clone, Debug, PartialEq)]
pub enum FromProgram {
    /// It cannot become what it was told to be: a sentence.
    Failed(String),
    /// A driver submits a job; answered by [`ToProgram::Submitted`].
    Submit(Box<Submission>),
    /// A driver waits for a job; answered by [`ToProgram::Ended`].
    Wait(JobId),
    /// A driver asks for a job's status.
    AskStatus(JobId),
    /// A driver asks for a job's end.
    CancelJob(JobId),

    /// A worker is ready: tasks can be deployed.
    Ready,
    /// A task of a worker changed its state.
    Task(TaskUpdate),
    /// A subtask speaks to its coordinator.
    OperatorEvent(OperatorEvent),
    /// The counters of a worker's tasks, from time to time.
    Metrics(Vec<TaskReport>),

    /// A coordinator speaks to the JobMaster.
    Coordinator {
        /// The start or reset it belongs to.
        attempt: u32,
        /// What it says.
        message: CoordinatorMessage,
    },
    /// A coordinator answers one of its subtasks.
    Reply(OperatorEvent),
    /// What a committer has to say to the client.
    Result {
        /// The operator.
        operator: OperatorId,
        /// Encoded by it.
        payload: Vec<u8>,
    },
    /// The coordinators have cleaned up.
    Ended,
}

/// What a task has counted so far, under the names of the metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaskCounters {
    /// `numRecordsIn`.
    pub records_in: u64,
    /// `numRecordsOut`.
    pub records_out: u64,
    /// `numBytesIn`.
    pub bytes_in: u64,
    /// `numBytesOut`.
    pub bytes_out: u64,
    /// Nanoseconds it was busy.
    pub busy_ns: u64,
    /// Nanoseconds it had nothing to do.
    pub idle_ns: u64,
    /// Nanoseconds its output had nowhere to go.
    pub back_pressured_ns: u64,
    /// What a source has read of its splits, in a unit of its own.
    pub source_done: u64,
    /// The size of the whole source in that unit; 0 when it is not known.
    pub source_size: u64,
}

/// What a worker reports of one task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskReport {
    /// Which attempt.
    pub attempt: ExecutionAttemptId,
    /// Its counters.
    pub counters: TaskCounters,
    /// The event time its input has reached, in milliseconds.
    pub watermark: Option<i64>,
    /// Its accumulators, by name, encoded by their kinds.
    pub accumulators: Vec<(String, Vec<u8>)>,
}

impl std::fmt::Debug for WorkSpec {
    /// Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WorkSpec").field("job", &self.job.job).field("worker", &self.worker).finish_non_exhaustive()
    }
}

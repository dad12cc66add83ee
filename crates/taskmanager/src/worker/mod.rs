//! Workers: what runs the tasks of one job.

mod data_plane;
mod lanes;
mod local;

pub use data_plane::{DataPlane, LocalDataPlane};
pub use local::{LocalWorker, LocalWorkerContext};

use std::collections::BTreeMap;
use std::sync::Arc;

use weft_common::{ExecutionAttemptId, JobId};
use weft_control::{MemorySample, WorkerEnd};
use weft_rpc::program::TaskReport;
use weft_rpc::{BlobRef, Fence, JobSource, OperatorEvent, TaskDeployment, TaskUpdate, WorkerAddress};
use weft_runtime::TaskMetrics;

/// A worker that was started. Nothing blocks; what comes of a call is told to its [`WorkerListener`].
pub trait Worker: Send + Sync {
    /// Runs tasks. Tasks of one slot that are deployed together find each other.
    fn deploy(&self, tasks: Vec<TaskDeployment>);
    /// Stops a task.
    fn cancel(&self, attempt: ExecutionAttemptId);
    /// Hands a coordinator's message to a subtask.
    fn operator_event(&self, event: OperatorEvent);
    /// Drops what it holds for a slot, in which no task runs.
    fn drop_slot(&self, slot: u32);
    /// Has it end.
    fn stop(&self);
    /// Ends it at once, whatever it does.
    fn kill(&self);
    /// The counters of its tasks, live and ended, where they are in this process.
    fn metrics(&self) -> BTreeMap<ExecutionAttemptId, Arc<TaskMetrics>>;
}

/// Who hears of a worker.
pub trait WorkerListener: Send + Sync {
    /// Tasks can be deployed.
    fn ready(&self);
    /// It has ended, or never was; the last that is said of it.
    fn ended(&self, end: WorkerEnd, last_words: Option<String>);
    /// A task changed its state.
    fn task_update(&self, update: TaskUpdate);
    /// A subtask speaks to its coordinator.
    fn operator_event(&self, event: OperatorEvent);
    /// What tasks have counted: from time to time, where that is not in this process, and of each at its end, before that is said.
    fn task_reports(&self, reports: Vec<TaskReport>);
    /// What it uses of the memory, from time to time, where it is a process of its own.
    fn memory(&self, sample: MemorySample);
}

/// What a worker is started with.
#[derive(Clone, Debug)]
pub struct WorkerStart {
    /// The job, and the leader it runs under.
    pub fence: Fence,
    /// Where the job is found.
    pub source: JobSource,
    /// Names this life of the job's worker.
    pub incarnation: u64,
}

/// A worker that was started.
pub struct StartedWorker {
    /// The worker. It may not be ready yet.
    pub worker: Arc<dyn Worker>,
    /// Where its data plane is, for workers in other processes.
    pub address: Option<WorkerAddress>,
}

/// What starts workers.
pub trait Workers: Send + Sync {
    /// Starts a job's worker; one that cannot be started is told of as having ended.
    fn start(&self, start: WorkerStart, listener: Arc<dyn WorkerListener>) -> StartedWorker;
    /// A worker is gone, or as good as gone. Returns where the next one of the job will be, which is told before its tasks are said to have
    /// failed: whoever still has the old address is not to reach the new worker.
    fn retire(&self, start: &WorkerStart) -> Option<WorkerAddress>;
    /// Nothing of a job is left here.
    fn forget(&self, fence: Fence);
    /// A worker of a job may be wanted: what takes time can be done beforehand. Done once, however often it is asked for.
    fn prepare(&self, fence: Fence, source: BlobRef);
    /// A job is over; if there was no worker of it here, none is wanted any more.
    fn unprepare(&self, job: JobId);
}

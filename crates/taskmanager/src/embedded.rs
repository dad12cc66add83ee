//! A TaskManager whose JobManager and workers are threads of the same process.

use std::sync::Arc;
use std::time::Duration;

use crate::{
    JobCodes, JobManagerLink, LocalDataPlane, LocalWorker, LocalWorkerContext, StartedWorker, TaskManager,
    TaskManagerParts, Worker, WorkerListener, WorkerSettings, WorkerStart, Workers,
};
use weft_common::{ExecutionAttemptId, JobId, LeaderEpoch, TaskManagerId};
use weft_control::{Exit, Failure, HeartbeatSettings, TaskManagerSettings, WorkerEnd};
use weft_rpc::{
    BlobRef, Fence, JobMasterGateway, OperatorEvent, ResourceManagerGateway, TaskDeployment, WorkerAddress,
};
use weft_runtime::{Clock, TaskMetrics};

/// How long threads have to notice that they are to end.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whom a TaskManager answers to.
#[derive(Clone)]
pub struct Masters {
    /// Who leads.
    pub epoch: LeaderEpoch,
    /// The ResourceManager.
    pub resource_manager: Arc<dyn ResourceManagerGateway>,
    /// The JobMasters, all behind one address.
    pub job_master: Arc<dyn JobMasterGateway>,
}

/// What lanes need besides their deployments.
#[derive(Clone)]
pub struct WorkerEnvironment {
    /// The code of jobs.
    pub codes: Arc<JobCodes>,
    /// Settings of every lane.
    pub settings: WorkerSettings,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where blocking I/O happens.
    pub io: tokio::runtime::Handle,
}

impl TaskManager {
    /// A TaskManager whose workers are threads of this process, with free slots. `worker` tells it from the others of its cluster.
    pub fn new(
        id: TaskManagerId,
        worker: u32,
        slots: u32,
        masters: Masters,
        environment: WorkerEnvironment,
    ) -> Arc<Self> {
        // Nobody is missed in one process, and how long a task may take to stop is what its JobMaster says.
        let never = HeartbeatSettings { timeout: Duration::MAX, ..HeartbeatSettings::default() };
        let settings = TaskManagerSettings {
            slots,
            heartbeat: never,
            cancellation_interval: environment.settings.cancellation_interval,
            cancellation_timeout: None,
            ..TaskManagerSettings::default()
        };
        let (clock, io) = (environment.clock.clone(), environment.io.clone());
        TaskManager::with_parts(TaskManagerParts {
            id,
            settings,
            first_number: 0,
            link: Arc::new(SameProcess { masters }),
            workers: Arc::new(Threads { worker, environment }),
            clock,
            io,
        })
    }
}

impl TaskManager {
    /// Tells the ResourceManager of its slots; to be called once it is known there.
    pub fn report_slots(&self) {
        self.start();
    }

    /// Ends all workers and waits for their threads; a lane stuck in a user's function is left behind.
    pub fn shut_down(&self) {
        self.end("its process ends".to_owned());
        if self.wait_for_exit(PATIENCE).is_none() {
            tracing::warn!(task_manager = %self.id(), "a user function does not return: its thread is left behind");
        }
    }
}

/// A JobManager that is always there.
struct SameProcess {
    masters: Masters,
}

impl JobManagerLink for SameProcess {
    fn connect(&self, task_manager: &TaskManager, attempt: u64, _followed: LeaderEpoch, _timeout: Duration) {
        task_manager.registered(attempt, self.masters.epoch);
    }

    fn disconnect(&self) {}

    fn heartbeat(&self, _task_manager: &TaskManager) {}

    fn leave(&self, _cause: &str) {}

    fn exit(&self, _exit: Exit) {}

    fn resource_manager(&self) -> &dyn ResourceManagerGateway {
        &*self.masters.resource_manager
    }

    fn job_master(&self) -> &dyn JobMasterGateway {
        &*self.masters.job_master
    }
}

/// Makes workers of the code that is in this process.
struct Threads {
    worker: u32,
    environment: WorkerEnvironment,
}

impl Workers for Threads {
    fn start(&self, start: WorkerStart, listener: Arc<dyn WorkerListener>) -> StartedWorker {
        let Fence { job, .. } = start.fence;
        let Some(code) = self.environment.codes.get(job) else {
            let message = format!("the program of job {job} is not in this process: its client has gone");
            listener.ended(WorkerEnd::CannotStart(Failure::retryable(message)), None);
            return StartedWorker { worker: Arc::new(Nobody), address: None };
        };
        let WorkerEnvironment { settings, clock, io, .. } = self.environment.clone();
        let context = LocalWorkerContext {
            worker: self.worker,
            info: code.info,
            program: code.program,
            data_plane: Arc::new(LocalDataPlane { transport: code.transport, worker: self.worker }),
            settings,
            clock,
            io,
        };
        listener.ready();
        StartedWorker { worker: LocalWorker::new(context, listener), address: None }
    }

    fn retire(&self, _start: &WorkerStart) -> Option<WorkerAddress> {
        None
    }

    fn forget(&self, _fence: Fence) {}

    fn prepare(&self, _fence: Fence, _source: BlobRef) {}

    fn unprepare(&self, _job: JobId) {}
}

/// A worker that could not be started.
pub(crate) struct Nobody;

impl Worker for Nobody {
    fn deploy(&self, _tasks: Vec<TaskDeployment>) {}

    fn cancel(&self, _attempt: ExecutionAttemptId) {}

    fn operator_event(&self, _event: OperatorEvent) {}

    fn drop_slot(&self, _slot: u32) {}

    fn stop(&self) {}

    fn kill(&self) {}

    fn metrics(&self) -> std::collections::BTreeMap<ExecutionAttemptId, Arc<TaskMetrics>> {
        Default::default()
    }
}

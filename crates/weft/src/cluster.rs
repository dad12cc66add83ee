//! JobManager, TaskManagers and workers as threads of this process.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use crate::client::EmbeddedJob;
use tokio::runtime::{Handle, Runtime};
use weft_api::{Error, Executor, Job, JobAccumulators, JobClient, Launch};
use weft_common::configuration::{ConfigError, Configuration, options};
use weft_common::{ErrorKind, ExecutionAttemptId, JobId, LeaderEpoch, TaskManagerId};
use weft_control::{JobMasterSettings, ResourceManagerSettings};
use weft_graph::ExecutionGraph;
use weft_jobmanager::{CoordinatorCode, JobDetails, JobEnd, JobManager, Submission};
use weft_rpc::JobSource;
use weft_rpc::view::JobView;
use weft_runtime::{JobInfo, SystemClock, TaskMetrics};
use weft_taskmanager::{JobCodes, Masters, TaskManager, WorkerEnvironment, WorkerSettings};

/// Threads that wait for I/O on behalf of sources and sinks.
const IO_THREADS: usize = 2;

/// A cluster inside the program. With `taskmanager.numberOfTaskSlots` set it has one TaskManager with so many slots, and a job that needs
/// more waits for them in vain; otherwise it grows with what its jobs need.
///
/// It is a [`Launch`] too: in tests, `StreamExecutionEnvironment::new(&cluster)` makes a program that runs in it.
pub struct EmbeddedCluster {
    me: Weak<EmbeddedCluster>,
    configuration: Configuration,
    job_manager: JobManager,
    codes: Arc<JobCodes>,
    state: Arc<Mutex<State>>,
    fixed_slots: Option<u32>,
    io: Handle,
    /// Taken by `drop` only, which may happen on one of its own threads.
    io_threads: Option<Runtime>,
}

#[derive(Default)]
struct State {
    task_managers: Vec<Arc<TaskManager>>,
    /// Names and slots of the jobs that run.
    jobs: BTreeMap<JobId, (String, u32)>,
}

impl EmbeddedCluster {
    /// Starts a cluster with this configuration.
    pub fn start(configuration: &Configuration) -> Result<Arc<Self>, Error> {
        let io_threads = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(IO_THREADS)
            .thread_name("weft-io")
            .enable_all()
            .build()
            .map_err(|e| {
                Error::of(ErrorKind::Fatal, format!("cannot start the I/O threads of the embedded cluster: {e}"))
            })?;
        let fixed_slots = match configuration.contains(&options::TASK_MANAGER_SLOTS) {
            true => Some(configuration.get(&options::TASK_MANAGER_SLOTS).map_err(wrong)?),
            false => None,
        };
        let epoch = LeaderEpoch { counter: 1, random: random() as u64 };
        let job_manager = JobManager::start(epoch, Arc::new(SystemClock), ResourceManagerSettings::default(), random())
            .map_err(|e| Error::of(ErrorKind::Fatal, format!("cannot start the JobManager's thread: {e}")))?;
        let cluster = Arc::new_cyclic(|me| EmbeddedCluster {
            me: me.clone(),
            configuration: configuration.clone(),
            job_manager,
            codes: Arc::default(),
            state: Arc::default(),
            fixed_slots,
            io: io_threads.handle().clone(),
            io_threads: Some(io_threads),
        });
        if let Some(slots) = fixed_slots {
            cluster.add_task_manager(&mut cluster.lock(), slots, epoch).map_err(wrong)?;
        }
        Ok(cluster)
    }

    /// A cluster with so many slots, for tests.
    pub fn with_slots(slots: u32) -> Result<Arc<Self>, Error> {
        let mut configuration = Configuration::new();
        configuration.set(&options::TASK_MANAGER_SLOTS, slots);
        EmbeddedCluster::start(&configuration)
    }

    /// Its I/O threads.
    pub(crate) fn io(&self) -> &Handle {
        &self.io
    }

    /// Submits a job; returns once it is accepted.
    pub fn submit(&self, job: Job) -> Result<Box<dyn JobClient>, Error> {
        let cluster = self.me.upgrade().ok_or_else(shutting_down)?;
        let refused = |e: weft_graph::GraphError| Error::of(e.kind(), e);
        let name = job.graph.settings.name.clone();
        let needed = ExecutionGraph::new(&job.graph.to_job_graph().map_err(refused)?).needed_slots();
        let id = JobId(random());
        let (bounded, configuration) = (job.graph.is_bounded(), job.configuration.clone());
        let info = Arc::new(JobInfo { bounded, machine: None, configuration });
        let settings = JobMasterSettings::from_configuration(&job.configuration).map_err(wrong)?;
        let code = CoordinatorCode {
            info: info.clone(),
            program: job.program.clone(),
            io: self.io.clone(),
            clock: Arc::new(SystemClock),
        };
        let submission = Submission {
            job: id,
            details: JobDetails::of(&job.graph, &settings, &job.configuration),
            source: JobSource::InProcess,
            coordinators: Box::new(code),
            graph: job.graph,
            settings,
            exchange_pool: self.pool_of_a_slot().map_err(wrong)?,
            seed: random() as u64,
        };
        self.make_room(id, &name, needed).map_err(wrong)?;
        self.codes.add(id, info, job.program);
        // Not the cluster itself: dropping its last reference on the JobManager's thread would wait for that thread.
        let (state, codes) = (self.state.clone(), self.codes.clone());
        let accumulators = Arc::new(OnceLock::new());
        let counted = accumulators.clone();
        let at_the_end = Box::new(move |_: &JobEnd, view: Option<JobView>| {
            let reports = view.map(|view| view.accumulators()).unwrap_or_default();
            let _ = counted.set(JobAccumulators::of_reports(&reports));
            forget(&state, &codes, id);
        });
        let watch = self.job_manager.handle().submit(submission, at_the_end).map_err(|error| {
            forget(&self.state, &self.codes, id);
            refused(error)
        })?;
        Ok(Box::new(EmbeddedJob { cluster, job: id, name, watch, accumulators }))
    }

    /// Asks for a job's end.
    pub fn cancel(&self, job: JobId) {
        self.job_manager.handle().cancel(job);
    }

    /// Asks for the end of every job that runs; returns their names. A job is asked once: a second call finds none.
    pub fn cancel_all(&self) -> Vec<String> {
        let jobs = std::mem::take(&mut self.lock().jobs);
        jobs.keys().for_each(|job| self.cancel(*job));
        jobs.into_values().map(|(name, _)| name).collect()
    }

    /// The counters of a running job's tasks.
    pub fn metrics(&self, job: JobId) -> BTreeMap<ExecutionAttemptId, Arc<TaskMetrics>> {
        self.lock().task_managers.iter().flat_map(|tm| tm.metrics(job)).collect()
    }

    /// Keeps the job in the books, and adds slots where the cluster may grow and lacks some.
    fn make_room(&self, job: JobId, name: &str, needed: u32) -> Result<(), ConfigError> {
        let mut state = self.lock();
        state.jobs.insert(job, (name.to_owned(), needed));
        let wanted: u32 = state.jobs.values().map(|(_, slots)| slots).sum();
        let present: u32 = state.task_managers.iter().map(|tm| tm.slots()).sum();
        if self.fixed_slots.is_none() && wanted > present {
            let epoch = self.epoch();
            self.add_task_manager(&mut state, wanted - present, epoch)?;
        }
        Ok(())
    }

    fn epoch(&self) -> LeaderEpoch {
        self.job_manager.epoch()
    }

    fn add_task_manager(&self, state: &mut State, slots: u32, epoch: LeaderEpoch) -> Result<(), ConfigError> {
        let worker = u32::try_from(state.task_managers.len()).unwrap_or(u32::MAX);
        let handle = Arc::new(self.job_manager.handle().clone());
        let environment = WorkerEnvironment {
            codes: self.codes.clone(),
            settings: WorkerSettings::from_configuration(&self.configuration, self.pool_of_a_slot()?)?,
            clock: Arc::new(SystemClock),
            io: self.io.clone(),
        };
        let masters = Masters { epoch, resource_manager: handle.clone(), job_master: handle.clone() };
        let task_manager =
            TaskManager::new(TaskManagerId(format!("embedded-{worker}")), worker, slots, masters, environment);
        let id = task_manager.id().clone();
        handle.register_task_manager(id.clone(), worker, id.0, task_manager.clone());
        task_manager.report_slots();
        state.task_managers.push(task_manager);
        Ok(())
    }

    /// Network memory of a slot, in bytes.
    fn pool_of_a_slot(&self) -> Result<u64, ConfigError> {
        let network = self.configuration.get(&options::NETWORK_MEMORY_MIN)?.bytes();
        Ok(network / u64::from(self.fixed_slots.unwrap_or(1).max(1)))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for EmbeddedCluster {
    fn drop(&mut self) {
        let task_managers = std::mem::take(&mut self.lock().task_managers);
        task_managers.iter().for_each(|tm| tm.shut_down());
        if let Some(io) = self.io_threads.take() {
            io.shutdown_background();
        }
    }
}

impl Launch for EmbeddedCluster {
    fn configuration(&self) -> Result<Configuration, Error> {
        Ok(self.configuration.clone())
    }

    fn executor(&self, _configuration: &Configuration) -> Result<Rc<dyn Executor>, Error> {
        let cluster = self.me.upgrade().ok_or_else(shutting_down)?;
        Ok(Rc::new(Shared(cluster)))
    }
}

/// A cluster that several programs may use.
struct Shared(Arc<EmbeddedCluster>);

impl Executor for Shared {
    fn submit(&self, job: Job) -> Result<Box<dyn JobClient>, Error> {
        self.0.submit(job)
    }
}

/// Takes a job that is over out of the books.
fn forget(state: &Mutex<State>, codes: &JobCodes, job: JobId) {
    state.lock().unwrap_or_else(PoisonError::into_inner).jobs.remove(&job);
    codes.remove(job);
}

fn shutting_down() -> Error {
    Error::of(ErrorKind::Fatal, "the embedded cluster is shutting down")
}

fn wrong(error: ConfigError) -> Error {
    Error::of(error.kind(), error)
}

/// Entropy for ids. Without any the ids of one process still differ from each other.
fn random() -> u128 {
    let mut bytes = [0; 16];
    if getrandom::fill(&mut bytes).is_err() {
        let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_nanos();
        return nanos ^ u128::from(std::process::id()) << 96;
    }
    u128::from_le_bytes(bytes)
}

//! A TaskManager whose JobManager is the test.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tempfile::TempDir;
use weft_common::{AllocationId, ExecutionAttemptId, JobId, JobVertexId, LeaderEpoch, SlotId, TaskManagerId};
use weft_control::{
    ExecutionState, Exit, HeartbeatSettings, TaskManagerMessage, TaskManagerSettings, TaskStatus, WorkerMessage,
};
use weft_graph::{JobSettings, StreamGraph};
use weft_rpc::listener::PortRange;
use weft_rpc::program::Inherited;
use weft_rpc::program::TaskReport;
use weft_rpc::{
    BlobHash, BlobRef, Fence, JobMasterGateway, JobSource, JobSpec, OperatorEvent, Placement, ProgramSpec, Replay,
    ResourceManagerGateway, RpcError, TaskDeployment, TaskManagerGateway, WorkerAddress,
};
use weft_runtime::SystemClock;
use weft_taskmanager::process::{BlobSource, ChildSettings, Children};
use weft_taskmanager::{JobManagerLink, TaskManager, TaskManagerParts};

pub(crate) const JOB: JobId = JobId(7);
pub(crate) const OTHER: JobId = JobId(8);
const EPOCH: LeaderEpoch = LeaderEpoch { counter: 1, random: 2 };
const DEADLINE: Duration = Duration::from_secs(60);
/// The blob of this file; that of another follows.
const PROGRAM: u8 = 200;
const OTHER_PROGRAM: u8 = 201;

pub(crate) fn att(subtask: u32, attempt: u32) -> ExecutionAttemptId {
    ExecutionAttemptId { vertex: JobVertexId(1), subtask, attempt }
}

/// A job that is this file, whose worker behaves like this.
pub(crate) fn spec(job: JobId, behaviour: &str, artifact: BlobRef) -> JobSpec {
    let arguments = ["--exact", "worker::worker", "--ignored", "--nocapture", "--test-threads=1"];
    JobSpec {
        job,
        program: ProgramSpec {
            name: "program".to_owned(),
            artifact,
            arguments: arguments.map(str::to_owned).into(),
            environment: BTreeMap::from([("NAMED".to_owned(), "yes".to_owned())]),
        },
        execution: 0,
        replay: Replay::default(),
        graph: StreamGraph::new(JobSettings::new("job")),
        configuration: BTreeMap::from([("behaviour".to_owned(), behaviour.to_owned())]),
    }
}

/// A task that the worker only says it runs.
pub(crate) fn deployment(job: JobId, attempt: ExecutionAttemptId, lane: u32) -> TaskDeployment {
    TaskDeployment {
        job,
        attempt,
        name: "task".to_owned(),
        parallelism: 1,
        max_parallelism: 128,
        lane,
        chain: Vec::new(),
        inputs: Vec::new(),
        outputs: Vec::new(),
        send_share: 1024,
        receive_share: 1024,
        batch_mode: false,
        placement: Arc::new(Placement::default()),
    }
}

pub(crate) struct Rig {
    task_manager: Arc<TaskManager>,
    master: Arc<Master>,
    blobs: Arc<Blobs>,
    directory: TempDir,
    _io: tokio::runtime::Runtime,
}

impl Rig {
    pub(crate) fn new(settings: TaskManagerSettings) -> Self {
        Rig::with_same_order(settings, Duration::from_millis(10))
    }

    /// With another time that passes between a worker's order to end and its TaskManager's.
    pub(crate) fn with_same_order(settings: TaskManagerSettings, same_order: Duration) -> Self {
        let io = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let directory = tempfile::tempdir().unwrap();
        let (master, blobs) = (Arc::<Master>::default(), Arc::<Blobs>::default());
        let children = Children::new(
            ChildSettings {
                name: "tm".to_owned(),
                bind_host: "127.0.0.1".to_owned(),
                host: "127.0.0.1".to_owned(),
                data_ports: PortRange::any(),
                directory: directory.path().join("work"),
                logs: weft_rpc::LogDirectory::new(directory.path().join("log"), "taskmanager"),
                artifact_limit: 1 << 40,
                configuration: Inherited::new(BTreeMap::new(), tokio::sync::watch::channel(None).1),
                environment: [("NAMED", "not this"), ("OF_CLUSTER", "yes")]
                    .map(|(n, v)| (n.to_owned(), v.to_owned()))
                    .into(),
                network_memory_per_slot: 1 << 20,
                secret: None,
                first_generation: 100,
                same_order,
            },
            blobs.clone(),
            io.handle().clone(),
        )
        .unwrap();
        let never = HeartbeatSettings { timeout: Duration::MAX, ..HeartbeatSettings::default() };
        let task_manager = TaskManager::with_parts(TaskManagerParts {
            id: TaskManagerId("tm".to_owned()),
            settings: TaskManagerSettings { slots: 2, heartbeat: never, ..settings },
            first_number: 0,
            link: Arc::new(Link(master.clone())),
            workers: Arc::new(children),
            clock: Arc::new(SystemClock),
            io: io.handle().clone(),
        });
        task_manager.start();
        Rig { task_manager, master, blobs, directory, _io: io }
    }

    fn fence(job: JobId) -> Fence {
        Fence { epoch: EPOCH, job }
    }

    /// A slot for a job whose worker behaves like this.
    pub(crate) fn request(&mut self, job: JobId, slot: u32, behaviour: &str) {
        self.request_with(job, slot, behaviour, PROGRAM);
        self.await_that("an offer", |rig| rig.told().iter().any(|told| *told == format!("offer {job}")));
    }

    pub(crate) fn request_executable(&mut self, job: JobId, slot: u32, file: &Path) {
        *self.blobs.other.lock().unwrap() = Some(file.to_owned());
        self.request_with(job, slot, "", OTHER_PROGRAM);
    }

    pub(crate) fn request_missing(&mut self, job: JobId, slot: u32) {
        self.request_blob(job, slot, BlobRef { hash: BlobHash([9; 32]), length: 1 });
    }

    fn request_with(&mut self, job: JobId, slot: u32, behaviour: &str, program: u8) {
        let blob = self.put_spec(job, behaviour, program);
        self.request_blob(job, slot, blob);
    }

    fn put_spec(&self, job: JobId, behaviour: &str, program: u8) -> BlobRef {
        let spec = spec(job, behaviour, BlobRef { hash: BlobHash([program; 32]), length: 1 });
        let hash = BlobHash([job.0 as u8; 32]);
        self.blobs.specs.lock().unwrap().insert(hash, spec.to_bytes());
        BlobRef { hash, length: 1 }
    }

    /// A job may come to need a slot here.
    pub(crate) fn prepare(&self, job: JobId, behaviour: &str) {
        let blob = self.put_spec(job, behaviour, PROGRAM);
        self.task_manager.prepare(Self::fence(job), blob);
    }

    fn request_blob(&self, job: JobId, index: u32, blob: BlobRef) {
        let slot = SlotId { task_manager: self.task_manager.id().clone(), index };
        self.task_manager.request_slot(Self::fence(job), slot, AllocationId(job.0), &JobSource::Blob(blob));
    }

    pub(crate) fn deploy(&self, job: JobId, attempt: ExecutionAttemptId, lane: u32) {
        self.task_manager.deploy(Self::fence(job), vec![deployment(job, attempt, lane)]);
    }

    pub(crate) fn cancel(&self, job: JobId, attempt: ExecutionAttemptId) {
        self.task_manager.cancel(Self::fence(job), attempt);
    }

    pub(crate) fn free(&self, job: JobId) {
        self.task_manager.free_slot(EPOCH, AllocationId(job.0));
    }

    pub(crate) fn end(&self) {
        self.task_manager.end("the test is over".to_owned());
        let exit = self.task_manager.wait_for_exit(DEADLINE);
        assert_eq!(exit, Some(Exit::Wanted("the test is over".to_owned())));
    }

    /// What the JobManager was told, in a word each.
    pub(crate) fn told(&self) -> Vec<String> {
        self.master.lock().told.clone()
    }

    pub(crate) fn addresses(&self, job: JobId) -> Vec<WorkerAddress> {
        let heard = self.master.lock();
        heard.addresses.iter().filter(|(of, _)| *of == job).map(|(_, address)| address.clone()).collect()
    }

    pub(crate) fn state(&self, job: JobId, attempt: ExecutionAttemptId) -> Option<ExecutionState> {
        self.master.lock().states.get(&(job, attempt)).map(|status| status.state)
    }

    pub(crate) fn failure(&self, job: JobId, attempt: ExecutionAttemptId) -> String {
        let heard = self.master.lock();
        let failure = heard.states.get(&(job, attempt)).and_then(|status| status.failure.clone());
        failure.expect("a failure").message
    }

    pub(crate) fn await_state(&self, job: JobId, attempt: ExecutionAttemptId, state: ExecutionState) {
        self.await_that(&format!("{attempt:?} is {state}"), |rig| rig.state(job, attempt) == Some(state));
    }

    pub(crate) fn await_that(&self, what: &str, holds: impl Fn(&Rig) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        while !holds(self) {
            assert!(Instant::now() < deadline, "not within {DEADLINE:?}: {what}; told: {:#?}", self.told());
            let heard = self.master.lock();
            // Some conditions are about files, which nobody tells of.
            let _ = self.master.changed.wait_timeout(heard, Duration::from_millis(20)).unwrap();
        }
    }

    pub(crate) fn directory(&self, job: JobId) -> PathBuf {
        let work = self.directory.path().join("work");
        let of_job = format!("job-{job}-");
        let found = std::fs::read_dir(&work).unwrap().flatten();
        let found = found.map(|entry| entry.path()).find(|path| path.to_string_lossy().contains(&of_job));
        found.unwrap_or_else(|| work.join(format!("{of_job}none")))
    }

    pub(crate) fn log(&self, job: JobId, kind: &str) -> String {
        let path = self.directory.path().join("log").join(format!("taskmanager-worker-{job}.{kind}"));
        std::fs::read_to_string(path).unwrap_or_default()
    }

    pub(crate) fn pid(&self, job: JobId) -> u32 {
        std::fs::read_to_string(self.directory(job).join("pid")).unwrap().parse().unwrap()
    }

    pub(crate) fn kill(&self, pid: u32) {
        self.signal("-KILL", pid);
    }

    pub(crate) fn signal(&self, signal: &str, pid: u32) {
        let sent = std::process::Command::new("kill").args([signal, &pid.to_string()]).status().unwrap();
        assert!(sent.success());
    }

    pub(crate) fn await_end_of(&self, pid: u32) {
        self.await_that("the worker is gone", |_| !Path::new(&format!("/proc/{pid}")).exists());
    }

    /// How often a program was fetched.
    pub(crate) fn fetches(&self) -> usize {
        self.blobs.fetches.load(Ordering::SeqCst)
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.task_manager.end("the test is over".to_owned());
        self.task_manager.wait_for_exit(DEADLINE);
    }
}

/// What the JobManager heard.
#[derive(Default)]
struct Heard {
    told: Vec<String>,
    states: BTreeMap<(JobId, ExecutionAttemptId), TaskStatus>,
    addresses: Vec<(JobId, WorkerAddress)>,
}

#[derive(Default)]
struct Master {
    heard: Mutex<Heard>,
    changed: Condvar,
}

impl Master {
    fn lock(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(&self, hear: impl FnOnce(&mut Heard)) {
        hear(&mut self.lock());
        self.changed.notify_all();
    }
}

impl JobMasterGateway for Master {
    fn worker_message(&self, fence: Fence, _from: &TaskManagerId, _sequence: u64, message: WorkerMessage) {
        self.hear(|heard| match message {
            WorkerMessage::SlotsOffered(_) => heard.told.push(format!("offer {}", fence.job)),
            WorkerMessage::TaskStateChanged(status) => {
                heard.told.push(format!("{:?} {:?}", status.state, status.attempt));
                heard.states.insert((fence.job, status.attempt), status);
            }
            WorkerMessage::Report { .. } => {}
        });
    }

    fn operator_event(&self, _fence: Fence, _event: OperatorEvent) {}

    fn worker_address(&self, fence: Fence, _from: &TaskManagerId, address: WorkerAddress) {
        self.hear(|heard| {
            heard.told.push(format!("address {}", address.generation));
            heard.addresses.push((fence.job, address));
        });
    }

    fn task_reports(&self, _fence: Fence, _from: &TaskManagerId, _reports: Vec<TaskReport>) {}
}

impl ResourceManagerGateway for Master {
    fn task_manager_message(&self, _: LeaderEpoch, _: &TaskManagerId, _: u64, _: TaskManagerMessage) {}
}

/// A JobManager that is always there.
struct Link(Arc<Master>);

impl JobManagerLink for Link {
    fn connect(&self, task_manager: &TaskManager, attempt: u64, _followed: LeaderEpoch, _timeout: Duration) {
        task_manager.registered(attempt, EPOCH);
    }

    fn disconnect(&self) {}

    fn heartbeat(&self, _task_manager: &TaskManager) {}

    fn leave(&self, cause: &str) {
        self.0.hear(|heard| heard.told.push(format!("goodbye: {cause}")));
    }

    fn exit(&self, _exit: Exit) {}

    fn resource_manager(&self) -> &dyn ResourceManagerGateway {
        &*self.0
    }

    fn job_master(&self) -> &dyn JobMasterGateway {
        &*self.0
    }
}

/// The JobManager's blobs: descriptions of jobs, this file, and another.
#[derive(Default)]
struct Blobs {
    specs: Mutex<BTreeMap<BlobHash, Vec<u8>>>,
    other: Mutex<Option<PathBuf>>,
    fetches: AtomicUsize,
}

impl BlobSource for Blobs {
    fn fetch(&self, blob: BlobRef) -> BoxFuture<'_, Result<Vec<u8>, RpcError>> {
        let found = self.specs.lock().unwrap().get(&blob.hash).cloned();
        async move { found.ok_or(RpcError::Closed { peer: "the JobManager" }) }.boxed()
    }

    fn fetch_file<'a>(&'a self, blob: BlobRef, path: &'a Path) -> BoxFuture<'a, Result<(), RpcError>> {
        self.fetches.fetch_add(1, Ordering::SeqCst);
        let other = self.other.lock().unwrap().clone().filter(|_| blob.hash == BlobHash([OTHER_PROGRAM; 32]));
        let file = other.unwrap_or_else(|| std::env::current_exe().unwrap());
        async move {
            std::fs::copy(file, path).map(drop).map_err(|source| RpcError::Io { doing: "copying a program", source })
        }
        .boxed()
    }

    fn worker_number(&self) -> u32 {
        3
    }
}

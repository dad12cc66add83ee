//! A cluster that is made up: two jobs, two TaskManagers, logs, and a directory of artifacts. It remembers what it was asked to do.

use crate::fake_jobs;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use weft_common::{JobId, TaskManagerId};
use weft_control::JobStatus;
use weft_rpc::view::{
    AllocatedSlot, Answer, ClusterGateway, ClusterOverview, JobSummary, JobView, LogFile, LogSource, ProcessMemory,
    ProgramRun, Refusal, TaskManagerView,
};
use weft_rpc::{BlobHash, BlobRef, Hardware, JobOutcome, JobSpec, TaskManagerRegistration};

/// The bytes of the log that is longer than what is read at a time.
pub(crate) const LONG_LOG: usize = 600_000;

/// What a cluster was asked to do.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) cancelled: Vec<JobId>,
    pub(crate) submitted: Vec<JobSpec>,
    pub(crate) run: Vec<ProgramRun>,
    /// How many outcomes were asked for.
    pub(crate) outcomes: usize,
    pub(crate) shut_down: bool,
}

pub(crate) struct FakeCluster {
    pub(crate) artifacts: TempDir,
    pub(crate) asked: Mutex<Asked>,
    jobs: Vec<Arc<JobView>>,
    incoming: AtomicUsize,
}

impl FakeCluster {
    pub(crate) fn new() -> Self {
        let jobs = [fake_jobs::running(), fake_jobs::failed()].map(Arc::new).to_vec();
        FakeCluster { artifacts: TempDir::new().unwrap(), asked: Mutex::default(), jobs, incoming: AtomicUsize::new(0) }
    }

    /// The names of the files in the store.
    pub(crate) fn stored(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.artifacts.path()).unwrap().map(|entry| entry.unwrap().file_name());
        names.map(|name| name.into_string().unwrap()).collect()
    }

    fn find(&self, job: JobId) -> Result<Arc<JobView>, Refusal> {
        let found = self.jobs.iter().find(|view| view.summary.id == job).cloned();
        found.ok_or_else(|| Refusal::NotFound(format!("Job {job} not found")))
    }
}

/// The hash of some bytes.
pub(crate) fn hash(bytes: &[u8]) -> BlobHash {
    BlobHash(Sha256::digest(bytes).into())
}

fn at_once<T: Send + 'static>(value: T) -> Answer<T> {
    Box::pin(std::future::ready(value))
}

impl ClusterGateway for FakeCluster {
    fn overview(&self) -> Answer<ClusterOverview> {
        at_once(ClusterOverview {
            task_managers: 2,
            slots_total: 4,
            slots_available: 2,
            jobs_running: 1,
            jobs_finished: 0,
            jobs_cancelled: 0,
            jobs_failed: 1,
        })
    }

    fn jobs(&self) -> Answer<Vec<JobSummary>> {
        at_once(self.jobs.iter().map(|job| job.summary.clone()).collect())
    }

    fn job(&self, job: JobId) -> Answer<Option<Arc<JobView>>> {
        at_once(self.find(job).ok())
    }

    fn task_managers(&self) -> Answer<Vec<TaskManagerView>> {
        at_once(fake_jobs::TASK_MANAGERS.iter().map(|id| task_manager(id)).collect())
    }

    fn cancel(&self, job: JobId) -> Answer<Result<(), Refusal>> {
        let found = self.find(job).map(|_| self.asked.lock().unwrap().cancelled.push(job));
        at_once(found)
    }

    fn has_artifact(&self, artifact: BlobHash) -> Answer<bool> {
        at_once(self.artifacts.path().join(artifact.to_string()).exists())
    }

    fn new_artifact(&self) -> Result<PathBuf, Refusal> {
        let number = self.incoming.fetch_add(1, Ordering::Relaxed);
        Ok(self.artifacts.path().join(format!("incoming-{number}")))
    }

    fn keep_artifact(&self, file: PathBuf, expected: Option<BlobHash>) -> Answer<Result<BlobRef, Refusal>> {
        let bytes = std::fs::read(&file).unwrap();
        let found = hash(&bytes);
        if let Some(expected) = expected.filter(|expected| *expected != found) {
            return at_once(Err(Refusal::Wrong(format!("the artifact {expected} has the hash {found}"))));
        }
        std::fs::rename(&file, self.artifacts.path().join(found.to_string())).unwrap();
        at_once(Ok(BlobRef { hash: found, length: bytes.len() as u64 }))
    }

    fn artifact(&self, artifact: BlobHash) -> Answer<Option<PathBuf>> {
        let path = self.artifacts.path().join(artifact.to_string());
        at_once(Some(path).filter(|path| path.exists()))
    }

    fn submit(&self, job: JobSpec) -> Answer<Result<JobId, Refusal>> {
        let here = self.artifacts.path().join(job.program.artifact.hash.to_string()).exists();
        if !here {
            return at_once(Err(Refusal::Wrong(format!("the artifact {} is not here", job.program.artifact.hash))));
        }
        let id = job.job;
        self.asked.lock().unwrap().submitted.push(job);
        at_once(Ok(id))
    }

    fn run_program(&self, program: ProgramRun) -> Answer<Result<JobId, Refusal>> {
        self.asked.lock().unwrap().run.push(program);
        at_once(Ok(fake_jobs::RUNNING))
    }

    fn plan_program(&self, program: ProgramRun) -> Answer<Result<String, Refusal>> {
        self.asked.lock().unwrap().run.push(program);
        at_once(Ok(fake_jobs::running().plan))
    }

    fn outcome(&self, job: JobId, patience: Duration) -> Answer<Result<Option<JobOutcome>, Refusal>> {
        let found = self.find(job);
        self.asked.lock().unwrap().outcomes += 1;
        Box::pin(async move {
            let view = found?;
            if view.summary.ended_ms.is_none() {
                tokio::time::sleep(patience).await;
                return Ok(None);
            }
            let duration = Duration::from_millis(4000);
            let (results, accumulators) = Default::default();
            Ok(Some(JobOutcome { job, status: JobStatus::Failed, failure: None, results, accumulators, duration }))
        })
    }

    fn log_files(&self, source: LogSource) -> Answer<Result<Vec<LogFile>, Refusal>> {
        let of = |name: &str, size: usize, modified_ms| LogFile { name: name.into(), size: size as u64, modified_ms };
        at_once(match source {
            LogSource::JobManager => Ok(vec![
                of("weft-jobmanager-0.log", LONG_LOG, 2000),
                of("weft-jobmanager-0.log.1", 10, 1000),
                of("weft-taskmanager-0.log", 10, 3000),
                of("empty.txt", 0, 1000),
            ]),
            LogSource::TaskManager(id) if fake_jobs::TASK_MANAGERS.contains(&id.0.as_str()) => {
                Ok(vec![of("weft-taskmanager-0.log", 10, 3000), of("weft-taskmanager-0.out", 5, 3000)])
            }
            LogSource::TaskManager(id) => Err(Refusal::NotFound(format!("no TaskManager {id}"))),
        })
    }

    fn log(&self, _: LogSource, file: String, offset: u64, length: u64) -> Answer<Result<Vec<u8>, Refusal>> {
        let bytes = (offset..offset + length).map(|at| letter(&file, at)).collect();
        at_once(Ok(bytes))
    }

    fn configuration(&self) -> BTreeMap<String, String> {
        [("parallelism.default", "1"), ("security.secret", "******")].map(|(k, v)| (k.into(), v.into())).into()
    }

    fn shut_down(&self) {
        self.asked.lock().unwrap().shut_down = true;
    }
}

/// What stands at a place of a log: other letters in other files.
pub(crate) fn letter(file: &str, at: u64) -> u8 {
    b'a' + u8::try_from((at + file.len() as u64) % 26).unwrap()
}

fn task_manager(id: &str) -> TaskManagerView {
    const MIB: u64 = 1 << 20;
    let memory = [
        ("frameworkHeap", 0),
        ("taskHeap", 500 * MIB),
        ("frameworkOffHeap", 64 * MIB),
        ("taskOffHeap", 0),
        ("networkMemory", 100 * MIB),
        ("managedMemory", 301 * MIB),
        ("jvmMetaspace", 0),
        ("jvmOverhead", 48 * MIB),
        ("totalFlinkMemory", 965 * MIB),
        ("totalProcessMemory", 1013 * MIB),
    ];
    let registration = TaskManagerRegistration {
        id: TaskManagerId(id.into()),
        host: "worker-1".into(),
        rpc_port: 6122,
        data_port: 6121,
        slots: 2,
        hardware: Hardware { cpu_cores: 8, physical_memory: 1 << 34, free_memory: 1 << 30, managed_memory: 301 * MIB },
        memory: memory.map(|(part, bytes)| (part.to_owned(), bytes)).to_vec(),
        pid: 4711,
    };
    TaskManagerView {
        registration,
        last_heartbeat_ms: fake_jobs::START_MS + 9000,
        free_slots: 1,
        allocated: vec![AllocatedSlot { job: fake_jobs::RUNNING, tasks: 3 }],
        memory: ProcessMemory { resident: 200 * MIB, limit: 1013 * MIB, network_used: 10 * MIB },
    }
}

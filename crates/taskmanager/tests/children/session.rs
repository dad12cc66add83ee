//! A TaskManager's process and a JobManager's server, with a network between them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use super::rig::{JOB, att, deployment, spec};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use weft_common::{AllocationId, Configuration, LeaderEpoch, SlotId, TaskManagerId};
use weft_control::{Exit, TaskManagerMessage, WorkerMessage};
use weft_rpc::listener::{PortRange, listen};
use weft_rpc::session::{
    Blobs, FRAME_SIZE, RegistrationReply, RemoteTaskManager, ServerSettings, SessionHandler, SessionId, SessionServer,
    TaskManagerCall, Welcome,
};
use weft_rpc::{BlobHash, BlobRef, Fence, JobSource, TaskManagerGateway, TaskManagerRegistration};
use weft_taskmanager::process::{MemoryShares, ProcessSettings, TaskManagerProcess};

const DEADLINE: Duration = Duration::from_secs(60);

fn epoch(counter: u64) -> LeaderEpoch {
    LeaderEpoch { counter, random: 7 }
}

#[test]
fn a_task_manager_registers_works_and_leaves() {
    let rig = Rig::new();
    let mut leader = rig.leader(1, 0);
    let process = rig.task_manager(leader.port());
    leader.await_heard("slots [free, free]");
    leader.run_task(&rig);
    leader.await_heard("RUNNING");
    let task_manager = process.task_manager.clone();
    task_manager.end("the test is over".to_owned());
    let exit = rig.io.block_on(async move { process.ended().await });
    assert_eq!(exit, Exit::Wanted("the test is over".to_owned()));
    leader.await_heard("goodbye: the test is over");
    assert_eq!(std::fs::read_dir(rig.directory.path().join("work")).unwrap().count(), 0);
    leader.server.close();
}

#[test]
fn the_same_leader_finds_tasks_again_and_another_finds_none() {
    let rig = Rig::new();
    let first = rig.leader(1, 0);
    let port = first.port();
    let process = rig.task_manager(port);
    first.await_heard("slots [free, free]");
    first.run_task(&rig);
    first.await_heard("RUNNING");
    drop(first);

    let again = rig.leader(1, port);
    again.await_heard("slots [taken, free]");
    again.await_heard("report [RUNNING]");
    drop(again);

    let other = rig.leader(2, port);
    other.await_heard("slots [free, free]");
    assert!(!other.heard().iter().any(|heard| heard.contains("RUNNING")), "{:?}", other.heard());
    process.task_manager.end("the test is over".to_owned());
    rig.io.block_on(async move { process.ended().await });
}

struct Rig {
    io: tokio::runtime::Runtime,
    directory: TempDir,
}

impl Rig {
    fn new() -> Self {
        let io = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Rig { io, directory: tempfile::tempdir().unwrap() }
    }

    /// A JobManager at this port; 0: any.
    fn leader(&self, counter: u64, port: u16) -> Leader {
        let _io = self.io.enter();
        let ports: PortRange = port.to_string().parse().unwrap();
        let deadline = Instant::now() + DEADLINE;
        let listener = loop {
            match listen("127.0.0.1", &ports) {
                Ok(listener) => break listener,
                // The one before is still letting go of the port.
                Err(error) => assert!(Instant::now() < deadline, "{error}"),
            }
            std::thread::yield_now();
        };
        let ears = Arc::new(Ears { epoch: epoch(counter), ..Ears::default() });
        let settings = ServerSettings { epoch: epoch(counter), secret: None, frame_size: FRAME_SIZE };
        let blobs = Arc::new(Directory(self.directory.path().join("blobs")));
        std::fs::create_dir_all(&blobs.0).unwrap();
        let server = SessionServer::start(listener, settings, ears.clone(), blobs).unwrap();
        Leader { server, ears }
    }

    fn task_manager(&self, port: u16) -> TaskManagerProcess {
        let _io = self.io.enter();
        let mut configuration = Configuration::new();
        configuration
            .apply_dynamic([
                "taskmanager.numberOfTaskSlots=2",
                "jobmanager.rpc.address=127.0.0.1",
                "taskmanager.bind-host=127.0.0.1",
                &format!("jobmanager.rpc.port={port}"),
            ])
            .unwrap();
        TaskManagerProcess::start(ProcessSettings {
            configuration,
            directory: self.directory.path().join("work"),
            logs: weft_rpc::LogDirectory::new(self.directory.path().join("log"), "taskmanager"),
            logging: tokio::sync::watch::channel(None).1,
            warnings: tokio::sync::watch::channel(Vec::new()).1,
            secret: None,
            memory: MemoryShares::default(),
            cores: 1.0,
        })
        .unwrap()
    }
}

struct Leader {
    server: SessionServer,
    ears: Arc<Ears>,
}

impl Leader {
    fn port(&self) -> u16 {
        self.server.address().port()
    }

    fn heard(&self) -> Vec<String> {
        self.ears.heard.lock().unwrap().clone()
    }

    fn await_heard(&self, what: &str) {
        let deadline = Instant::now() + DEADLINE;
        let mut heard = self.ears.heard.lock().unwrap();
        while !heard.iter().any(|said| said.contains(what)) {
            assert!(Instant::now() < deadline, "not within {DEADLINE:?}: {what}; heard: {heard:#?}");
            heard = self.ears.changed.wait_timeout(heard, Duration::from_millis(100)).unwrap().0;
        }
    }

    /// Has the TaskManager run a task of the job that is this file.
    fn run_task(&self, rig: &Rig) {
        let task_manager = self.ears.task_manager.lock().unwrap().clone().expect("a TaskManager");
        let id = self.ears.id.lock().unwrap().clone().expect("its id");
        let blobs = Directory(rig.directory.path().join("blobs"));
        let program = blobs.keep(&std::env::current_exe().unwrap()).unwrap();
        let file = rig.directory.path().join("spec");
        std::fs::write(&file, spec(JOB, "obey", program).to_bytes()).unwrap();
        let source = JobSource::Blob(blobs.keep(&file).unwrap());
        let fence = Fence { epoch: self.ears.epoch, job: JOB };
        let slot = SlotId { task_manager: id, index: 0 };
        task_manager.request_slot(fence, slot, AllocationId(1), &source);
        task_manager.deploy(fence, vec![deployment(JOB, att(0, 0), 0)]);
    }
}

/// Hears TaskManagers.
#[derive(Default)]
struct Ears {
    epoch: LeaderEpoch,
    heard: Mutex<Vec<String>>,
    changed: Condvar,
    task_manager: Mutex<Option<RemoteTaskManager>>,
    id: Mutex<Option<TaskManagerId>>,
}

impl SessionHandler for Ears {
    fn on_register(
        &self,
        registration: TaskManagerRegistration,
        _peer: SocketAddr,
        task_manager: RemoteTaskManager,
        reply: RegistrationReply,
    ) {
        *self.task_manager.lock().unwrap() = Some(task_manager);
        *self.id.lock().unwrap() = Some(registration.id);
        let welcome = Welcome {
            epoch: self.epoch,
            worker: 5,
            heartbeat_interval: Duration::from_secs(10),
            heartbeat_timeout: Duration::from_secs(50),
        };
        reply.accept(welcome).unwrap();
    }

    fn on_message(&self, _session: SessionId, _from: &TaskManagerId, call: TaskManagerCall) {
        let said = match call {
            TaskManagerCall::Goodbye { cause } => format!("goodbye: {cause}"),
            TaskManagerCall::ResourceManager { message: TaskManagerMessage::SlotReport(slots), .. } => {
                let slots = slots.iter().map(|slot| if slot.grant.is_some() { "taken" } else { "free" });
                format!("slots [{}]", slots.collect::<Vec<_>>().join(", "))
            }
            TaskManagerCall::JobMaster { message: WorkerMessage::TaskStateChanged(status), .. } => {
                format!("{} {:?}", status.state, status.failure)
            }
            TaskManagerCall::JobMaster { message: WorkerMessage::Report { tasks, .. }, .. } => {
                let states = tasks.iter().map(|task| task.state.to_string());
                format!("report [{}]", states.collect::<Vec<_>>().join(", "))
            }
            other => format!("{other:?}"),
        };
        self.heard.lock().unwrap().push(said);
        self.changed.notify_all();
    }

    fn on_lost(&self, _session: SessionId, _from: &TaskManagerId, reason: String) {
        self.heard.lock().unwrap().push(format!("lost: {reason}"));
        self.changed.notify_all();
    }
}

/// Blobs in a directory.
struct Directory(PathBuf);

impl Blobs for Directory {
    fn file(&self, hash: BlobHash) -> Option<PathBuf> {
        Some(self.0.join(hash.to_string())).filter(|path| path.exists())
    }

    fn new_file(&self) -> PathBuf {
        self.0.join("new")
    }

    fn keep(&self, file: &Path) -> Result<BlobRef, String> {
        let bytes = std::fs::read(file).map_err(|error| error.to_string())?;
        let hash = BlobHash(Sha256::digest(&bytes).into());
        std::fs::write(self.0.join(hash.to_string()), &bytes).map_err(|error| error.to_string())?;
        Ok(BlobRef { hash, length: bytes.len() as u64 })
    }
}

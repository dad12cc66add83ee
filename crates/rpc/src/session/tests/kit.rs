//! A JobManager that notes what it is told, and TaskManagers for it.

use crate::session::*;
use crate::wire::samples::session::{registration, welcome};
use crate::{BlobHash, BlobRef, RpcError, TaskManagerRegistration};
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::mpsc;
use weft_common::trust::SecretKey;
use weft_common::{LeaderEpoch, TaskManagerId};

pub(super) const DEADLINE: Duration = Duration::from_secs(30);
pub(super) const KEY: SecretKey = SecretKey::new([7; 32]);

/// Waits, but not for ever.
pub(super) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future).await.expect("in time")
}

/// What a JobManager was told.
#[derive(Debug)]
pub(super) enum Told {
    Registered(TaskManagerRegistration, RemoteTaskManager),
    Message(SessionId, TaskManagerCall),
    Lost(SessionId, String),
}

/// Accepts everybody, but for those without slots.
struct Notes(mpsc::UnboundedSender<Told>);

impl SessionHandler for Notes {
    fn on_register(
        &self,
        registration: TaskManagerRegistration,
        peer: SocketAddr,
        task_manager: RemoteTaskManager,
        reply: RegistrationReply,
    ) {
        assert!(peer.ip().is_loopback());
        match registration.slots {
            0 => reply.refuse("a TaskManager without slots is of no use".into()),
            // Dropped without an answer.
            1 => {}
            _ => {
                let accepted = reply.accept(welcome());
                accepted.and_then(|()| self.note(Told::Registered(registration, task_manager))).unwrap_or_default();
            }
        }
    }

    fn on_message(&self, session: SessionId, from: &TaskManagerId, call: TaskManagerCall) {
        assert_eq!(from.0, "tm-1");
        self.note(Told::Message(session, call)).unwrap_or_default();
    }

    fn on_lost(&self, session: SessionId, from: &TaskManagerId, reason: String) {
        assert_eq!(from.0, "tm-1");
        self.note(Told::Lost(session, reason)).unwrap_or_default();
    }
}

impl Notes {
    fn note(&self, told: Told) -> Result<(), RpcError> {
        self.0.send(told).map_err(|_| RpcError::Closed { peer: "the test" })
    }
}

/// Blobs in a directory that goes with the test.
pub(super) struct Directory {
    path: TempDir,
    files: AtomicU64,
}

impl Blobs for Directory {
    fn file(&self, hash: BlobHash) -> Option<PathBuf> {
        Some(self.path.path().join(hash.to_string())).filter(|path| path.is_file())
    }

    fn new_file(&self) -> PathBuf {
        self.path.path().join(format!("new-{}", self.files.fetch_add(1, Ordering::Relaxed)))
    }

    fn keep(&self, file: &Path) -> Result<BlobRef, String> {
        let blob = held::name(&fs::read(file).unwrap());
        fs::rename(file, self.path.path().join(blob.hash.to_string())).unwrap();
        Ok(blob)
    }
}

impl Directory {
    pub(super) fn add(&self, bytes: &[u8]) -> BlobRef {
        let file = self.new_file();
        fs::write(&file, bytes).unwrap();
        self.keep(&file).unwrap()
    }

    pub(super) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

/// A JobManager.
pub(super) struct JobManager {
    pub(super) server: SessionServer,
    pub(super) told: mpsc::UnboundedReceiver<Told>,
    pub(super) blobs: Arc<Directory>,
    settings: ServerSettings,
}

pub(super) fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

impl JobManager {
    pub(super) fn start() -> Self {
        JobManager::with(ServerSettings { epoch: LeaderEpoch::default(), secret: Some(KEY), frame_size: FRAME_SIZE })
    }

    pub(super) fn with(settings: ServerSettings) -> Self {
        let (notes, told) = mpsc::unbounded_channel();
        let blobs = Arc::new(Directory { path: TempDir::new().unwrap(), files: AtomicU64::new(0) });
        let server = SessionServer::start(listener(), settings.clone(), Arc::new(Notes(notes)), blobs.clone());
        JobManager { server: server.unwrap(), told, blobs, settings }
    }

    pub(super) fn port(&self) -> u16 {
        self.server.address().port()
    }

    /// What it is told next.
    pub(super) async fn hears(&mut self) -> Told {
        soon(self.told.recv()).await.expect("the server lives")
    }

    pub(super) async fn hears_registration(&mut self) -> RemoteTaskManager {
        match self.hears().await {
            Told::Registered(_, remote) => remote,
            other => panic!("{other:?}"),
        }
    }

    /// The next message, which is of `session`.
    pub(super) async fn hears_message(&mut self, session: SessionId) -> TaskManagerCall {
        match self.hears().await {
            Told::Message(from, call) if from == session => call,
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn hears_loss(&mut self) -> (SessionId, String) {
        match self.hears().await {
            Told::Lost(session, reason) => (session, reason),
            other => panic!("{other:?}"),
        }
    }
}

/// A TaskManager's listener, and what it says of itself.
pub(super) struct TaskManager {
    _probed: ProbeServer,
    pub(super) registration: TaskManagerRegistration,
}

impl TaskManager {
    pub(super) fn start() -> Self {
        let mut registration = registration();
        let probed = ProbeServer::start(listener(), registration.id.clone(), Some(KEY)).unwrap();
        registration.rpc_port = probed.address().port();
        TaskManager { _probed: probed, registration }
    }

    pub(super) async fn connect(&self, settings: ClientSettings) -> Result<Session, RpcError> {
        let client = SessionClient::new(settings);
        client.connect(self.registration.clone(), LeaderEpoch::default(), DEADLINE).await
    }
}

pub(super) fn client_settings(port: u16, frame_size: usize) -> ClientSettings {
    ClientSettings { host: "127.0.0.1".into(), port, secret: Some(KEY), frame_size }
}

/// A TaskManager that is registered, and how its JobManager sees it.
pub(super) async fn pair(job_manager: &mut JobManager) -> (TaskManager, Session, RemoteTaskManager) {
    let task_manager = TaskManager::start();
    let settings = client_settings(job_manager.port(), job_manager.settings.frame_size);
    let session = soon(task_manager.connect(settings)).await.unwrap();
    let remote = job_manager.hears_registration().await;
    assert_eq!(remote.session(), session.handle.session());
    (task_manager, session, remote)
}

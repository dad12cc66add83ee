//! The connection to a JobManager in another process.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::task::AbortHandle;

use super::{BlobSource, logs, memory_of};
use crate::{JobManagerLink, TaskManager};
use weft_common::{LeaderEpoch, TaskManagerId};
use weft_control::{Exit, TaskManagerMessage, WorkerMessage};
use weft_rpc::program::TaskReport;
use weft_rpc::session::{LeaderCall, Session, SessionClient, SessionHandle};
use weft_rpc::view::ProcessMemory;
use weft_rpc::{
    BlobRef, Fence, JobMasterGateway, LogDirectory, OperatorEvent, ResourceManagerGateway, RpcError,
    TaskManagerGateway, TaskManagerRegistration, WorkerAddress,
};

/// The last warnings and errors of the process's log, the newest last.
pub type LastWarnings = tokio::sync::watch::Receiver<Vec<String>>;

/// Between two warnings that are told at once: a flood of them is not to become one of messages.
const BETWEEN_WARNINGS: Duration = Duration::from_secs(1);

/// Connects, and hears and says what there is to hear and say. At most one session is current; what is said while there is none is dropped, and
/// made up for by the reports that a new one begins with.
pub struct SessionLink {
    client: SessionClient,
    registration: TaskManagerRegistration,
    logs: LogDirectory,
    warnings: LastWarnings,
    io: tokio::runtime::Handle,
    current: Mutex<Current>,
    worker: AtomicU32,
    exit: tokio::sync::watch::Sender<Option<Exit>>,
}

#[derive(Default)]
struct Current {
    /// The attempt that is current, and what it does.
    attempt: u64,
    task: Option<AbortHandle>,
    session: Option<SessionHandle>,
}

impl SessionLink {
    /// Connects to nobody yet. The files in `logs` are what the JobManager can ask for, `warnings` what it is told with heartbeats.
    pub fn new(
        client: SessionClient,
        registration: TaskManagerRegistration,
        logs: LogDirectory,
        warnings: LastWarnings,
        io: tokio::runtime::Handle,
    ) -> Arc<Self> {
        let (exit, _) = tokio::sync::watch::channel(None);
        let (current, worker) = (Mutex::default(), AtomicU32::new(0));
        Arc::new(SessionLink { client, registration, logs, warnings, io, current, worker, exit })
    }

    /// What the TaskManager said, or will say, when it registers.
    pub(super) fn registration(&self) -> &TaskManagerRegistration {
        &self.registration
    }

    /// What this process and its workers use of the memory.
    pub(super) fn memory(&self, task_manager: &TaskManager) -> ProcessMemory {
        let own = memory_of(std::process::id()).unwrap_or_default();
        let limit = self.registration.memory.iter().find(|(name, _)| name == "totalProcessMemory");
        ProcessMemory {
            resident: own + task_manager.memory_of_workers(),
            limit: limit.map_or(0, |(_, bytes)| *bytes),
            network_used: task_manager.network_memory_used(),
        }
    }

    /// Waits for the TaskManager to be done.
    pub async fn exited(&self) -> Exit {
        let mut exit = self.exit.subscribe();
        let done = exit.wait_for(Option::is_some).await.ok().and_then(|exit| exit.clone());
        done.unwrap_or_else(|| Exit::Wanted("its process ends".to_owned()))
    }

    /// Waits until what was said has left this process.
    pub async fn flushed(&self) {
        if let Some(session) = self.session() {
            session.closed().await;
        }
    }

    fn session(&self) -> Option<SessionHandle> {
        self.lock().session.clone()
    }

    fn say(&self, say: impl FnOnce(&SessionHandle)) {
        if let Some(session) = &self.lock().session {
            say(session);
        }
    }

    /// Ends what the current attempt does.
    fn replace(&self, attempt: u64) {
        let mut current = self.lock();
        current.attempt = attempt;
        if let Some(task) = current.task.take() {
            task.abort();
        }
        if let Some(session) = current.session.take() {
            session.close();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a session, unless another attempt is current by now.
    fn open(&self, attempt: u64, session: &Session) -> bool {
        let mut current = self.lock();
        let is_current = current.attempt == attempt;
        if is_current {
            self.worker.store(session.welcome.worker, Ordering::Relaxed);
            current.session = Some(session.handle.clone());
        }
        is_current
    }

    fn close(&self, attempt: u64) {
        let mut current = self.lock();
        if current.attempt == attempt {
            current.session = None;
        }
    }
}

impl JobManagerLink for Arc<SessionLink> {
    fn connect(&self, task_manager: &TaskManager, attempt: u64, followed: LeaderEpoch, timeout: Duration) {
        tracing::debug!(attempt, "looking for the JobManager, for {} ms", timeout.as_millis());
        self.replace(attempt);
        let attempted = attempt_session(self.clone(), task_manager.weak(), attempt, followed, timeout);
        let task = self.io.spawn(attempted);
        let mut current = self.lock();
        if current.attempt == attempt {
            current.task = Some(task.abort_handle());
        }
    }

    fn disconnect(&self) {
        self.replace(0);
    }

    fn heartbeat(&self, task_manager: &TaskManager) {
        let (memory, warnings) = (self.memory(task_manager), self.warnings.borrow().clone());
        self.say(|session| session.heartbeat(memory, warnings));
    }

    fn leave(&self, cause: &str) {
        self.say(|session| session.goodbye(cause.to_owned()));
    }

    fn exit(&self, exit: Exit) {
        self.exit.send_replace(Some(exit));
    }

    fn resource_manager(&self) -> &dyn ResourceManagerGateway {
        &**self
    }

    fn job_master(&self) -> &dyn JobMasterGateway {
        &**self
    }
}

async fn attempt_session(
    link: Arc<SessionLink>,
    task_manager: Weak<TaskManager>,
    attempt: u64,
    followed: LeaderEpoch,
    timeout: Duration,
) {
    let connected = link.client.connect(link.registration.clone(), followed, timeout).await;
    let Some(strong) = task_manager.upgrade() else { return };
    match connected {
        Ok(session) => {
            let epoch = session.welcome.epoch;
            if link.open(attempt, &session) {
                tracing::info!(leader = epoch.counter, attempt, "registered at the JobManager");
                strong.registered(attempt, epoch);
                session.handle.heartbeat(link.memory(&strong), link.warnings.borrow().clone());
                drop(strong);
                let cause = hear(&link, session, &task_manager, epoch).await;
                tracing::warn!("the connection to the JobManager is over, looking for it again: {cause}");
                link.close(attempt);
                if let Some(strong) = task_manager.upgrade() {
                    strong.disconnected(attempt, cause);
                }
            }
        }
        Err(error) => {
            tracing::info!(attempt, "not registered: {error}");
            strong.registration_failed(attempt, error.into_registration_failure());
        }
    }
}

/// Passes on what the JobManager says, until the session is over; why it is.
async fn hear(link: &SessionLink, session: Session, task_manager: &Weak<TaskManager>, epoch: LeaderEpoch) -> String {
    let Session { mut calls, handle, .. } = session;
    loop {
        match calls.next().await {
            Ok(Some(LeaderCall::ListLogs { request })) => logs::list(&link.logs, handle.clone(), request),
            Ok(Some(LeaderCall::ReadLog { request, name, offset, length })) => {
                logs::read(&link.logs, handle.clone(), request, name, offset, length);
            }
            Ok(Some(call)) => match task_manager.upgrade() {
                Some(task_manager) => obey(&task_manager, epoch, call),
                None => return "this process ends".to_owned(),
            },
            Ok(None) => return "the JobManager closed the connection".to_owned(),
            Err(error) => return error.to_string(),
        }
    }
}

fn obey(task_manager: &TaskManager, epoch: LeaderEpoch, call: LeaderCall) {
    match call {
        LeaderCall::Heartbeat => task_manager.heartbeat(epoch),
        LeaderCall::Dismiss { cause } => task_manager.dismiss(epoch, cause),
        LeaderCall::RequestSlot { fence, slot, allocation, source } => {
            task_manager.request_slot(fence, slot, allocation, &source);
        }
        LeaderCall::Prepare { fence, source } => task_manager.prepare(fence, source),
        LeaderCall::FreeSlot { epoch, allocation } => task_manager.free_slot(epoch, allocation),
        LeaderCall::Deploy { fence, tasks } => task_manager.deploy(fence, tasks),
        LeaderCall::Cancel { fence, attempt } => task_manager.cancel(fence, attempt),
        LeaderCall::GiveUp { fence, attempts } => task_manager.give_up(fence, attempts),
        LeaderCall::OperatorEvent { fence, event } => task_manager.operator_event(fence, event),
        LeaderCall::Acknowledge { fence, sequence, accepted } => task_manager.acknowledge(fence, sequence, accepted),
        LeaderCall::JobFinished { fence } => task_manager.job_finished(fence),
        // Answered before.
        LeaderCall::ListLogs { .. } | LeaderCall::ReadLog { .. } => {}
    }
}

impl ResourceManagerGateway for SessionLink {
    fn task_manager_message(&self, epoch: LeaderEpoch, from: &TaskManagerId, sequence: u64, said: TaskManagerMessage) {
        self.say(|session| session.task_manager_message(epoch, from, sequence, said));
    }
}

impl JobMasterGateway for SessionLink {
    fn worker_message(&self, fence: Fence, from: &TaskManagerId, sequence: u64, message: WorkerMessage) {
        self.say(|session| session.worker_message(fence, from, sequence, message));
    }

    fn operator_event(&self, fence: Fence, event: OperatorEvent) {
        self.say(|session| JobMasterGateway::operator_event(session, fence, event));
    }

    fn worker_address(&self, fence: Fence, from: &TaskManagerId, address: WorkerAddress) {
        self.say(|session| session.worker_address(fence, from, address));
    }

    fn task_reports(&self, fence: Fence, from: &TaskManagerId, reports: Vec<TaskReport>) {
        self.say(|session| session.task_reports(fence, from, reports));
    }
}

impl BlobSource for SessionLink {
    fn fetch(&self, blob: BlobRef) -> BoxFuture<'_, Result<Vec<u8>, RpcError>> {
        let session = self.session();
        async move { session.ok_or(RpcError::Closed { peer: "the JobManager" })?.fetch(blob).await }.boxed()
    }

    fn fetch_file<'a>(&'a self, blob: BlobRef, path: &'a Path) -> BoxFuture<'a, Result<(), RpcError>> {
        let session = self.session();
        async move { session.ok_or(RpcError::Closed { peer: "the JobManager" })?.fetch_file(blob, path).await }.boxed()
    }

    fn worker_number(&self) -> u32 {
        self.worker.load(Ordering::Relaxed)
    }
}

/// Tells of a warning at once: the next heartbeat may be one that this process does not live to send.
pub(super) async fn tell_of_warnings(
    link: Weak<SessionLink>,
    task_manager: Weak<TaskManager>,
    mut warnings: LastWarnings,
) {
    while warnings.changed().await.is_ok() {
        let (Some(link), Some(task_manager)) = (link.upgrade(), task_manager.upgrade()) else { return };
        link.heartbeat(&task_manager);
        drop((link, task_manager));
        tokio::time::sleep(BETWEEN_WARNINGS).await;
    }
}

//! The TaskManagers of a JobManager's process: sessions and heartbeats.
//!
//! A TaskManager keeps its number for as long as it is a member, through however many sessions. What it says is passed on as long as it comes
//! over its newest session. A session that breaks is no end: the heartbeat machine decides when a member is lost.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use crate::JobManagerHandle;
use crate::questions::SlotsInUse;
use tokio::sync::Notify;
use weft_common::trust::SecretKey;
use weft_common::{LeaderEpoch, TaskManagerId};
use weft_control::{HeartbeatCommand, HeartbeatEvent, HeartbeatMonitor, HeartbeatSettings};
use weft_rpc::session::{
    RegistrationReply, RemoteTaskManager, SessionHandler, SessionId, TaskManagerCall, Welcome, probe,
};
use weft_rpc::view::{ProcessMemory, TaskManagerView};
use weft_rpc::{JobMasterGateway, ResourceManagerGateway, TaskManagerRegistration};
use weft_runtime::Clock;

/// How often, and after what time each, a probe whose connection was taken and dropped is made again.
const DYING_PROBES: u32 = 20;
const DYING_PAUSE: Duration = Duration::from_millis(50);

/// The TaskManagers.
pub(crate) struct Members {
    epoch: LeaderEpoch,
    heartbeat: HeartbeatSettings,
    secret: Option<SecretKey>,
    handle: JobManagerHandle,
    clock: Arc<dyn Clock>,
    io: tokio::runtime::Handle,
    books: Mutex<Books>,
    /// Told when a deadline may have changed.
    changed: Arc<Notify>,
    /// Told when one is a member no more.
    lost_one: Notify,
}

struct Books {
    members: BTreeMap<TaskManagerId, Member>,
    monitor: HeartbeatMonitor<TaskManagerId>,
    next_worker: u32,
    /// Those that count no more, whatever they say.
    fenced: BTreeSet<TaskManagerId>,
    /// Those that were lost.
    lost: BTreeSet<TaskManagerId>,
}

struct Member {
    registration: TaskManagerRegistration,
    remote: RemoteTaskManager,
    worker: u32,
    /// As last reported.
    memory: ProcessMemory,
    /// Of its log, the newest last.
    warnings: Vec<String>,
}

impl Members {
    /// Nobody yet. Heartbeats go on as long as the value is held. Must be called within a tokio runtime.
    pub(crate) fn new(
        epoch: LeaderEpoch,
        heartbeat: HeartbeatSettings,
        secret: Option<SecretKey>,
        handle: JobManagerHandle,
        clock: Arc<dyn Clock>,
    ) -> Arc<Self> {
        let books = Books {
            members: BTreeMap::new(),
            monitor: HeartbeatMonitor::new(heartbeat),
            next_worker: 0,
            fenced: BTreeSet::new(),
            lost: BTreeSet::new(),
        };
        let io = tokio::runtime::Handle::current();
        let (books, changed) = (Mutex::new(books), Arc::new(Notify::new()));
        let lost_one = Notify::new();
        let members = Arc::new(Members { epoch, heartbeat, secret, handle, clock, io, books, changed, lost_one });
        members.io.spawn(beat(Arc::downgrade(&members)));
        members
    }

    /// The members as clients see them.
    pub(crate) fn views(&self, mut slots: SlotsInUse) -> Vec<TaskManagerView> {
        let (now, books) = (self.clock.now(), self.lock());
        let view = |(id, member): (&TaskManagerId, &Member)| {
            let silent = books.monitor.last_heard(id).map_or(0, |at| now.mono.since(at).as_millis());
            let (free_slots, allocated) = slots.remove(id).unwrap_or((member.registration.slots, Vec::new()));
            TaskManagerView {
                registration: member.registration.clone(),
                last_heartbeat_ms: now.wall_ms - i64::try_from(silent).unwrap_or(0),
                free_slots,
                allocated,
                memory: member.memory,
            }
        };
        books.members.iter().map(view).collect()
    }

    /// The session of a member.
    pub(crate) fn remote(&self, id: &TaskManagerId) -> Option<RemoteTaskManager> {
        self.lock().members.get(id).map(|member| member.remote.clone())
    }

    /// Tells all of them to end.
    pub(crate) fn dismiss_all(&self, cause: &str) {
        use weft_rpc::TaskManagerGateway;
        self.lock().members.values().for_each(|member| member.remote.dismiss(self.epoch, cause.to_owned()));
    }

    /// A TaskManager counts no more: what it holds is lost, and should it live on, whatever it says is answered with dismissal. `cause` goes on
    /// after its name. Whether it had been lost before anybody could say why.
    pub(crate) fn fence(self: &Arc<Self>, id: &TaskManagerId, cause: &str) -> bool {
        use weft_rpc::TaskManagerGateway;
        let was_lost = {
            let mut books = self.lock();
            books.fenced.insert(id.clone());
            if let Some(member) = books.members.get(id) {
                member.remote.dismiss(self.epoch, format!("this TaskManager {cause}"));
            }
            let was_lost = !books.members.contains_key(id);
            match was_lost {
                false => self.lose(&mut books, id.clone(), cause),
                true => self.handle.task_manager_explained(id.clone(), cause.to_owned()),
            }
            was_lost
        };
        self.on(HeartbeatEvent::Forget(id.clone()));
        was_lost
    }

    /// Those that were lost, without having been fenced: of whose end more may become known.
    pub(crate) fn lost(&self) -> Vec<TaskManagerId> {
        let books = self.lock();
        books.lost.difference(&books.fenced).cloned().collect()
    }

    /// Waits until there is none.
    pub(crate) async fn left(&self) {
        loop {
            let lost = self.lost_one.notified();
            if self.lock().members.is_empty() {
                return;
            }
            lost.await;
        }
    }

    /// From now on nobody is missed.
    pub(crate) fn end(&self) {
        self.lock().members.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn on(self: &Arc<Self>, event: HeartbeatEvent<TaskManagerId>) {
        let (now, mut commands) = (self.clock.now().mono, Vec::new());
        let mut books = self.lock();
        books.monitor.on(now, event, &mut commands);
        for command in commands {
            self.carry_out(&mut books, command);
        }
        drop(books);
        self.changed.notify_one();
    }

    fn carry_out(self: &Arc<Self>, books: &mut Books, command: HeartbeatCommand<TaskManagerId>) {
        match command {
            HeartbeatCommand::Beat(id) => {
                if let Some(member) = books.members.get(&id) {
                    member.remote.heartbeat();
                }
            }
            HeartbeatCommand::Probe(id) => {
                if let Some(member) = books.members.get(&id) {
                    self.probe(id, &member.registration);
                }
            }
            HeartbeatCommand::Lost { peer, cause } => self.lose(books, peer, &cause),
        }
    }

    fn probe(self: &Arc<Self>, id: TaskManagerId, registration: &TaskManagerRegistration) {
        let (members, secret) = (Arc::downgrade(self), self.secret.clone());
        let (host, port, epoch) = (registration.host.clone(), registration.rpc_port, self.epoch);
        self.io.spawn(async move {
            let mut broken = 0;
            let found = loop {
                match probe(&host, port, epoch, secret.clone()).await {
                    // The listener of a process that is just ending takes connections and drops them.
                    Err(error) if error.is_connection_broken() && broken < DYING_PROBES => broken += 1,
                    found => break found,
                }
                tokio::time::sleep(DYING_PAUSE).await;
            };
            let Some(members) = members.upgrade() else { return };
            members.on(match found {
                // At the same address there may be another by now.
                Ok(other) if other != id => HeartbeatEvent::Unreachable(id),
                Err(error) if error.is_connection_refused() => HeartbeatEvent::Unreachable(id),
                _ => HeartbeatEvent::Reachable(id),
            });
        });
    }

    fn lose(&self, books: &mut Books, id: TaskManagerId, cause: &str) {
        if let Some(member) = books.members.remove(&id) {
            member.remote.close();
            let TaskManagerRegistration { host, pid, .. } = member.registration;
            // The process can be asked no more, and its log may be gone with its container.
            let warnings = match member.warnings.is_empty() {
                true => String::new(),
                false => format!("; the last it warned of: {}", member.warnings.join("; ")),
            };
            let cause = format!("TaskManager {id} on {host} (process {pid}) {cause}{warnings}");
            tracing::warn!("{cause}");
            books.lost.insert(id.clone());
            self.lost_one.notify_one();
            self.handle.task_manager_lost(id, cause);
        }
    }

    /// Whether this is the newest session of a member.
    fn is_current(&self, session: SessionId, id: &TaskManagerId) -> bool {
        self.lock().members.get(id).is_some_and(|member| member.remote.session() == session)
    }
}

/// [`SessionHandler`] for shared members.
pub(crate) struct MembersHandler(pub(crate) Arc<Members>);

impl SessionHandler for MembersHandler {
    fn on_register(
        &self,
        registration: TaskManagerRegistration,
        peer: SocketAddr,
        task_manager: RemoteTaskManager,
        reply: RegistrationReply,
    ) {
        let members = &self.0;
        let (id, host) = (registration.id.clone(), registration.host.clone());
        let mut books = members.lock();
        let again = books.members.get(&id).map(|member| member.worker);
        let worker = again.unwrap_or(books.next_worker);
        let welcome = Welcome {
            epoch: members.epoch,
            worker,
            heartbeat_interval: members.heartbeat.interval,
            heartbeat_timeout: members.heartbeat.timeout,
        };
        if let Err(error) = reply.accept(welcome) {
            tracing::warn!(task_manager = %id, "was gone before it was registered: {error}");
            return;
        }
        if books.fenced.contains(&id) {
            use weft_rpc::TaskManagerGateway;
            tracing::warn!(task_manager = %id, %host, "is dismissed: its container has ended or was given back");
            task_manager.dismiss(members.epoch, "its container has ended or was given back".to_owned());
            task_manager.close();
            return;
        }
        tracing::info!(task_manager = %id, %host, %peer, slots = registration.slots, again = again.is_some(), "registered");
        books.next_worker = books.next_worker.max(worker + 1);
        let before = books.members.get(&id).map(|member| (member.memory, member.warnings.clone()));
        let (memory, warnings) = before.unwrap_or_default();
        let member = Member { registration, remote: task_manager.clone(), worker, memory, warnings };
        if let Some(before) = books.members.insert(id.clone(), member) {
            before.remote.close();
        }
        drop(books);
        members.handle.register_task_manager(id.clone(), worker, host, Arc::new(task_manager));
        members.on(HeartbeatEvent::Watch(id));
    }

    fn on_message(&self, session: SessionId, from: &TaskManagerId, call: TaskManagerCall) {
        let members = &self.0;
        if !members.is_current(session, from) {
            return;
        }
        members.on(HeartbeatEvent::Heard(from.clone()));
        let handle = &members.handle;
        match call {
            TaskManagerCall::Heartbeat { memory, warnings } => {
                if let Some(member) = members.lock().members.get_mut(from) {
                    (member.memory, member.warnings) = (memory, warnings);
                }
            }
            TaskManagerCall::Goodbye { cause } => {
                members.lose(&mut members.lock(), from.clone(), &format!("has ended: {cause}"));
                members.on(HeartbeatEvent::Forget(from.clone()));
            }
            TaskManagerCall::ResourceManager { epoch, sequence, message } => {
                handle.task_manager_message(epoch, from, sequence, message);
            }
            TaskManagerCall::JobMaster { fence, sequence, message } => {
                handle.worker_message(fence, from, sequence, message);
            }
            TaskManagerCall::OperatorEvent { fence, event } => handle.operator_event(fence, event),
            TaskManagerCall::WorkerAddress { fence, address } => handle.worker_address(fence, from, address),
            TaskManagerCall::TaskReports { fence, reports } => handle.task_reports(fence, from, reports),
        }
    }

    fn on_lost(&self, session: SessionId, from: &TaskManagerId, reason: String) {
        if self.0.is_current(session, from) {
            tracing::warn!(task_manager = %from, "the connection broke: {reason}");
            self.0.on(HeartbeatEvent::ConnectionBroken(from.clone()));
        }
    }
}

/// Calls the heartbeat machine when it is due, for as long as there are members to be lost.
async fn beat(members: Weak<Members>) {
    loop {
        let Some(strong) = members.upgrade() else { return };
        let due = strong.lock().monitor.next_deadline();
        let (changed, now) = (strong.changed.clone(), strong.clock.now().mono);
        drop(strong);
        match due {
            None => changed.notified().await,
            Some(due) => {
                // A moment later rather than too early.
                let patience = due.since(now) + Duration::from_millis(1);
                if tokio::time::timeout(patience, changed.notified()).await.is_err()
                    && let Some(strong) = members.upgrade()
                {
                    strong.on(HeartbeatEvent::Tick);
                }
            }
        }
    }
}

impl Drop for Members {
    fn drop(&mut self) {
        self.changed.notify_one();
    }
}

//! The JobManager's end: a listener, and what the shell around the JobManager is told.

use super::acceptor::accept;
use super::connector::WINDOW;
use super::handshake::{Caller, Side};
use super::held::Held;
use super::outbox::Outbox;
use super::service::Service;
use super::settings::FRAME_SLACK;
use super::{Blobs, RemoteTaskManager, ServerSettings, SessionId, TaskManagerCall, ToTaskManager, Welcome};
use crate::proto::session::job_manager_server::JobManagerServer;
use crate::{RpcError, TaskManagerRegistration};
use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;
use tonic::transport::Server;
use weft_common::TaskManagerId;

/// Calls at a time on one connection, of which a TaskManager needs a few; and bytes of their headers, which are small.
pub(super) const STREAMS: u32 = 64;
pub(super) const HEADERS: u32 = 16 << 10;

/// What the shell around a JobManager is told. The calls come from threads of the tokio runtime and must not wait: a queue is the
/// thing behind them. Those of one session come one after the other.
pub trait SessionHandler: Send + Sync + 'static {
    /// A TaskManager wants to register; it was found at the address it advertises. `peer`: where its connection comes from. Nothing must be sent
    /// to it before `reply` accepts it.
    fn on_register(
        &self,
        registration: TaskManagerRegistration,
        peer: SocketAddr,
        task_manager: RemoteTaskManager,
        reply: RegistrationReply,
    );

    /// An accepted TaskManager says something.
    fn on_message(&self, session: SessionId, from: &TaskManagerId, call: TaskManagerCall);

    /// The session of an accepted TaskManager is over, whoever ended it: the last call about it. `reason`: a clause without a subject.
    fn on_lost(&self, session: SessionId, from: &TaskManagerId, reason: String);
}

/// The answer to a registration; dropped, it refuses.
#[derive(Debug)]
pub struct RegistrationReply {
    session: u64,
    outbox: Outbox<ToTaskManager>,
    accepted: Option<oneshot::Sender<()>>,
}

impl RegistrationReply {
    pub(super) fn new(session: u64, outbox: Outbox<ToTaskManager>, accepted: oneshot::Sender<()>) -> Self {
        RegistrationReply { session, outbox, accepted: Some(accepted) }
    }

    /// Accepts the TaskManager. An error when it is gone.
    pub fn accept(mut self, welcome: Welcome) -> Result<(), RpcError> {
        self.outbox.send(ToTaskManager::Welcome { welcome, session: self.session })?;
        let gone = |()| RpcError::Closed { peer: "the TaskManager" };
        self.accepted.take().map_or(Ok(()), |accepted| accepted.send(()).map_err(gone))
    }

    /// Does not accept it; `reason` is a sentence for its log.
    pub fn refuse(mut self, reason: String) {
        self.accepted = None;
        // It may be gone.
        let _ = self.outbox.send(ToTaskManager::Refused(reason));
        self.outbox.end();
    }
}

impl Drop for RegistrationReply {
    fn drop(&mut self) {
        if self.accepted.take().is_some() {
            let _ = self.outbox.send(ToTaskManager::Refused("the JobManager is ending".into()));
            self.outbox.end();
        }
    }
}

/// A JobManager that listens for its TaskManagers. Ends when dropped.
#[derive(Debug)]
pub struct SessionServer {
    address: SocketAddr,
    pub(super) shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
}

/// What all sessions of a JobManager have in common.
pub(super) struct Shared {
    pub(super) settings: ServerSettings,
    pub(super) handler: Arc<dyn SessionHandler>,
    pub(super) blobs: Arc<dyn Blobs>,
    /// Large messages to TaskManagers.
    pub(super) outgoing: Arc<Held>,
    /// Large messages from TaskManagers.
    pub(super) incoming: Held,
    pub(super) newest_session: AtomicU64,
    /// The sessions that there are; `None` once no more may begin.
    sessions: Mutex<Option<HashMap<u64, Outbox<ToTaskManager>>>>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("epoch", &self.settings.epoch).finish_non_exhaustive()
    }
}

impl Shared {
    /// Keeps a session, so that it can be ended; `false` when the server ends.
    pub(super) fn enter(&self, session: u64, outbox: Outbox<ToTaskManager>) -> bool {
        match &mut *self.lock() {
            Some(sessions) => sessions.insert(session, outbox).is_none(),
            None => false,
        }
    }

    pub(super) fn leave(&self, session: u64) {
        if let Some(sessions) = &mut *self.lock() {
            sessions.remove(&session);
        }
    }

    fn end_all(&self) {
        let sessions = self.lock().take().unwrap_or_default();
        sessions.values().for_each(Outbox::end);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<HashMap<u64, Outbox<ToTaskManager>>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SessionServer {
    /// Serves at a listener. Must be called within a tokio runtime.
    pub fn start(
        listener: TcpListener,
        settings: ServerSettings,
        handler: Arc<dyn SessionHandler>,
        blobs: Arc<dyn Blobs>,
    ) -> Result<SessionServer, RpcError> {
        let (address, listener) = super::acceptor::asynchronous(listener)?;
        let side = Side { caller: Caller::TaskManager, epoch: settings.epoch, secret: settings.secret.clone() };
        let limit = settings.frame_size + FRAME_SLACK;
        let shared = Arc::new(Shared {
            settings,
            handler,
            blobs,
            outgoing: Arc::default(),
            incoming: Held::default(),
            newest_session: AtomicU64::new(0),
            sessions: Mutex::new(Some(HashMap::new())),
        });
        let service = JobManagerServer::new(Service::new(shared.clone())).max_decoding_message_size(limit);
        let (stop, stopped) = oneshot::channel::<()>();
        let served = Server::builder()
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(4 * WINDOW)
            .max_concurrent_streams(STREAMS)
            .http2_max_header_list_size(HEADERS)
            .add_service(service)
            .serve_with_incoming_shutdown(accept(listener, side), async {
                // Asked to stop, or dropped.
                let _ = stopped.await;
            });
        tokio::spawn(async move {
            if let Err(error) = served.await {
                tracing::error!("the server at {address} ended: {}", super::causes(&error));
            }
        });
        Ok(SessionServer { address, shared, stop: Some(stop) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends all sessions after what was said in them, and listens no more.
    pub fn close(&mut self) {
        self.shared.end_all();
        self.stop = None;
    }
}

impl Drop for SessionServer {
    fn drop(&mut self) {
        self.close();
    }
}

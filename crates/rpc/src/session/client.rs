//! The TaskManager's end: connecting, registering, hearing what the JobManager says.

use super::connector::{Target, connect};
use super::handle::Caller;
use super::handshake::{self, Side};
use super::outbox::Outbox;
use super::settings::FRAME_SLACK;
use super::{ClientSettings, FromTaskManager, LeaderCall, SessionHandle, ToTaskManager, Welcome};
use super::{status_causes, transfer};
use crate::proto::session;
use crate::wire::Wire;
use crate::{BlobRef, RpcError, TaskManagerRegistration, WireError};
use futures_util::stream;
use prost::Message;
use std::time::Duration;
use tokio::sync::mpsc;
use tonic::Streaming;
use weft_common::LeaderEpoch;

/// Connects a TaskManager to its JobManager, whenever it is told to.
#[derive(Clone, Debug)]
pub struct SessionClient {
    settings: ClientSettings,
}

/// A TaskManager that was accepted.
#[derive(Debug)]
pub struct Session {
    /// What the JobManager said.
    pub welcome: Welcome,
    /// Says something.
    pub handle: SessionHandle,
    /// Hears something.
    pub calls: SessionCalls,
}

/// What the JobManager says, call by call.
#[derive(Debug)]
pub struct SessionCalls {
    stream: Streaming<session::ToTaskManager>,
    handle: SessionHandle,
    /// A message that is to be fetched next.
    large: Option<BlobRef>,
}

impl SessionClient {
    /// Does nothing yet.
    pub fn new(settings: ClientSettings) -> Self {
        SessionClient { settings }
    }

    /// Connects and registers. `followed`: the newest leader that this TaskManager knows, so that an older one refuses it; `timeout`: for the
    /// whole. An error that says whether nobody was there, something is wrong, or the JobManager refused:
    /// [`RpcError::into_registration_failure`]. Must be called within a tokio runtime.
    pub async fn connect(
        &self,
        registration: TaskManagerRegistration,
        followed: LeaderEpoch,
        timeout: Duration,
    ) -> Result<Session, RpcError> {
        let target = Target { host: self.settings.host.clone(), port: self.settings.port };
        let peer = target.to_string();
        let connected = tokio::time::timeout(timeout, self.register(target, registration, followed, timeout)).await;
        connected.unwrap_or(Err(RpcError::Deadline { peer, what: "the answer to the registration", deadline: timeout }))
    }

    async fn register(
        &self,
        target: Target,
        registration: TaskManagerRegistration,
        followed: LeaderEpoch,
        timeout: Duration,
    ) -> Result<Session, RpcError> {
        let ClientSettings { secret, frame_size, .. } = self.settings.clone();
        let peer = target.to_string();
        let side = Side { caller: handshake::Caller::TaskManager, epoch: followed, secret };
        let channel = connect(target, side, timeout).await?;
        let mut caller = Caller { channel, peer, session: 0, frame_limit: frame_size + FRAME_SLACK };

        let (outbox, waiting) = Outbox::new("the JobManager");
        let (first, outgoing) = mpsc::channel(1);
        // What comes before the answer to the registration has to pass beside the pump, which wants to know the session's number.
        first.try_send(FromTaskManager::Register(registration).into_wire()).ok();
        let (rest, pumped) = tokio::sync::oneshot::channel();
        let outgoing = stream::unfold(Outgoing::First(outgoing, pumped), Outgoing::next);
        let opened = caller.client().session(outgoing).await;
        let mut stream = opened.map_err(|status| broken(&caller, &status))?.into_inner();
        let welcome = match receive(&caller, &mut stream).await? {
            Some(ToTaskManager::Welcome { welcome, session }) => {
                caller.session = session;
                welcome
            }
            Some(ToTaskManager::Refused(reason)) => return Err(RpcError::Refused { peer: caller.peer, reason }),
            Some(_) => return Err(unexpected("ToTaskManager.welcome, first")),
            None => return Err(RpcError::Broken { peer: caller.peer, reason: "it closed the connection".into() }),
        };
        // Fails when the stream has ended in this moment, which is found out by its other half.
        let _ = rest.send(waiting.pump(frame_size, caller.clone()));
        drop(first);
        let handle = SessionHandle { caller, outbox };
        Ok(Session { welcome, calls: SessionCalls { stream, handle: handle.clone(), large: None }, handle })
    }
}

type Sent = session::FromTaskManager;

/// What is sent: the registration, then what the pump gives.
enum Outgoing {
    First(mpsc::Receiver<Sent>, tokio::sync::oneshot::Receiver<mpsc::Receiver<Sent>>),
    Rest(mpsc::Receiver<Sent>),
}

impl Outgoing {
    async fn next(self) -> Option<(Sent, Outgoing)> {
        let mut rest = match self {
            Outgoing::First(mut first, rest) => match first.recv().await {
                Some(message) => return Some((message, Outgoing::First(first, rest))),
                None => rest.await.ok()?,
            },
            Outgoing::Rest(rest) => rest,
        };
        rest.recv().await.map(|message| (message, Outgoing::Rest(rest)))
    }
}

impl SessionCalls {
    /// The next call; `None` when the JobManager has ended the session; an error when the connection broke or cannot be used any more. After
    /// either, nothing more comes. A future that is dropped before it is ready loses nothing.
    pub async fn next(&mut self) -> Result<Option<LeaderCall>, RpcError> {
        let message = match self.large {
            Some(_) => None,
            None => receive(&self.handle.caller, &mut self.stream).await?,
        };
        if let Some(ToTaskManager::Large(blob)) = message {
            self.large = Some(blob);
        }
        let message = match self.large {
            Some(blob) => {
                let message = self.fetch_message(blob).await?;
                self.large = None;
                Some(message)
            }
            None => message,
        };
        match message {
            Some(ToTaskManager::Call(call)) => Ok(Some(call)),
            Some(_) => Err(unexpected("a call in ToTaskManager.message")),
            None => Ok(None),
        }
    }

    async fn fetch_message(&self, blob: BlobRef) -> Result<ToTaskManager, RpcError> {
        let caller = &self.handle.caller;
        let bytes = transfer::fetch_bytes(caller, blob, caller.session).await?;
        self.handle.send(FromTaskManager::Fetched(blob));
        let message = session::ToTaskManager::decode(bytes.as_slice()).map_err(WireError::from);
        message.and_then(ToTaskManager::from_wire).map_err(unreadable)
    }
}

impl Drop for SessionCalls {
    /// A session that nobody hears any more is over for both ends.
    fn drop(&mut self) {
        self.handle.close();
    }
}

async fn receive(
    caller: &Caller,
    stream: &mut Streaming<session::ToTaskManager>,
) -> Result<Option<ToTaskManager>, RpcError> {
    let message = stream.message().await.map_err(|status| broken(caller, &status))?;
    message.map(ToTaskManager::from_wire).transpose().map_err(unreadable)
}

fn broken(caller: &Caller, status: &tonic::Status) -> RpcError {
    RpcError::Broken { peer: caller.peer.clone(), reason: status_causes(status) }
}

fn unexpected(field: &'static str) -> RpcError {
    unreadable(WireError::Missing { field })
}

fn unreadable(source: WireError) -> RpcError {
    RpcError::Wire { peer: "the JobManager", source }
}

//! One session at the JobManager, from the first message to the last.

use super::held::Held;
use super::outbox::Outbox;
use super::probe::dial_back;
use super::questions::Questions;
use super::remote::{Asked, HeldFor};
use super::server::Shared;
use super::service::received;
use super::{FromTaskManager, RegistrationReply, RemoteTaskManager, SessionId, ToTaskManager, status_causes};
use crate::proto::session;
use crate::wire::Wire;
use crate::{BlobRef, TaskManagerRegistration, WireError};
use futures_util::{Stream, StreamExt};
use prost::Message;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::oneshot;
use tonic::{Status, Streaming};
use weft_common::TaskManagerId;

/// How long a TaskManager may take to say who it is.
const REGISTRATION_DEADLINE: Duration = Duration::from_secs(5);
/// How long a TaskManager may take to answer a question.
const ANSWER_DEADLINE: Duration = Duration::from_secs(10);

/// Begins a session: gives what is sent to the TaskManager.
pub(super) fn begin(
    shared: Arc<Shared>,
    peer: SocketAddr,
    incoming: Streaming<session::FromTaskManager>,
) -> impl Stream<Item = Result<session::ToTaskManager, Status>> + Send + 'static {
    let number = shared.newest_session.fetch_add(1, Ordering::Relaxed) + 1;
    let (outbox, waiting) = Outbox::new("the TaskManager");
    shared.outgoing.open(number);
    shared.incoming.open(number);
    let elsewhere = HeldFor { session: number, held: shared.outgoing.clone() };
    let outgoing = waiting.pump(shared.settings.frame_size, elsewhere);
    let asked = Arc::new(Asked { lists: Questions::new(ANSWER_DEADLINE), parts: Questions::new(ANSWER_DEADLINE) });
    let remote = RemoteTaskManager { session: number, outbox, questions: asked };
    let sitting = Sitting { shared, peer, remote, incoming };
    tokio::spawn(sitting.run());
    received(outgoing).map(Ok)
}

struct Sitting {
    shared: Arc<Shared>,
    peer: SocketAddr,
    remote: RemoteTaskManager,
    incoming: Streaming<session::FromTaskManager>,
}

impl Sitting {
    async fn run(mut self) {
        let number = self.remote.session;
        if self.shared.enter(number, self.remote.outbox.clone()) {
            match self.register().await {
                Ok(Some(id)) => {
                    let reason = self.listen(&id).await;
                    self.shared.handler.on_lost(SessionId(number), &id, reason);
                }
                // Refused by the handler, which has said so.
                Ok(None) => {}
                Err(reason) => self.refuse(reason),
            }
            self.shared.leave(number);
        } else {
            self.refuse("the JobManager is ending".into());
        }
        self.remote.outbox.end();
        self.remote.questions.lists.close();
        self.remote.questions.parts.close();
        self.shared.incoming.close(number);
        self.shared.outgoing.close(number);
    }

    fn refuse(&self, reason: String) {
        tracing::warn!("a TaskManager at {} was not registered: {reason}", self.peer);
        // It may be gone.
        let _ = self.remote.outbox.send(ToTaskManager::Refused(reason));
    }

    /// Hears who it is and has the handler decide. An error is a sentence for the TaskManager; `None`: it has heard one.
    async fn register(&mut self) -> Result<Option<TaskManagerId>, String> {
        let message = tokio::time::timeout(REGISTRATION_DEADLINE, self.next()).await;
        let message = message.map_err(|_| "it did not register in time".to_owned())?.map_err(|end| end.reason)?;
        let FromTaskManager::Register(registration) = message else {
            return Err("it began with something else than its registration".into());
        };
        self.check(&registration).await?;
        let id = registration.id.clone();
        let (accept, mut accepted) = oneshot::channel();
        let reply = RegistrationReply::new(self.remote.session, self.remote.outbox.clone(), accept);
        self.shared.handler.on_register(registration, self.peer, self.remote.clone(), reply);
        let answered = tokio::select! {
            answered = &mut accepted => answered.is_ok(),
            // The TaskManager waits no longer. If it was accepted in this moment, the handler must hear of the end.
            () = self.remote.outbox.ended() => {
                accepted.close();
                accepted.try_recv().is_ok()
            }
        };
        Ok(answered.then_some(id))
    }

    /// Whether the TaskManager can be reached at the address it advertises.
    async fn check(&self, registration: &TaskManagerRegistration) -> Result<(), String> {
        let found = dial_back(registration, &self.shared.settings).await;
        found.map_err(|error| {
            format!(
                "the JobManager cannot reach the TaskManager at {}:{}, which it advertises; its connection comes from {}: {error}; check \
                 taskmanager.host, taskmanager.rpc.port and what lies between the two",
                registration.host, registration.rpc_port, self.peer
            )
        })
    }

    /// Hears the TaskManager to the end; why it ended.
    async fn listen(&mut self, id: &TaskManagerId) -> String {
        loop {
            let ended = self.remote.clone();
            let message = tokio::select! {
                message = self.next() => message,
                () = ended.outbox.ended() => return "the JobManager closed the connection".into(),
            };
            match message {
                Ok(FromTaskManager::Call(call)) => {
                    self.shared.handler.on_message(self.remote.session(), id, call);
                }
                Ok(FromTaskManager::LogList { request, files }) => {
                    // Whoever asked may have given up.
                    let _ = self.remote.questions.lists.answer(request).map(|asker| asker.send(files));
                }
                Ok(FromTaskManager::LogPart { request, bytes }) => {
                    let _ = self.remote.questions.parts.answer(request).map(|asker| asker.send(bytes));
                }
                Ok(FromTaskManager::Fetched(blob)) => {
                    self.shared.outgoing.take(self.remote.session, blob.hash);
                }
                Ok(FromTaskManager::Register(_) | FromTaskManager::Large(_)) => {
                    return "it sent something that has no place in a session".into();
                }
                Err(end) => return end.reason,
            }
        }
    }

    async fn next(&mut self) -> Result<FromTaskManager, End> {
        let message = match self.incoming.message().await {
            Ok(Some(message)) => message,
            Ok(None) => return Err(End { reason: "it closed the connection".into() }),
            Err(status) => return Err(End { reason: format!("its connection broke: {}", status_causes(&status)) }),
        };
        match FromTaskManager::from_wire(message)? {
            FromTaskManager::Large(blob) => Ok(large(&self.shared.incoming, self.remote.session, blob)?),
            message => Ok(message),
        }
    }
}

/// A message that was put before.
fn large(incoming: &Held, session: u64, blob: BlobRef) -> Result<FromTaskManager, End> {
    let missing = || End { reason: format!("it referred to a message {} that it has not put", blob.hash) };
    let bytes = incoming.take(session, blob.hash).ok_or_else(missing)?;
    let message = session::FromTaskManager::decode(bytes).map_err(WireError::from)?;
    Ok(FromTaskManager::from_wire(message)?)
}

/// Why nothing more comes.
struct End {
    reason: String,
}

impl From<WireError> for End {
    fn from(error: WireError) -> Self {
        End { reason: format!("it sent what cannot be read: {error}") }
    }
}

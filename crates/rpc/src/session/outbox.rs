//! What one end of a session still has to send.
//!
//! Whoever says something hands it over and goes on. A task (the *pump*) takes message by message, puts those that are too large for the
//! stream elsewhere and sends a reference in their place, and hands them to HTTP/2, which takes them as fast as the other end does. What
//! waits is counted; an end that takes nothing while more than [`BACKLOG_LIMIT`] waits is cut off.

use crate::RpcError;
use crate::wire::Wire;
use prost::Message;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::{mpsc, watch};

/// Bytes that may wait: several of the largest deployments.
const BACKLOG_LIMIT: usize = 256 << 20;
/// Messages that HTTP/2 may hold besides.
const UNDER_WAY: usize = 16;

/// What puts messages elsewhere that are too large for the stream.
pub(super) trait Elsewhere<M>: Send + 'static {
    /// Puts `bytes` where the other end finds them; the message that tells it so.
    fn put(&self, bytes: Vec<u8>) -> impl Future<Output = Result<M, RpcError>> + Send;
}

/// The way into a session. `M`: what is said in it.
#[derive(Debug)]
pub(super) struct Outbox<M: Wire> {
    peer: &'static str,
    queue: mpsc::UnboundedSender<Item<M::Message>>,
    waiting: Arc<AtomicUsize>,
    ended: watch::Receiver<bool>,
}

#[derive(Debug)]
enum Item<P> {
    Message(P, usize),
    End,
}

impl<M: Wire> Clone for Outbox<M> {
    fn clone(&self) -> Self {
        let Outbox { peer, queue, waiting, ended } = self;
        Outbox { peer, queue: queue.clone(), waiting: waiting.clone(), ended: ended.clone() }
    }
}

/// The other end of an [`Outbox`], until somebody pumps.
pub(super) struct Waiting<P> {
    queue: mpsc::UnboundedReceiver<Item<P>>,
    waiting: Arc<AtomicUsize>,
    ended: watch::Sender<bool>,
}

impl<M> Outbox<M>
where
    M: Wire<Message: Message + 'static>,
{
    /// The way to `peer`, and what is to be pumped there.
    pub(super) fn new(peer: &'static str) -> (Self, Waiting<M::Message>) {
        let (queue, queued) = mpsc::unbounded_channel();
        let (end, ended) = watch::channel(false);
        let waiting = Arc::new(AtomicUsize::new(0));
        let outbox = Outbox { peer, queue, waiting: waiting.clone(), ended };
        (outbox, Waiting { queue: queued, waiting, ended: end })
    }

    /// Hands a message over. An error when the session has ended, or is ended because too much waits.
    pub(super) fn send(&self, message: M) -> Result<(), RpcError> {
        let message = message.into_wire();
        let length = message.encoded_len();
        let waiting = self.waiting.fetch_add(length, Ordering::Relaxed);
        if waiting > BACKLOG_LIMIT {
            self.end();
            return Err(RpcError::Backlog { peer: self.peer, waiting });
        }
        self.queue.send(Item::Message(message, length)).map_err(|_| RpcError::Closed { peer: self.peer })
    }

    /// Ends the session from this end, after what was handed over before.
    pub(super) fn end(&self) {
        // It may have ended.
        let _ = self.queue.send(Item::End);
    }

    /// Waits until nothing more is sent.
    pub(super) async fn ended(&self) {
        // An error says that the pump is gone, which is an end, too.
        let _ = self.ended.clone().wait_for(|ended| *ended).await;
    }
}

impl<P: Message + 'static> Waiting<P> {
    /// Begins to pump, from a task of its own. Messages of more than `limit` bytes go elsewhere.
    pub(super) fn pump(self, limit: usize, elsewhere: impl Elsewhere<P>) -> mpsc::Receiver<P> {
        let (out, sent) = mpsc::channel(UNDER_WAY);
        tokio::spawn(async move {
            let Waiting { mut queue, waiting, ended } = self;
            loop {
                let next = tokio::select! {
                    next = queue.recv() => next,
                    // The other end is gone.
                    () = out.closed() => break,
                };
                let Some(Item::Message(message, length)) = next else { break };
                let fitting = match length > limit {
                    true => elsewhere.put(message.encode_to_vec()).await,
                    false => Ok(message),
                };
                waiting.fetch_sub(length, Ordering::Relaxed);
                match fitting {
                    Ok(message) => {
                        if out.send(message).await.is_err() {
                            break;
                        }
                    }
                    Err(error) => {
                        tracing::warn!(
                            "a message of {length} bytes cannot be sent, so its connection is closed: {error}"
                        );
                        break;
                    }
                }
            }
            // Nothing comes after: what is said now is an error for who says it.
            queue.close();
            ended.send_replace(true);
        });
        sent
    }
}

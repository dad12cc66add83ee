//! The parent's half that writes.

use super::{ToProgram, frame};
use crate::RpcError;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::AsyncWriteExt;
use tokio::net::unix::OwnedWriteHalf;
use tokio::sync::mpsc;

const PEER: &str = "the program";

/// Bytes that may wait for a program that reads nothing. Four of the longest messages: what a job's deployment and its events need at a time is
/// far less, so a program that lets this much wait is stuck.
const BACKLOG_LIMIT: usize = 4 * frame::FRAME_LIMIT as usize;

/// Tells a program something. Messages arrive in the order in which they were handed over. When the last sender is dropped and everything is
/// written, the program finds its lifeline closed.
#[derive(Clone, Debug)]
pub struct ProgramSender {
    frames: mpsc::UnboundedSender<Vec<u8>>,
    waiting: Arc<AtomicUsize>,
    limit: u32,
}

impl ProgramSender {
    /// Writes to `socket` from a task of the caller's tokio runtime.
    pub(super) fn new(socket: OwnedWriteHalf, limit: u32) -> Self {
        let (frames, queue) = mpsc::unbounded_channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        tokio::spawn(write(socket, queue, waiting.clone()));
        ProgramSender { frames, waiting, limit }
    }

    /// Hands a message over, without waiting. An error when it is too long, when the program is gone (its exit tells more), or when it has not
    /// taken what was sent before.
    pub fn send(&self, message: ToProgram) -> Result<(), RpcError> {
        self.enqueue(frame::encode(PEER, message, self.limit)?)
    }

    pub(super) fn enqueue(&self, bytes: Vec<u8>) -> Result<(), RpcError> {
        let length = bytes.len();
        let waiting = self.waiting.fetch_add(length, Ordering::Relaxed);
        if waiting > BACKLOG_LIMIT {
            self.waiting.fetch_sub(length, Ordering::Relaxed);
            return Err(RpcError::Backlog { peer: PEER, waiting });
        }
        self.frames.send(bytes).map_err(|_| RpcError::Closed { peer: PEER })
    }
}

async fn write(mut socket: OwnedWriteHalf, mut queue: mpsc::UnboundedReceiver<Vec<u8>>, waiting: Arc<AtomicUsize>) {
    while let Some(bytes) = queue.recv().await {
        // The program has ended: its exit status says so, and the queue's end tells senders.
        if socket.write_all(&bytes).await.is_err() {
            return;
        }
        waiting.fetch_sub(bytes.len(), Ordering::Relaxed);
    }
}

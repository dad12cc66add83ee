//! One TCP connection to one server, carrying many calls at once.
//!
//! A task of its own reads and writes: the reader settles calls as their replies come, the writer takes frames from a
//! queue and flushes when the queue is empty. The connection ends with the first of: a fatal reply, bytes that make no
//! sense, a failed read or write, silence while a call waits, a long time without calls, or nobody holding it. Its end
//! settles every call that still waits. A caller may give a call up at any moment; its reply is then thrown away.

mod calls;
mod connect;
mod handshake;
mod incoming;
mod reader;
mod writer;

pub(crate) use calls::{Ended, Failure, Outcome};
pub(crate) use connect::ConnectError;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout, timeout_at};

use crate::entropy::Entropy;
use crate::frame::ClientId;
use crate::{Address, Login, Protocol, RpcOptions};
use calls::Calls;
use handshake::Established;
use incoming::Incoming;
use reader::{Heard, Reader};
use writer::Writer;

/// Frames that may wait for the writer: enough to fill a packet with small calls, few enough to bound memory.
const QUEUE: usize = 64;

/// What a connection is for.
#[derive(Debug)]
pub(crate) struct Purpose {
    pub(crate) protocol: Protocol,
    pub(crate) login: Login,
    pub(crate) client_id: ClientId,
    pub(crate) options: RpcOptions,
}

/// An authenticated connection.
#[derive(Debug)]
pub(crate) struct Connection {
    calls: Arc<Calls>,
    heard: Heard,
    frames: mpsc::Sender<Bytes>,
    task: AbortHandle,
}

impl Connection {
    /// Connects and authenticates within the connect timeout.
    pub(crate) async fn open(
        address: &Address,
        purpose: &Purpose,
        entropy: &dyn Entropy,
    ) -> Result<Connection, ConnectError> {
        let limit = purpose.options.connect_timeout;
        let stage = connect::Stage::default();
        match timeout(limit, connect::establish(address, purpose, entropy, &stage)).await {
            Ok(established) => Ok(Self::start(established?, purpose)),
            Err(_) => Err(ConnectError::Unreachable(stage.timed_out(limit))),
        }
    }

    fn start(established: Established, purpose: &Purpose) -> Connection {
        let Established { input, output, decoder, sealer, opener } = established;
        let calls = Arc::new(Calls::default());
        let heard = Heard::now();
        let (frames, queue) = mpsc::channel(QUEUE);
        let incoming = Incoming::new(decoder, opener, purpose.options.max_response_bytes);
        let reader = Reader::new(input, incoming, &calls, &heard, frames.downgrade(), purpose);
        let writer = Writer::new(output, sealer);
        let task_of = TaskOf(calls.clone());
        let task = tokio::spawn(async move {
            let why = tokio::select! {
                why = reader.run() => why,
                why = writer.run(queue) => why,
            };
            task_of.0.end(why);
        });
        Connection { calls, heard, frames, task: task.abort_handle() }
    }

    /// Whether calls can still be made.
    pub(crate) fn is_open(&self) -> bool {
        self.calls.ended().is_none()
    }

    /// Sends a call and waits for its outcome until the deadline. A server that says nothing for `silence` while this call
    /// waits is taken for dead, and the connection ends for all its calls. `Err` means the frame was never handed over.
    pub(crate) async fn call(
        &self,
        call_id: i32,
        frame: Bytes,
        deadline: Instant,
        silence: Duration,
    ) -> Result<Option<Outcome>, Ended> {
        let mut waiting = self.calls.register(call_id)?;
        match timeout_at(deadline.min(Instant::now() + silence), self.frames.send(frame)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => {
                return Err(self.calls.ended().unwrap_or_else(|| Ended::Broken("it was closed".to_owned())));
            }
            // The caller's time is up; others may still be patient.
            Err(_) if Instant::now() >= deadline => return Err(Ended::Broken("it took nothing in time".to_owned())),
            Err(_) => return Err(self.give_up(format!("it took nothing for {} s", silence.as_secs_f64()))),
        }
        let sent = Instant::now();
        loop {
            let patience = self.heard.last().max(sent) + silence;
            match timeout_at(patience.min(deadline), waiting.outcome()).await {
                Ok(outcome) => return Ok(Some(outcome)),
                Err(_) if Instant::now() >= deadline => return Ok(None),
                Err(_) if self.heard.last().max(sent) + silence > Instant::now() => {}
                Err(_) => {
                    let ended = self.give_up(format!("it said nothing for {} s", silence.as_secs_f64()));
                    return Ok(Some(Err(Failure::Ended(ended))));
                }
            }
        }
    }

    /// Ends a connection that does not work.
    pub(crate) fn give_up(&self, reason: String) -> Ended {
        let ended = Ended::Broken(reason);
        self.calls.end(ended.clone());
        self.task.abort();
        ended
    }
}

/// Lives in the task of a connection. A runtime that ends drops its tasks, wherever they are: whoever calls from another runtime
/// then must not wait, nor take the connection for open.
struct TaskOf(Arc<Calls>);

impl Drop for TaskOf {
    fn drop(&mut self) {
        // Of no effect where the end has a reason already.
        self.0.end(Ended::Broken("the runtime that served the connection has ended".to_owned()));
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
        self.calls.end(Ended::Idle);
    }
}

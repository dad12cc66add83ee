//! The half of a connection that listens.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use super::Purpose;
use super::calls::{Calls, Ended, Failure};
use super::incoming::Incoming;
use crate::frame::{self, ClientId, Reply};

/// When the server last sent anything.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    began: Instant,
    /// Microseconds since `began`.
    last: Arc<AtomicU64>,
}

impl Heard {
    pub(crate) fn now() -> Self {
        Heard { began: Instant::now(), last: Arc::new(AtomicU64::new(0)) }
    }

    fn touch(&self) {
        self.last.store(self.began.elapsed().as_micros() as u64, Ordering::Relaxed);
    }

    pub(crate) fn last(&self) -> Instant {
        self.began + Duration::from_micros(self.last.load(Ordering::Relaxed))
    }
}

/// Reads replies and settles their calls.
pub(super) struct Reader<R> {
    input: R,
    incoming: Incoming,
    calls: Arc<Calls>,
    heard: Heard,
    /// For pings. Weak: the queue closes when nobody holds the connection, and the writer with it.
    frames: mpsc::WeakSender<Bytes>,
    client_id: ClientId,
    ping_interval: Duration,
    max_idle: Duration,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    pub(super) fn new(
        input: R,
        incoming: Incoming,
        calls: &Arc<Calls>,
        heard: &Heard,
        frames: mpsc::WeakSender<Bytes>,
        purpose: &Purpose,
    ) -> Self {
        Reader {
            input,
            incoming,
            calls: calls.clone(),
            heard: heard.clone(),
            frames,
            client_id: purpose.client_id,
            ping_interval: purpose.options.ping_interval,
            max_idle: purpose.options.max_idle,
        }
    }

    /// Reads until the connection is over.
    pub(super) async fn run(mut self) -> Ended {
        loop {
            let ended = match self.incoming.next(&self.client_id) {
                Ok(Some(reply)) => self.settle(reply).err(),
                Ok(None) => self.receive().await.err(),
                Err(defect) => Some(Ended::Malformed(defect)),
            };
            if let Some(ended) = ended {
                return ended;
            }
        }
    }

    fn settle(&mut self, reply: Reply) -> Result<(), Ended> {
        match reply {
            Reply::Result { call_id, body } => self.calls.settle(call_id, Ok(body)),
            Reply::Error { call_id, exception } => self.calls.settle(call_id, Err(Failure::Refused(exception))),
            Reply::Fatal { exception } => return Err(Ended::Fatal(exception)),
        }
        Ok(())
    }

    async fn receive(&mut self) -> Result<(), Ended> {
        let used = self.calls.registered();
        let quiet = if self.calls.any() { self.ping_interval } else { self.max_idle };
        match timeout(quiet, self.input.read_buf(self.incoming.buffer())).await {
            Ok(Ok(0)) if self.incoming.is_empty() => Err(Ended::Broken("the server closed the connection".to_owned())),
            Ok(Ok(0)) => Err(Ended::Broken("the server closed the connection in the middle of a reply".to_owned())),
            Ok(Ok(_)) => {
                self.heard.touch();
                Ok(())
            }
            Ok(Err(error)) => Err(Ended::Broken(format!("reading failed: {error}"))),
            Err(_) => self.quiet(used),
        }
    }

    /// Nothing came for a while.
    fn quiet(&self, used: u64) -> Result<(), Ended> {
        if self.calls.end_if_unused(used) {
            return Err(Ended::Idle);
        }
        if let Some(frames) = self.frames.upgrade() {
            // A full queue is proof enough that there is something to send.
            let _ = frames.try_send(frame::ping(&self.client_id));
        }
        Ok(())
    }
}

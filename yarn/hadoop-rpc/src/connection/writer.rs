//! The half of a connection that talks.

use bytes::Bytes;
use tokio::io::{AsyncWrite, AsyncWriteExt, BufWriter};
use tokio::sync::mpsc;

use super::calls::Ended;
use crate::frame;
use crate::sasl::Sealer;

/// Gathers small frames into one packet.
const BUFFER: usize = 32 << 10;

/// Writes frames, under protection where it was agreed on.
pub(super) struct Writer<W> {
    output: BufWriter<W>,
    sealer: Option<Sealer>,
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    pub(super) fn new(output: W, sealer: Option<Sealer>) -> Self {
        Writer { output: BufWriter::with_capacity(BUFFER, output), sealer }
    }

    /// Writes frames as they are queued, flushing whenever none waits, until the queue or the connection is closed.
    pub(super) async fn run(mut self, mut queue: mpsc::Receiver<Bytes>) -> Ended {
        while let Some(frame) = queue.recv().await {
            if let Err(error) = self.write_all_queued(frame, &mut queue).await {
                return Ended::Broken(format!("writing failed: {error}"));
            }
        }
        Ended::Idle
    }

    async fn write_all_queued(&mut self, first: Bytes, queue: &mut mpsc::Receiver<Bytes>) -> std::io::Result<()> {
        self.write(first).await?;
        while let Ok(frame) = queue.try_recv() {
            self.write(frame).await?;
        }
        self.output.flush().await
    }

    async fn write(&mut self, frame: Bytes) -> std::io::Result<()> {
        let Some(sealer) = &mut self.sealer else { return self.output.write_all(&frame).await };
        for piece in frame::sealed(&frame, sealer) {
            self.output.write_all(&piece).await?;
        }
        Ok(())
    }
}

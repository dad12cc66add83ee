//! The half of a connection that talks.

use bytes::Bytes;
use tokio::io::{AsyncWrite, AsyncWriteExt, BufWriter};
use tokio::sync::mpsc;

use super::calls::Ended;

/// Gathers small frames into one packet.
const BUFFER: usize = 32 << 10;

/// Writes frames as they are queued, flushing whenever none waits, until the queue or the connection is closed.
pub(super) async fn run<W: AsyncWrite + Unpin>(output: W, mut queue: mpsc::Receiver<Bytes>) -> Ended {
    let mut output = BufWriter::with_capacity(BUFFER, output);
    while let Some(frame) = queue.recv().await {
        if let Err(error) = write(&mut output, frame, &mut queue).await {
            return Ended::Broken(format!("writing failed: {error}"));
        }
    }
    Ended::Idle
}

async fn write<W: AsyncWrite + Unpin>(
    output: &mut BufWriter<W>,
    first: Bytes,
    queue: &mut mpsc::Receiver<Bytes>,
) -> std::io::Result<()> {
    output.write_all(&first).await?;
    while let Ok(frame) = queue.try_recv() {
        output.write_all(&frame).await?;
    }
    output.flush().await
}

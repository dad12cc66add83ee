//! From a peer's queue into the socket.

use super::batch::WriteBatch;
use super::error::ConnectionError;
use super::peer::{Peer, Taken};
use tokio::io::{AsyncWrite, AsyncWriteExt};

/// Writes what lanes send until the line is over, or until the farewell.
pub(super) async fn write_messages(
    peer: &Peer,
    serial: u64,
    out: &mut (impl AsyncWrite + Unpin),
    mut batch: WriteBatch,
) -> Result<(), ConnectionError> {
    let mut taken = Vec::new();
    loop {
        match peer.take(serial, &mut taken) {
            Taken::Messages => {
                taken.drain(..).for_each(|message| batch.add(message));
                batch.write_to(out).await?;
            }
            Taken::Nothing => peer.has_messages().await,
            Taken::Farewell(reason) => {
                batch.add_farewell(&reason);
                batch.write_to(out).await?;
                return Ok(out.shutdown().await?);
            }
            Taken::Over => return Ok(()),
        }
    }
}

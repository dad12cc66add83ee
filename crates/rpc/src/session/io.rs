//! Reading and refusing on a connection that nobody trusts yet.

use super::handshake::HandshakeError;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The longest sentence of a refusal, in bytes: more is cut by who writes it and not read by who reads it.
const SENTENCE_LIMIT: usize = 1024;
/// How long, and how many bytes, a refused peer is listened to: what it has sent already must be taken, or closing the connection would
/// throw away the sentence that is under way to it.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES: u64 = 16 << 10;

pub(super) async fn read_exact(stream: &mut (impl AsyncRead + Unpin), bytes: &mut [u8]) -> Result<(), HandshakeError> {
    stream.read_exact(bytes).await?;
    Ok(())
}

/// Reads the sentence of a refusal.
pub(super) async fn read_refusal(stream: &mut (impl AsyncRead + Unpin)) -> Result<String, HandshakeError> {
    let mut length = [0; 2];
    read_exact(stream, &mut length).await?;
    let length = usize::from(u16::from_le_bytes(length)).min(SENTENCE_LIMIT);
    let mut sentence = Vec::with_capacity(length);
    stream.take(length as u64).read_to_end(&mut sentence).await?;
    Ok(String::from_utf8_lossy(&sentence).into_owned())
}

/// Tells a peer why it is refused, after `head`; whether it hears it does not matter here.
pub(super) async fn refuse<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, head: &[u8], sentence: &str) {
    let _ = say_and_linger(stream, head, sentence).await;
}

async fn say_and_linger<S>(stream: &mut S, head: &[u8], sentence: &str) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let sentence = sentence.get(..sentence.floor_char_boundary(SENTENCE_LIMIT)).unwrap_or_default();
    let length = (sentence.len() as u16).to_le_bytes();
    stream.write_all(&[head, &length, sentence.as_bytes()].concat()).await?;
    stream.shutdown().await?;
    let mut rest = stream.take(LINGER_BYTES);
    let mut nowhere = tokio::io::sink();
    let drained = tokio::io::copy(&mut rest, &mut nowhere);
    // Whatever it says, or however long it says nothing: it has had its sentence.
    let _ = tokio::time::timeout(LINGER, drained).await;
    Ok(())
}

//! The two sides of a greeting, over anything that reads and writes.

use super::error::{ConnectionError, Refusal};
use super::greeting::{ANSWER_BYTES, Answer, GREETING_BYTES, Greeting, Nonce, PREFIX_BYTES, Process};
use super::identity::TcpIdentity;
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use weft_common::trust::{NONCE_BYTES, PROOF_BYTES, Role};

/// A nonce for one greeting.
pub(super) fn draw_nonce() -> Result<Nonce, ConnectionError> {
    let mut nonce = [0; NONCE_BYTES];
    getrandom::fill(&mut nonce).map_err(ConnectionError::Entropy)?;
    Ok(nonce)
}

/// Greets `responder`; returns once both have proved that they have the key.
pub(super) async fn open<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    me: &TcpIdentity,
    responder: Process,
    nonce: Nonce,
) -> Result<(), ConnectionError> {
    let greeting = Greeting { job: me.job, epoch: me.epoch, opener: me.process(), responder, nonce }.encode();
    stream.write_all(&greeting).await?;
    let (nonce, proof) = match Answer::decode(&read::<ANSWER_BYTES>(stream).await?)? {
        Answer::Proof { nonce, proof } => (nonce, proof),
        Answer::Refused(refusal) => return Err(ConnectionError::RefusedUs(refusal)),
    };
    let transcript: [&[u8]; 2] = [&greeting, &nonce];
    if !me.key.verify(Role::Responder, &transcript, &proof) {
        return Err(ConnectionError::Impostor);
    }
    stream.write_all(&me.key.prove(Role::Opener, &transcript)).await?;
    match read::<1>(stream).await? {
        [0] => Ok(()),
        [verdict] => match Refusal::of(verdict, super::greeting::VERSION) {
            Some(refusal) => Err(ConnectionError::RefusedUs(refusal)),
            None => Err(ConnectionError::Stranger),
        },
    }
}

/// Answers a greeting. The opener that it returns has proved itself and waits for a [`verdict`].
pub(super) async fn answer<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    me: &TcpIdentity,
    nonce: Nonce,
) -> Result<Process, ConnectionError> {
    let mut bytes = [0; GREETING_BYTES];
    let prefix = read::<PREFIX_BYTES>(stream).await?;
    let (front, back) = bytes.split_at_mut(PREFIX_BYTES);
    front.copy_from_slice(&prefix);
    if let Err(error) = Greeting::check_prefix(&prefix) {
        if let ConnectionError::Refused(refusal) = &error {
            stream.write_all(&Answer::Refused(*refusal).encode()).await?;
        }
        return Err(error);
    }
    stream.read_exact(back).await.map_err(closed)?;
    let greeting = Greeting::decode(&bytes);
    if let Some(refusal) = me.refusal_of(&greeting) {
        stream.write_all(&Answer::Refused(refusal).encode()).await?;
        return Err(ConnectionError::Refused(refusal));
    }
    let transcript: [&[u8]; 2] = [&bytes, &nonce];
    let proof = me.key.prove(Role::Responder, &transcript);
    stream.write_all(&Answer::Proof { nonce, proof }.encode()).await?;
    let proof = read::<PROOF_BYTES>(stream).await?;
    if !me.key.verify(Role::Opener, &transcript, &proof) {
        verdict(stream, Some(Refusal::Proof)).await?;
        return Err(ConnectionError::Refused(Refusal::Proof));
    }
    Ok(greeting.opener)
}

/// Tells an opener that has proved itself whether it is welcome.
pub(super) async fn verdict<S: AsyncWrite + Unpin>(
    stream: &mut S,
    refusal: Option<Refusal>,
) -> Result<(), ConnectionError> {
    stream.write_all(&[refusal.map_or(0, Refusal::code)]).await?;
    Ok(())
}

async fn read<const N: usize>(stream: &mut (impl AsyncRead + Unpin)) -> Result<[u8; N], ConnectionError> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).await.map_err(closed)?;
    Ok(bytes)
}

fn closed(error: io::Error) -> ConnectionError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => ConnectionError::Closed,
        _ => ConnectionError::Io(error),
    }
}

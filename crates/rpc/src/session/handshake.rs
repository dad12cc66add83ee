//! Who is at the other end: what comes before HTTP/2 on every connection.
//!
//! Versions are compared and the cluster's secret is proved both ways ([`weft_common::trust`]) before any byte reaches the library that
//! speaks HTTP/2. Everything is of fixed length but for the sentence of a refusal, so a peer that sends rubbish costs a few dozen bytes, at
//! most [`TIMEOUT`], and one line in the log. Only so many are listened to at a time; the oldest gives way to one more ([`super::places`]).
//!
//! ```text
//! opener                                                                          responder
//!    greeting: "WEFTRPC\n"  version: u16  role: u8  proves: u8
//!              epoch counter: u64  epoch random: u64  nonce: 32 bytes      ──────────►
//!    ◄──────────  head: "WEFTRPC\n"  version: u16  status: u8 = 0  proves: u8
//!                 nonce: 32 bytes   proof of the responder: 32 bytes
//!    proof of the opener: 32 bytes                                         ──────────►
//!    ◄──────────  status: u8 = 0
//!
//! refusal, instead of either answer:   head with status = 1, or that status alone;  length: u16  sentence: UTF-8
//! ```
//!
//! Numbers are little-endian. Magic, version, status and refusal keep their places in all versions, so that peers of different versions
//! part with a sentence. Role: 1 a TaskManager calls a JobManager, 2 a JobManager calls a TaskManager. `proves` is 1 where there is a
//! secret; without one on both sides nonces and proofs travel unread, with it on one side only, the responder refuses. The proofs' transcript
//! is the greeting, then the answer's head with its nonce, as they went over the wire. An opener that finds the responder's proof wrong
//! answers with 32 zero bytes, which prove nothing, so both sides know what was wrong.

use super::io::{read_exact, read_refusal, refuse};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use weft_common::trust::{self, NONCE_BYTES, PROOF_BYTES, SecretKey};
use weft_common::{ErrorKind, LeaderEpoch};

/// The version of everything that TaskManagers and JobManagers say: of this handshake, and of `proto/session.proto`.
pub const SESSION_VERSION: u16 = 1;

/// How long a handshake may take.
pub(super) const TIMEOUT: Duration = Duration::from_secs(5);

const MAGIC: [u8; 8] = *b"WEFTRPC\n";
const GREETING_BYTES: usize = 60;
const HEAD_BYTES: usize = 12;
const GO_ON: u8 = 0;
pub(super) const REFUSED: u8 = 1;

/// Who opens a connection to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// A TaskManager calls a JobManager.
    TaskManager,
    /// A JobManager calls a TaskManager.
    JobManager,
}

impl Caller {
    const fn tag(self) -> u8 {
        match self {
            Caller::TaskManager => 1,
            Caller::JobManager => 2,
        }
    }

    /// Who it is, and whom it calls.
    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Caller::TaskManager => ("TaskManager", "JobManager"),
            Caller::JobManager => ("JobManager", "TaskManager"),
        }
    }
}

/// One side of a handshake.
#[derive(Clone, Debug)]
pub(super) struct Side {
    /// Who opens the connection.
    pub(super) caller: Caller,
    /// The leader this side is or follows; zero: none yet.
    pub(super) epoch: LeaderEpoch,
    /// The cluster's secret.
    pub(super) secret: Option<SecretKey>,
}

/// Why two processes do not talk.
#[derive(Debug, thiserror::Error)]
pub enum HandshakeError {
    /// The peer is something else.
    #[error("it is no process of Weft: what it says begins with \"{found}\"")]
    NotWeft {
        /// Its first bytes.
        found: String,
    },
    /// The peer is of another version.
    #[error(
        "it speaks version {theirs} of the protocol between JobManager and TaskManagers, this process version {ours}: install one version of weft everywhere"
    )]
    Version {
        /// Ours.
        ours: u16,
        /// Theirs.
        theirs: u16,
    },
    /// The peer wanted something else of this address.
    #[error(
        "a {wanted} was expected to call here, which it is not (role {found}): check the addresses in its configuration"
    )]
    Role {
        /// Who should call.
        wanted: &'static str,
        /// What it said it is.
        found: u8,
    },
    /// The peer knows another secret.
    #[error("it does not know this cluster's secret: give all processes of the cluster the same")]
    OtherSecret,
    /// Only one side has a secret.
    #[error("{with} has a secret and {without} has none: give all processes of the cluster the same, or none")]
    OneSecret {
        /// Who has one.
        with: &'static str,
        /// Who has none.
        without: &'static str,
    },
    /// The peer has followed a newer leader than this one.
    #[error("it follows leader {theirs:?}, which is newer than this one, {ours:?}")]
    NewerLeader {
        /// This leader.
        ours: LeaderEpoch,
        /// Its leader.
        theirs: LeaderEpoch,
    },
    /// The peer refused.
    #[error("it refused: {0}")]
    Refused(String),
    /// The connection broke.
    #[error("the connection ended while the two got to know each other: {0}")]
    Io(#[from] io::Error),
    /// The peer took too long.
    #[error("it said nothing useful within {} s", TIMEOUT.as_secs())]
    Timeout,
    /// The peer took longer than others that came later.
    #[error("it had not said who it is when {others} others had come after it")]
    GaveWay {
        /// How many.
        others: usize,
    },
}

impl HandshakeError {
    /// Who can do something about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            HandshakeError::Io(_) | HandshakeError::Timeout | HandshakeError::GaveWay { .. } => ErrorKind::Retryable,
            HandshakeError::NewerLeader { .. } => ErrorKind::Fenced,
            _ => ErrorKind::User,
        }
    }
}

/// The opener's part.
pub(super) async fn open<S>(stream: &mut S, side: &Side) -> Result<(), HandshakeError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    within(open_in_time(stream, side)).await
}

/// The responder's part. A peer that is refused is told why.
pub(super) async fn answer<S>(stream: &mut S, side: &Side) -> Result<(), HandshakeError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    within(answer_in_time(stream, side)).await
}

async fn within(handshake: impl Future<Output = Result<(), HandshakeError>>) -> Result<(), HandshakeError> {
    tokio::time::timeout(TIMEOUT, handshake).await.unwrap_or(Err(HandshakeError::Timeout))
}

async fn open_in_time<S>(stream: &mut S, side: &Side) -> Result<(), HandshakeError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let greeting = greeting(side)?;
    stream.write_all(&greeting).await?;
    let mut head = [0; HEAD_BYTES];
    read_exact(stream, &mut head).await?;
    check_magic(&head)?;
    let [.., low, high, status, proves] = head;
    if status != GO_ON {
        return Err(HandshakeError::Refused(read_refusal(stream).await?));
    }
    check_version([low, high])?;
    let secret = match (&side.secret, proves) {
        (Some(_), 0) => return Err(one_secret(side.caller, true)),
        (None, 1..) => return Err(one_secret(side.caller, false)),
        (secret, _) => secret.as_ref(),
    };
    let (nonce, proof) = read_proof(stream).await?;
    let transcript: [&[u8]; 3] = [&greeting, &head, &nonce];
    let known = secret.is_none_or(|secret| secret.verify(trust::Role::Responder, &transcript, &proof));
    let answer = secret.filter(|_| known).map_or([0; PROOF_BYTES], |s| s.prove(trust::Role::Opener, &transcript));
    stream.write_all(&answer).await?;
    if !known {
        return Err(HandshakeError::OtherSecret);
    }
    let mut status = [0];
    read_exact(stream, &mut status).await?;
    match status {
        [GO_ON] => Ok(()),
        _ => Err(HandshakeError::Refused(read_refusal(stream).await?)),
    }
}

async fn answer_in_time<S>(stream: &mut S, side: &Side) -> Result<(), HandshakeError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut greeting = [0; GREETING_BYTES];
    read_greeting(stream, &mut greeting).await?;
    let proves = u8::from(side.secret.is_some());
    if let Err(error) = check_greeting(&greeting, side) {
        refuse(stream, &head(REFUSED, proves), &for_peer(&error, side.caller)).await;
        return Err(error);
    }
    let (head, nonce) = (head(GO_ON, proves), nonce()?);
    let transcript: [&[u8]; 3] = [&greeting, &head, &nonce];
    let prove = |secret: &SecretKey| secret.prove(trust::Role::Responder, &transcript);
    let proof = side.secret.as_ref().map_or([0; PROOF_BYTES], prove);
    stream.write_all(&[&head[..], &nonce, &proof].concat()).await?;

    let mut theirs = [0; PROOF_BYTES];
    read_exact(stream, &mut theirs).await?;
    let verify = |secret: &SecretKey| secret.verify(trust::Role::Opener, &transcript, &theirs);
    if !side.secret.as_ref().is_none_or(verify) {
        let error = HandshakeError::OtherSecret;
        refuse(stream, &[REFUSED], &for_peer(&error, side.caller)).await;
        return Err(error);
    }
    stream.write_all(&[GO_ON]).await?;
    Ok(())
}

/// Reads a greeting; gives up at the first bytes that are none.
async fn read_greeting<S>(stream: &mut S, greeting: &mut [u8; GREETING_BYTES]) -> Result<(), HandshakeError>
where
    S: AsyncRead + Unpin,
{
    let (magic, rest) = greeting.split_at_mut(MAGIC.len());
    read_exact(stream, magic).await?;
    check_magic(magic)?;
    read_exact(stream, rest).await?;
    Ok(())
}

fn check_magic(bytes: &[u8]) -> Result<(), HandshakeError> {
    if bytes.starts_with(&MAGIC) {
        return Ok(());
    }
    Err(HandshakeError::NotWeft { found: bytes.escape_ascii().to_string() })
}

fn check_version(bytes: [u8; 2]) -> Result<(), HandshakeError> {
    match u16::from_le_bytes(bytes) {
        SESSION_VERSION => Ok(()),
        theirs => Err(HandshakeError::Version { ours: SESSION_VERSION, theirs }),
    }
}

fn check_greeting(greeting: &[u8; GREETING_BYTES], side: &Side) -> Result<(), HandshakeError> {
    let [_, _, _, _, _, _, _, _, low, high, role, proves, epoch @ ..] = greeting;
    check_version([*low, *high])?;
    if *role != side.caller.tag() {
        return Err(HandshakeError::Role { wanted: side.caller.names().0, found: *role });
    }
    match (&side.secret, proves) {
        (Some(_), 0) => return Err(one_secret(side.caller, false)),
        (None, 1..) => return Err(one_secret(side.caller, true)),
        _ => {}
    }
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte));
    let (counter, rest) = epoch.split_at(8);
    let theirs = LeaderEpoch { counter: number(counter), random: number(rest.split_at(8).0) };
    if side.caller == Caller::TaskManager && theirs > side.epoch {
        return Err(HandshakeError::NewerLeader { ours: side.epoch, theirs });
    }
    Ok(())
}

fn one_secret(caller: Caller, opener_has_it: bool) -> HandshakeError {
    let (opener, responder) = match caller {
        Caller::TaskManager => ("the TaskManager", "the JobManager"),
        Caller::JobManager => ("the JobManager", "the TaskManager"),
    };
    match opener_has_it {
        true => HandshakeError::OneSecret { with: opener, without: responder },
        false => HandshakeError::OneSecret { with: responder, without: opener },
    }
}

/// What is wrong, from the side of the peer that is told.
fn for_peer(error: &HandshakeError, caller: Caller) -> String {
    let (opener, responder) = caller.names();
    match error {
        HandshakeError::Version { ours, theirs } => format!(
            "this {opener} speaks version {theirs} of the protocol between JobManager and TaskManagers, the {responder} version {ours}: \
             install one version of weft everywhere"
        ),
        HandshakeError::Role { wanted, .. } => format!("only a {wanted} may call this {responder} here"),
        HandshakeError::OtherSecret => {
            format!("this {opener} does not know the cluster's secret: give all processes of the cluster the same")
        }
        HandshakeError::NewerLeader { ours, theirs } => {
            format!("this {opener} follows leader {theirs:?}, which is newer than this {responder}, {ours:?}")
        }
        other => other.to_string(),
    }
}

fn greeting(side: &Side) -> Result<[u8; GREETING_BYTES], HandshakeError> {
    let mut greeting = Vec::with_capacity(GREETING_BYTES);
    greeting.extend(MAGIC);
    greeting.extend(SESSION_VERSION.to_le_bytes());
    greeting.extend([side.caller.tag(), u8::from(side.secret.is_some())]);
    greeting.extend(side.epoch.counter.to_le_bytes());
    greeting.extend(side.epoch.random.to_le_bytes());
    greeting.extend(nonce()?);
    Ok(greeting.try_into().expect("invariant: the parts of a greeting have 60 bytes"))
}

fn head(status: u8, proves: u8) -> [u8; HEAD_BYTES] {
    let mut head = [0; HEAD_BYTES];
    let (magic, rest) = head.split_at_mut(MAGIC.len());
    magic.copy_from_slice(&MAGIC);
    let [low, high] = SESSION_VERSION.to_le_bytes();
    rest.copy_from_slice(&[low, high, status, proves]);
    head
}

fn nonce() -> Result<[u8; NONCE_BYTES], HandshakeError> {
    let mut nonce = [0; NONCE_BYTES];
    getrandom::fill(&mut nonce).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(nonce)
}

async fn read_proof<S>(stream: &mut S) -> Result<([u8; NONCE_BYTES], [u8; PROOF_BYTES]), HandshakeError>
where
    S: AsyncRead + Unpin,
{
    let (mut nonce, mut proof) = ([0; NONCE_BYTES], [0; PROOF_BYTES]);
    read_exact(stream, &mut nonce).await?;
    read_exact(stream, &mut proof).await?;
    Ok((nonce, proof))
}

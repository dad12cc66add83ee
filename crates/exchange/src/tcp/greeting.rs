//! The bytes of the greeting; the table is one level up.

use super::error::{ConnectionError, Refusal};
use weft_common::trust::{NONCE_BYTES, PROOF_BYTES};
use weft_common::{JobId, LeaderEpoch};

/// The version of greeting and messages.
pub(super) const VERSION: u16 = 1;
const MAGIC: [u8; 8] = *b"weftexch";
/// Bytes that have their places in every version.
pub(super) const PREFIX_BYTES: usize = 12;
/// Bytes of a greeting.
pub(super) const GREETING_BYTES: usize = 100;
/// Bytes of an answer.
pub(super) const ANSWER_BYTES: usize = 4 + NONCE_BYTES + PROOF_BYTES;

/// A nonce.
pub(super) type Nonce = [u8; NONCE_BYTES];
/// A proof.
pub(super) type Proof = [u8; PROOF_BYTES];

/// A worker's number and which process has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) worker: u32,
    pub(super) generation: u64,
}

/// What the opener says first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Greeting {
    pub(super) job: JobId,
    pub(super) epoch: LeaderEpoch,
    pub(super) opener: Process,
    pub(super) responder: Process,
    pub(super) nonce: Nonce,
}

impl Greeting {
    pub(super) fn encode(&self) -> [u8; GREETING_BYTES] {
        let mut bytes = [0; GREETING_BYTES];
        let mut out = &mut bytes[..];
        put(&mut out, MAGIC);
        put(&mut out, VERSION.to_le_bytes());
        put(&mut out, [0; 2]);
        put(&mut out, self.job.0.to_le_bytes());
        put(&mut out, self.epoch.counter.to_le_bytes());
        put(&mut out, self.epoch.random.to_le_bytes());
        for process in [self.opener, self.responder] {
            put(&mut out, process.worker.to_le_bytes());
            put(&mut out, process.generation.to_le_bytes());
        }
        put(&mut out, self.nonce);
        bytes
    }

    /// Whether the first bytes are those of a greeting of this version.
    pub(super) fn check_prefix(prefix: &[u8; PREFIX_BYTES]) -> Result<(), ConnectionError> {
        let mut rest = &prefix[..];
        if take(&mut rest) != MAGIC {
            return Err(ConnectionError::Stranger);
        }
        match u16::from_le_bytes(take(&mut rest)) {
            VERSION => Ok(()),
            theirs => Err(ConnectionError::Refused(Refusal::Version { theirs })),
        }
    }

    /// Reads a greeting whose prefix was checked.
    pub(super) fn decode(bytes: &[u8; GREETING_BYTES]) -> Self {
        let mut rest = bytes.get(PREFIX_BYTES..).unwrap_or_default();
        let job = JobId(u128::from_le_bytes(take(&mut rest)));
        let counter = u64::from_le_bytes(take(&mut rest));
        let epoch = LeaderEpoch { counter, random: u64::from_le_bytes(take(&mut rest)) };
        let [opener, responder] = std::array::from_fn(|_| Process {
            worker: u32::from_le_bytes(take(&mut rest)),
            generation: u64::from_le_bytes(take(&mut rest)),
        });
        Greeting { job, epoch, opener, responder, nonce: take(&mut rest) }
    }
}

/// What the responder says to a greeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It goes on.
    Proof { nonce: Nonce, proof: Proof },
    /// It does not.
    Refused(Refusal),
}

impl Answer {
    pub(super) fn encode(&self) -> [u8; ANSWER_BYTES] {
        let (verdict, nonce, proof) = match self {
            Answer::Proof { nonce, proof } => (0, *nonce, *proof),
            Answer::Refused(refusal) => (refusal.code(), [0; NONCE_BYTES], [0; PROOF_BYTES]),
        };
        let mut bytes = [0; ANSWER_BYTES];
        let mut out = &mut bytes[..];
        put(&mut out, [verdict, 0]);
        put(&mut out, VERSION.to_le_bytes());
        put(&mut out, nonce);
        put(&mut out, proof);
        bytes
    }

    pub(super) fn decode(bytes: &[u8; ANSWER_BYTES]) -> Result<Self, ConnectionError> {
        let mut rest = &bytes[..];
        let [verdict, _] = take(&mut rest);
        let theirs = u16::from_le_bytes(take(&mut rest));
        match (verdict, Refusal::of(verdict, theirs)) {
            (0, _) => Ok(Answer::Proof { nonce: take(&mut rest), proof: take(&mut rest) }),
            (_, Some(refusal)) => Ok(Answer::Refused(refusal)),
            (_, None) => Err(ConnectionError::Stranger),
        }
    }
}

/// Writes a field and moves on. The arrays above are as long as their fields.
fn put<const N: usize>(out: &mut &mut [u8], field: [u8; N]) {
    if let Some((place, rest)) = std::mem::take(out).split_first_chunk_mut() {
        *place = field;
        *out = rest;
    }
}

/// Reads a field and moves on. The arrays above are as long as their fields.
fn take<const N: usize>(rest: &mut &[u8]) -> [u8; N] {
    match rest.split_first_chunk() {
        Some((field, others)) => {
            *rest = others;
            *field
        }
        None => [0; N],
    }
}

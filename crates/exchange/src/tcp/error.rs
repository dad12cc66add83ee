//! Why a connection is refused or ends.

use crate::FrameFault;
use std::io;
use std::time::Duration;
use thiserror::Error;
use weft_record::DecodeError;

/// Why a connection did not come about, or ended.
#[derive(Debug, Error)]
pub(super) enum ConnectionError {
    #[error("cannot connect: {0}")]
    Connect(io::Error),
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("no greeting within {}", weft_common::duration::format(*.0))]
    TooSlow(Duration),
    #[error("no greeting before {0} others had come after it")]
    GaveWay(usize),
    #[error("it closed the connection without a farewell: its process ended, or the network between is broken")]
    Closed,
    #[error("it does not begin with Weft's greeting")]
    Stranger,
    #[error("{0}")]
    Refused(Refusal),
    #[error("it refused the connection: {0}")]
    RefusedUs(Refusal),
    #[error("it does not have the job's key")]
    Impostor,
    #[error("the system gives no random numbers: {0}")]
    Entropy(getrandom::Error),
    #[error("it sent a message with an invalid {0}")]
    Head(&'static str),
    #[error("it sent an invalid frame: {0}")]
    Frame(#[from] FrameFault),
    #[error("it sent an invalid event: {0}")]
    Event(#[from] DecodeError),
    #[error("it sent compressed records that are not {expected} bytes")]
    Compression { expected: usize },
}

/// Why a greeting is turned down. The numbers are part of the protocol.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(super) enum Refusal {
    #[error("the versions differ (it has {theirs}): both sides must be of one release")]
    Version { theirs: u16 },
    #[error("it belongs to another job")]
    Job,
    #[error("it belongs to another leader epoch")]
    Epoch,
    #[error("another process was meant")]
    Process,
    #[error("the worker with the lower number opens connections")]
    Direction,
    #[error("the proof is not made with the job's key")]
    Proof,
    #[error("a newer process has its number")]
    Replaced,
    #[error("it is closing")]
    Closing,
}

impl Refusal {
    /// Its number.
    pub(super) fn code(self) -> u8 {
        match self {
            Refusal::Version { .. } => 1,
            Refusal::Job => 2,
            Refusal::Epoch => 3,
            Refusal::Process => 4,
            Refusal::Direction => 5,
            Refusal::Proof => 6,
            Refusal::Replaced => 7,
            Refusal::Closing => 8,
        }
    }

    /// The refusal with this number, said by a side with this version.
    pub(super) fn of(code: u8, theirs: u16) -> Option<Self> {
        let all = [
            Refusal::Version { theirs },
            Refusal::Job,
            Refusal::Epoch,
            Refusal::Process,
            Refusal::Direction,
            Refusal::Proof,
            Refusal::Replaced,
            Refusal::Closing,
        ];
        all.into_iter().find(|refusal| refusal.code() == code)
    }
}

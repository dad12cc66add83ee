//! What a machine refuses, as values.

use thiserror::Error;
use weft_common::{ErrorKind, LeaderEpoch};

/// A transition that the table of a life cycle does not hold.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("{machine} cannot go from {from} to {to}: the table of legal transitions does not hold this pair")]
pub struct IllegalTransition {
    /// What has the life cycle: job, task or slot.
    pub machine: &'static str,
    /// The state it is in.
    pub from: &'static str,
    /// The state it was to enter.
    pub to: &'static str,
}

/// A message that was meant for, or comes from, another leader.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error(
    "message of leader epoch {}-{:016x} refused: the leader here has epoch {}-{:016x}; find the current leader and \
     register with it",
    found.counter, found.random, expected.counter, expected.random
)]
pub struct Fenced {
    /// The epoch of the leader that refuses.
    pub expected: LeaderEpoch,
    /// The epoch that the message carried.
    pub found: LeaderEpoch,
}

impl Fenced {
    /// Passes a message whose epoch is the leader's own.
    pub(crate) fn check(expected: LeaderEpoch, found: LeaderEpoch) -> Result<(), Fenced> {
        if expected == found { Ok(()) } else { Err(Fenced { expected, found }) }
    }
}

/// Everything that can go wrong inside this crate.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ControlError {
    /// See [`IllegalTransition`].
    #[error(transparent)]
    IllegalTransition(#[from] IllegalTransition),
    /// See [`Fenced`].
    #[error(transparent)]
    Fenced(#[from] Fenced),
}

impl ControlError {
    /// Who can do something about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            ControlError::IllegalTransition(_) => ErrorKind::Fatal,
            ControlError::Fenced(_) => ErrorKind::Fenced,
        }
    }
}

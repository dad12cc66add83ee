//! Enumerations: each has numbers of its own on the wire, so that what is added to a Rust type in between moves nothing.

use super::WireError;
use crate::proto::model;
use weft_common::ErrorKind;
use weft_control::{ExecutionState, JobStatus, Recoverability};
use weft_graph::ShipStrategy;

/// An enumeration that has numbers.
pub(super) trait Numbered: Sized {
    /// Its number.
    fn number(self) -> i32;

    /// What a number stands for.
    fn from_number(field: &'static str, number: i32) -> Result<Self, WireError>;
}

macro_rules! numbered {
    ($type:ident { $($case:ident),+ }) => {
        impl Numbered for $type {
            fn number(self) -> i32 {
                match self {
                    $($type::$case => model::$type::$case as i32,)+
                }
            }

            fn from_number(field: &'static str, number: i32) -> Result<Self, WireError> {
                match model::$type::try_from(number) {
                    $(Ok(model::$type::$case) => Ok($type::$case),)+
                    Ok(model::$type::Unspecified) | Err(_) => {
                        Err(WireError::UnknownNumber { field, number: number.into() })
                    }
                }
            }
        }
    };
}

numbered!(JobStatus {
    Initializing,
    Created,
    Running,
    Failing,
    Failed,
    Cancelling,
    Canceled,
    Finished,
    Restarting,
    Suspended,
    Reconciling
});
numbered!(ExecutionState {
    Created,
    Scheduled,
    Deploying,
    Initializing,
    Running,
    Finished,
    Canceling,
    Canceled,
    Failed,
    Reconciling
});
numbered!(ErrorKind { User, Retryable, Fatal, Fenced });
numbered!(Recoverability { Recoverable, NonRecoverable });
numbered!(ShipStrategy { Forward, Rebalance, Shuffle, Rescale, Global, Broadcast, Hash, Custom });

//! What can go wrong with state.

use thiserror::Error;
use weft_common::ErrorKind;
use weft_record::Schema;

/// An error of the state of an operator.
#[derive(Debug, Error)]
pub enum StateError {
    /// One name, two types.
    #[error(
        "registering state {name:?}: it is registered already with another type; give one of them another name\n\
         registered:\n{registered}requested:\n{requested}"
    )]
    TypeConflict {
        /// The state's name.
        name: String,
        /// The type it has.
        registered: Box<Schema>,
        /// The type it was asked for with.
        requested: Box<Schema>,
    },
    /// State was used when no record or timer was being processed.
    #[error("using state {name:?}: there is no current key; use keyed state only while a record or timer is processed")]
    NoCurrentKey {
        /// The state's name.
        name: String,
    },
    /// A handle that another operator's registration answered.
    #[error("using state number {number}: this operator has no such state; use handles where they were registered")]
    ForeignHandle {
        /// The number within the handle.
        number: usize,
    },
}

impl StateError {
    /// Who can do something about it.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::User
    }
}

//! Why an accumulator has no value.

use crate::ErrorKind;

/// What is wrong with an accumulator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccumulatorError {
    /// Two functions count different things under one name.
    #[error("the accumulator `{name}` is a {first} in one place and a {second} in another: give them different names")]
    Kinds {
        /// Its name.
        name: String,
        /// The one kind.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// A report that says nothing.
    #[error(
        "what a subtask reported of the accumulator `{name}` cannot be read: it runs another version of weft, or is broken"
    )]
    Unreadable {
        /// Its name.
        name: String,
    },
}

impl AccumulatorError {
    /// Who can do something about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            AccumulatorError::Kinds { .. } => ErrorKind::User,
            AccumulatorError::Unreadable { .. } => ErrorKind::Fatal,
        }
    }
}

//! What `execute` and the environment can answer.

use std::fmt;

use crate::mistake::Mistake;
use weft_common::ErrorKind;
use weft_common::configuration::ConfigError;
use weft_graph::GraphError;

/// Why a program could not be built, submitted or finished: one sentence.
///
/// Its `Debug` form is the sentence too, so that a `main` that returns it ends with words and not with a data structure.
#[derive(Clone)]
pub struct Error {
    message: String,
    kind: ErrorKind,
}

impl Error {
    /// A mistake in the program, its arguments or its configuration.
    pub fn user(message: impl fmt::Display) -> Self {
        Error::of(ErrorKind::User, message)
    }

    /// An error of the given kind.
    pub fn of(kind: ErrorKind, message: impl fmt::Display) -> Self {
        Error { message: message.to_string(), kind }
    }

    /// Who can do something about it.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<GraphError> for Error {
    fn from(error: GraphError) -> Self {
        Error::of(error.kind(), error)
    }
}

impl From<Mistake> for Error {
    fn from(error: Mistake) -> Self {
        Error::of(error.kind(), error)
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Error::of(error.kind(), error)
    }
}

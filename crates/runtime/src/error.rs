//! Why a task fails.

use std::fmt;

use weft_common::ErrorKind;
use weft_exchange::ExchangeError;

/// What a user function may return as its error.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why a task cannot go on: one sentence, whose fault it is, and which operator's.
#[derive(Debug)]
pub struct TaskError {
    message: String,
    kind: ErrorKind,
    operator: Option<String>,
}

impl TaskError {
    /// An error in the user's program or data.
    pub fn user(message: impl fmt::Display) -> Self {
        TaskError { message: message.to_string(), kind: ErrorKind::User, operator: None }
    }

    /// A broken invariant of the engine or its machine.
    pub fn fatal(message: impl fmt::Display) -> Self {
        TaskError { message: message.to_string(), kind: ErrorKind::Fatal, operator: None }
    }

    /// A passing condition.
    pub fn retryable(message: impl fmt::Display) -> Self {
        TaskError { message: message.to_string(), kind: ErrorKind::Retryable, operator: None }
    }

    /// An error of the given kind.
    pub fn of(kind: ErrorKind, message: impl fmt::Display) -> Self {
        TaskError { message: message.to_string(), kind, operator: None }
    }

    /// Names the operator, unless one was named already: the innermost knows best.
    pub fn at(mut self, operator: &str) -> Self {
        self.operator.get_or_insert_with(|| operator.to_owned());
        self
    }

    /// Whose fault it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The operator it happened in, where known.
    pub fn operator(&self) -> Option<&str> {
        self.operator.as_deref()
    }

    /// The sentence without the operator.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.operator {
            Some(operator) => write!(f, "operator `{operator}`: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for TaskError {}

impl From<BoxError> for TaskError {
    /// A user function's error, with its causes after it.
    fn from(error: BoxError) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(c) = cause {
            let text = c.to_string();
            if !message.contains(&text) {
                message.push_str(": ");
                message.push_str(&text);
            }
            cause = c.source();
        }
        match error.downcast::<TaskError>() {
            Ok(own) => *own,
            Err(_) => TaskError::user(message),
        }
    }
}

impl From<ExchangeError> for TaskError {
    fn from(error: ExchangeError) -> Self {
        TaskError::of(error.kind(), &error)
    }
}

impl From<weft_state::StateError> for TaskError {
    fn from(error: weft_state::StateError) -> Self {
        TaskError::of(error.kind(), &error)
    }
}

impl From<weft_record::DecodeError> for TaskError {
    fn from(error: weft_record::DecodeError) -> Self {
        TaskError::fatal(error)
    }
}

/// What a user function may return: nothing, or a result.
pub trait IntoResult {
    /// The result it stands for.
    fn into_result(self) -> Result<(), TaskError>;
}

impl IntoResult for () {
    fn into_result(self) -> Result<(), TaskError> {
        Ok(())
    }
}

impl<E: Into<BoxError>> IntoResult for Result<(), E> {
    fn into_result(self) -> Result<(), TaskError> {
        self.map_err(|e| TaskError::from(e.into()))
    }
}

//! What is wrong with a text that should be a size or a duration.

use crate::ErrorKind;

/// A text that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Not a size.
    #[error("{text:?} is not a size: write a whole number and one of the units b, kb, mb, gb, tb, as in 64 mb")]
    Size {
        /// What was found.
        text: String,
    },
    /// A size of more than 2⁶³ − 1 bytes.
    #[error("the size {text:?} is too large: the most that can be written is 9223372036854775807 b")]
    SizeTooLarge {
        /// What was found.
        text: String,
    },
    /// Not a duration.
    #[error(
        "{text:?} is not a duration: write a whole number and one of the units d, h, min, s, ms, µs, ns, as in 10 s, \
         or the ISO form, as in PT10S"
    )]
    Duration {
        /// What was found.
        text: String,
    },
    /// A duration of more than 2⁶³ − 1 seconds.
    #[error("the duration {text:?} is too long: the most that can be written is 9223372036854775807 s")]
    DurationTooLong {
        /// What was found.
        text: String,
    },
}

impl ParseError {
    /// Always [`ErrorKind::User`]: somebody wrote the text.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::User
    }
}

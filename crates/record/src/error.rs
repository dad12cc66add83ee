//! What can be wrong with encoded bytes and with text.

use thiserror::Error;
use weft_common::ErrorKind;

/// What can be wrong with encoded bytes. Offsets count from the beginning of the decoder's input.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DecodeError {
    /// The input ended inside a value.
    #[error("the encoded record ends at byte {at} inside a {what}")]
    Truncated {
        /// Byte offset in the input.
        at: usize,
        /// What was being read.
        what: &'static str,
    },
    /// The bytes are not an encoding of the type.
    #[error("the encoded record has an invalid {what} at byte {at}")]
    Invalid {
        /// Byte offset in the input.
        at: usize,
        /// What was being read.
        what: &'static str,
    },
    /// Boxes and collections lie in each other more than [`MAX_NESTING`](crate::MAX_NESTING) deep.
    #[error(
        "the encoded record nests values more than {limit} deep at byte {at}: flatten the type, for example into a vector with indices"
    )]
    TooDeep {
        /// Byte offset in the input.
        at: usize,
        /// The depth that is allowed.
        limit: u32,
    },
}

impl DecodeError {
    /// Who can do something about it: encoded bytes are written by the engine, so broken ones are nobody's input.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            DecodeError::Truncated { .. } | DecodeError::Invalid { .. } => ErrorKind::Fatal,
            DecodeError::TooDeep { .. } => ErrorKind::User,
        }
    }
}

/// Why a range of a buffer is not a string.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TextError {
    /// The range does not lie in the buffer.
    #[error("bytes {start}..{end} do not lie in a buffer of {len} bytes")]
    OutOfRange {
        /// First byte asked for.
        start: usize,
        /// One past the last byte asked for.
        end: usize,
        /// Bytes the buffer has.
        len: usize,
    },
    /// The bytes are not UTF-8.
    #[error(
        "byte {at} of the text does not belong to a UTF-8 character: convert the input to UTF-8 or choose to replace or skip such text"
    )]
    NotUtf8 {
        /// Offset of the first offending byte in the buffer.
        at: usize,
    },
}

impl TextError {
    /// Who can do something about it.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            TextError::OutOfRange { .. } => ErrorKind::Fatal,
            TextError::NotUtf8 { .. } => ErrorKind::User,
        }
    }
}

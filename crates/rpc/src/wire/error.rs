//! What can be wrong with a message.

use weft_common::ErrorKind;

/// A message that says too little, or something that this version does not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The bytes are no protobuf, or not of this message.
    #[error("reading a message: {0}")]
    Protobuf(#[from] prost::DecodeError),
    /// A field is absent, or of a kind that this version does not know.
    #[error("the message lacks {field}, or says something there that this version does not know")]
    Missing {
        /// Message and field.
        field: &'static str,
    },
    /// A number that stands for nothing.
    #[error("{field} of the message is {number}, which stands for nothing that this version knows")]
    UnknownNumber {
        /// Message and field.
        field: &'static str,
        /// The number.
        number: i64,
    },
    /// A field of another length than it must have.
    #[error("{field} of the message has {found} bytes, not {wanted}")]
    Length {
        /// Message and field.
        field: &'static str,
        /// How many bytes it must have.
        wanted: usize,
        /// How many it has.
        found: usize,
    },
    /// A number too large for what it counts.
    #[error("{field} of the message is {number}, at most {limit} is possible")]
    TooLarge {
        /// Message and field.
        field: &'static str,
        /// What was found.
        number: u64,
        /// The largest there can be.
        limit: u64,
    },
    /// Lists that belong together have different lengths, or one points outside of the other.
    #[error("{field} of the message does not fit to the list that it belongs to ({detail})")]
    Lists {
        /// Message and field.
        field: &'static str,
        /// The numbers.
        detail: String,
    },
    /// A graph that is none.
    #[error("{field} of the message is not a stream graph: {detail}")]
    Graph {
        /// Message and field.
        field: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// Stored bytes that are not what was written.
    #[error("the {what} is damaged: {detail}")]
    Damaged {
        /// What it should be.
        what: &'static str,
        /// How it is known.
        detail: String,
    },
    /// Stored bytes that do not begin as this version writes them.
    #[error(
        "the {what} begins with {found:?}, not with {wanted:?}: it was written by another version, or is something else"
    )]
    Magic {
        /// What it should be.
        what: &'static str,
        /// Its first bytes, as text.
        found: String,
        /// What this version writes.
        wanted: String,
    },
}

impl WireError {
    /// Always fatal: whoever sends such a message will send it again.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Fatal
    }
}

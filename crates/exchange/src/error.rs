//! What can go wrong between two subtasks.

use crate::ChannelId;
use thiserror::Error;
use weft_common::ErrorKind;
use weft_record::DecodeError;

/// An error of the data plane.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ExchangeError {
    /// A custom partitioner chose a consumer that does not exist.
    #[error(
        "the custom partitioner after \"{operator}\" sent a record to consumer {chosen}, but there are {consumers}: \
         return a value from 0 to {}", consumers.saturating_sub(1)
    )]
    PartitionOutOfRange {
        /// The producing operator.
        operator: String,
        /// What the function returned.
        chosen: usize,
        /// How many consumers there are.
        consumers: usize,
    },
    /// A record is larger than the maximum.
    #[error(
        "a record sent by \"{operator}\" takes {size} bytes encoded, more than the {max} bytes allowed: emit smaller \
         records or raise exchange.max-record-size"
    )]
    RecordTooLarge {
        /// The producing operator.
        operator: String,
        /// Its encoded size in bytes.
        size: usize,
        /// The limit in bytes.
        max: usize,
    },
    /// A frame does not hold what its header says.
    #[error("a frame on {channel} is corrupt: {what}")]
    CorruptFrame {
        /// Where it arrived.
        channel: ChannelId,
        /// What is wrong.
        what: FrameFault,
    },
    /// A producer sent more than it was allowed to.
    #[error(
        "{channel} received a frame of {charge} bytes with {left} bytes of credit left: the peer ignores flow control"
    )]
    CreditExceeded {
        /// Where it arrived.
        channel: ChannelId,
        /// What the frame costs.
        charge: usize,
        /// What was left.
        left: usize,
    },
    /// The channel's peer is gone.
    #[error("{channel} is broken: {reason}")]
    Broken {
        /// Which one.
        channel: ChannelId,
        /// Why, with the peer's name.
        reason: String,
    },
    /// A message for a channel that the receiver does not have, or of a kind that it cannot receive.
    #[error("{channel} received {what}, which does not belong there: the job's deployment is inconsistent")]
    Unexpected {
        /// The channel named by the message.
        channel: ChannelId,
        /// What was received.
        what: &'static str,
    },
    /// No port to listen at for other workers.
    #[error(
        "cannot listen for other workers at {host}, {ports}: {reason}: free a port or set other ones, or another host to bind"
    )]
    Listen {
        /// The host to bind.
        host: String,
        /// The ports that were tried, in words.
        ports: String,
        /// What the system said about the last.
        reason: String,
    },
    /// A batch does not have the record type of the edge.
    #[error("\"{operator}\" emitted a batch that is not of {expected}, the record type of the edge")]
    WrongType {
        /// The producing operator.
        operator: String,
        /// The edge's record type.
        expected: &'static str,
    },
    /// The task went on writing although it was told to wait.
    #[error("\"{operator}\" wrote to an edge that was waiting for credit: the task must wait until it is resumed")]
    WrittenWhileBlocked {
        /// The producing operator.
        operator: String,
    },
    /// The edge cannot distribute records as asked.
    #[error("cannot set up the edge after \"{operator}\": {reason}")]
    Misconfigured {
        /// The producing operator.
        operator: String,
        /// What does not fit.
        reason: String,
    },
}

impl ExchangeError {
    /// What the engine should do about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::PartitionOutOfRange { .. } | Self::RecordTooLarge { .. } | Self::Listen { .. } => ErrorKind::User,
            Self::Broken { .. } => ErrorKind::Retryable,
            Self::CorruptFrame { .. }
            | Self::CreditExceeded { .. }
            | Self::Unexpected { .. }
            | Self::WrongType { .. }
            | Self::WrittenWhileBlocked { .. }
            | Self::Misconfigured { .. } => ErrorKind::Fatal,
        }
    }
}

/// What is wrong with a frame.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FrameFault {
    /// The header is not one.
    #[error("invalid {0} in its header")]
    Header(&'static str),
    /// An entry could not be read.
    #[error(transparent)]
    Record(#[from] DecodeError),
    /// The number of entries and the number of bytes disagree.
    #[error("{bytes} bytes are not {records} records")]
    Length {
        /// Bytes in the body.
        bytes: usize,
        /// Records by the header.
        records: u32,
    },
    /// Reassembly went past the largest possible record.
    #[error("a record in pieces reached {size} bytes, more than the {max} bytes of exchange.max-record-size")]
    TooLarge {
        /// Bytes received so far.
        size: usize,
        /// The limit.
        max: usize,
    },
    /// Whole records arrived in the middle of a record in pieces, or an event did.
    #[error("a record in pieces was interrupted")]
    Interrupted,
    /// Hashes are missing or not expected.
    #[error("its entries {} key hashes, the edge {}", if *.frame { "carry" } else { "lack" }, if *.frame { "has none" } else { "needs them" })]
    Keyed {
        /// Whether the frame carries them.
        frame: bool,
    },
}

//! What can go wrong between this client and a DataNode.

use std::{io, time::Duration};

/// An error on the wire to a DataNode. It names the DataNode where one is known; the file is named by whoever reports it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TransferError {
    /// The DataNode cannot be reached, or the connection broke.
    #[error("connection to DataNode {node}: {source}")]
    Connection {
        /// Host and port.
        node: String,
        /// What the system says.
        source: io::Error,
    },
    /// The DataNode does not answer.
    #[error("DataNode {node} did not {expected} within {waited:?}")]
    TimedOut {
        /// Host and port.
        node: String,
        /// What it should have done.
        expected: &'static str,
        /// How long that was waited for.
        waited: Duration,
    },
    /// The DataNode says no.
    #[error("DataNode {node} refused: {status}: {message}")]
    Refused {
        /// Host and port.
        node: String,
        /// The protocol's name of the refusal.
        status: &'static str,
        /// The DataNode's words; may be empty.
        message: String,
    },
    /// Data that does not match its checksum.
    #[error("DataNode {node} sent bytes that do not match their checksum at byte {offset} of block {block}")]
    Corrupt {
        /// Host and port.
        node: String,
        /// The block.
        block: u64,
        /// The chunk's first byte in the block.
        offset: u64,
    },
    /// Bytes that are not the protocol.
    #[error("a {what} from a DataNode cannot be understood: {detail}")]
    Malformed {
        /// What the bytes should have been.
        what: &'static str,
        /// What is wrong with them.
        detail: String,
    },
}

impl TransferError {
    pub(crate) fn malformed(what: &'static str, detail: impl Into<String>) -> Self {
        TransferError::Malformed { what, detail: detail.into() }
    }

    /// Whether nobody listens where the DataNode should be: it is dead for sure, not just slow.
    pub(crate) fn is_certain(&self) -> bool {
        match self {
            TransferError::Connection { source, .. } => source.kind() == io::ErrorKind::ConnectionRefused,
            _ => false,
        }
    }
}

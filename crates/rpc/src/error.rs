//! What can go wrong between processes.

use crate::{BlobHash, BlobRef, WireError};
use std::io;
use std::path::PathBuf;
use std::time::Duration;
use weft_common::{ErrorKind, TaskManagerId};
use weft_control::RegistrationFailure;

/// What went wrong, with whom, and what was being done.
#[derive(Debug, thiserror::Error)]
pub enum RpcError {
    /// A message that cannot be read.
    #[error("{peer} sent what cannot be read: {source}")]
    Wire {
        /// Who sent it.
        peer: &'static str,
        /// What is wrong with it.
        source: WireError,
    },
    /// A message longer than anybody may send.
    #[error(
        "a message of {length} bytes for or from {peer}, where {limit} is the most: the results or values of one job are too large"
    )]
    FrameTooLarge {
        /// Who sent it, or was to get it.
        peer: &'static str,
        /// Its length, without the frame's head.
        length: u64,
        /// The most.
        limit: u32,
    },
    /// The connection ended in the middle of a message.
    #[error("the connection to {peer} ended after {found} of {wanted} bytes of a message")]
    Truncated {
        /// Whose connection.
        peer: &'static str,
        /// Bytes announced.
        wanted: u64,
        /// Bytes that came.
        found: u64,
    },
    /// Nobody listens any more.
    #[error("{peer} has closed the connection")]
    Closed {
        /// Who.
        peer: &'static str,
    },
    /// Somebody takes no messages, and too many wait for it.
    #[error("{peer} has not taken {waiting} bytes of messages: it is stuck")]
    Backlog {
        /// Who.
        peer: &'static str,
        /// Bytes that wait.
        waiting: usize,
    },
    /// A program could not be started.
    #[error("starting {}: {source}", executable.display())]
    Spawn {
        /// Its file.
        executable: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The operating system refused something.
    #[error("{doing}: {source}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// What it said.
        source: io::Error,
    },
    /// Parent and program are of versions that do not understand each other.
    #[error(
        "the program speaks version {ours} of the protocol with its parent, which speaks version {theirs}: build the program with the \
         version of weft that the cluster runs"
    )]
    ProgramVersion {
        /// The program's.
        ours: u32,
        /// The parent's.
        theirs: u32,
    },
    /// A parent began with something other than what the program is to be.
    #[error("the parent began with `{found}` and {descriptors} descriptors, which starts nothing")]
    NotAStart {
        /// Which message came.
        found: &'static str,
        /// How many descriptors came with it.
        descriptors: usize,
    },
    /// A host's name says nothing.
    #[error("the host of {address} is unknown: {reason}")]
    UnknownHost {
        /// Host and port.
        address: String,
        /// What the resolver said.
        reason: String,
    },
    /// Nobody answers at an address.
    #[error("cannot connect to {address}: {source}")]
    Unreachable {
        /// Host and port.
        address: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// A connection broke.
    #[error("the connection to {peer} broke: {reason}")]
    Broken {
        /// Host and port.
        peer: String,
        /// What is known of it.
        reason: String,
    },
    /// Something took too long.
    #[error("{peer} did not give {what} within {} ms", deadline.as_millis())]
    Deadline {
        /// Host and port, or who.
        peer: String,
        /// What was waited for.
        what: &'static str,
        /// How long.
        deadline: Duration,
    },
    /// A JobManager does not want a TaskManager.
    #[error("the JobManager at {peer} refused: {reason}")]
    Refused {
        /// Host and port.
        peer: String,
        /// Its sentence.
        reason: String,
    },
    /// Two processes do not belong together.
    #[cfg(feature = "grpc")]
    #[error("{peer} is not spoken with: {source}")]
    Handshake {
        /// Host and port.
        peer: String,
        /// Why.
        source: crate::session::HandshakeError,
    },
    /// Somebody else is at the address of a TaskManager.
    #[error("at that address is the TaskManager {found}, not {wanted}")]
    OtherTaskManager {
        /// Who should be.
        wanted: TaskManagerId,
        /// Who is.
        found: TaskManagerId,
    },
    /// A blob that is not there.
    #[error("the JobManager has no blob {blob}")]
    NoSuchBlob {
        /// Which.
        blob: BlobHash,
    },
    /// A blob that is not taken.
    #[error("the JobManager did not take blob {blob}: {reason}")]
    BlobRefused {
        /// Which.
        blob: BlobHash,
        /// Its sentence.
        reason: String,
    },
    /// A blob longer than fits into memory.
    #[error("blob {blob} has {length} bytes, {limit} is the most here")]
    BlobTooLarge {
        /// Which.
        blob: BlobHash,
        /// Its length.
        length: u64,
        /// The most.
        limit: u64,
    },
    /// Other bytes than were promised.
    #[error("{} bytes of {} came instead of the {} bytes of {}", found.length, found.hash, wanted.length, wanted.hash)]
    OtherBlob {
        /// What was promised.
        wanted: BlobRef,
        /// What came.
        found: BlobRef,
    },
}

impl RpcError {
    /// Who can do something about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            RpcError::ProgramVersion { .. }
            | RpcError::FrameTooLarge { .. }
            | RpcError::UnknownHost { .. }
            | RpcError::OtherTaskManager { .. }
            | RpcError::BlobTooLarge { .. } => ErrorKind::User,
            #[cfg(feature = "grpc")]
            RpcError::Handshake { source, .. } => source.kind(),
            RpcError::Wire { source, .. } => source.kind(),
            RpcError::NotAStart { .. }
            | RpcError::NoSuchBlob { .. }
            | RpcError::BlobRefused { .. }
            | RpcError::OtherBlob { .. } => ErrorKind::Fatal,
            RpcError::Truncated { .. }
            | RpcError::Closed { .. }
            | RpcError::Backlog { .. }
            | RpcError::Spawn { .. }
            | RpcError::Unreachable { .. }
            | RpcError::Broken { .. }
            | RpcError::Deadline { .. }
            | RpcError::Refused { .. }
            | RpcError::Io { .. } => ErrorKind::Retryable,
        }
    }

    /// Whether nobody listens at the address: what was there has ended.
    pub fn is_connection_refused(&self) -> bool {
        matches!(self, RpcError::Unreachable { source, .. } if source.kind() == io::ErrorKind::ConnectionRefused)
    }

    /// Whether a connection was made and then broke: somebody was there, or was just about to end.
    #[cfg(feature = "grpc")]
    pub fn is_connection_broken(&self) -> bool {
        matches!(self, RpcError::Handshake { .. } | RpcError::Broken { .. })
    }

    /// The same, as a TaskManager's control machine is told of an attempt to register.
    pub fn into_registration_failure(self) -> RegistrationFailure {
        match self {
            RpcError::Refused { reason, .. } => RegistrationFailure::Refused(reason),
            error @ (RpcError::Unreachable { .. } | RpcError::Deadline { .. } | RpcError::Broken { .. }) => {
                RegistrationFailure::Unreachable(error.to_string())
            }
            error => RegistrationFailure::Error(error.to_string()),
        }
    }

    /// For `map_err`: what the operating system was asked for.
    pub(crate) fn io<E: Into<io::Error>>(doing: &'static str) -> impl FnOnce(E) -> RpcError {
        move |source| RpcError::Io { doing, source: source.into() }
    }
}

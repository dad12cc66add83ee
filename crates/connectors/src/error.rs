//! What can go wrong with a source or a sink.

use std::io;

use weft_common::{ConfigError, ErrorKind};
use weft_fs::{FsError, Path};
use weft_runtime::TaskError;

/// An error of a source or a sink.
#[derive(Debug, thiserror::Error)]
pub enum ConnectorError {
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FsError),
    /// An option could not be read.
    #[error(transparent)]
    Configuration(#[from] ConfigError),
    /// Text that is not UTF-8, and the policy is to fail.
    #[error(
        "cannot read {source_name} as text: the byte at offset {offset} is not valid UTF-8: convert the input, or set \
         source.text.invalid-utf8 to replace or skip"
    )]
    InvalidUtf8 {
        /// The file or the peer.
        source_name: String,
        /// Bytes before the first one that is wrong.
        offset: u64,
    },
    /// A line beyond the limit.
    #[error(
        "cannot read {source_name} as lines: the line at byte offset {offset} is longer than {limit} bytes: check that \
         it is a text, or raise source.text.max-line-length"
    )]
    LineTooLong {
        /// The file or the peer.
        source_name: String,
        /// Bytes before the line.
        offset: u64,
        /// The longest allowed.
        limit: u64,
    },
    /// A file that lost bytes since its splits were made.
    #[error(
        "cannot read {path} to byte {expected}: it ends at {found}, so it changed after the job began: read files \
         that nobody writes"
    )]
    FileShrank {
        /// The file.
        path: Path,
        /// How long it was.
        expected: u64,
        /// How long it is.
        found: u64,
    },
    /// Output where output is already.
    #[error(
        "cannot write to {directory}: it already holds `{found}`, the result of another job perhaps: choose another \
         directory, or remove what is in it"
    )]
    OutputExists {
        /// The output directory.
        directory: Path,
        /// One of the names found there.
        found: String,
    },
    /// A written part that is neither where it was written nor where it belongs.
    #[error(
        "cannot commit {part}: it is gone, so its records are lost: keep other programs out of the output directory"
    )]
    PartLost {
        /// The name under which it was written.
        part: Path,
    },
    /// Nobody listens.
    #[error(
        "cannot read from {address}: nothing listens there: start what sends the text first, such as `nc -lk {port}`"
    )]
    NothingListens {
        /// Host and port.
        address: String,
        /// The port.
        port: u16,
    },
    /// A peer could not be reached, or the connection broke.
    #[error("cannot read from {address}: {source}: check host, port and network")]
    Socket {
        /// Host and port.
        address: String,
        /// What the system says.
        source: io::Error,
    },
    /// Whoever read the standard output does so no more.
    #[error(
        "cannot print to {stream}: its reader has closed it, as `| head` does when it has enough: let it read to the \
         end, or write to a file"
    )]
    ReaderGone {
        /// Standard output or standard error.
        stream: &'static str,
    },
    /// Standard output or standard error takes nothing.
    #[error("cannot print to {stream}: {source}: check where it leads")]
    Print {
        /// Standard output or standard error.
        stream: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// Work on the I/O runtime ended without an answer.
    #[error("{work} ended without an answer: the process is shutting down, or this is a defect")]
    BackgroundLost {
        /// What was being done.
        work: &'static str,
    },
    /// A simulation met something that has to be waited for.
    #[error("{work} needs an I/O runtime: in a simulation use files in memory")]
    NoRuntime {
        /// What was being done.
        work: &'static str,
    },
}

impl ConnectorError {
    /// Who can do something about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            ConnectorError::File(error) => error.kind(),
            ConnectorError::Configuration(error) => error.kind(),
            ConnectorError::InvalidUtf8 { .. }
            | ConnectorError::LineTooLong { .. }
            | ConnectorError::FileShrank { .. }
            | ConnectorError::OutputExists { .. } => ErrorKind::User,
            ConnectorError::NothingListens { .. } | ConnectorError::Socket { .. } => ErrorKind::Retryable,
            ConnectorError::PartLost { .. }
            | ConnectorError::ReaderGone { .. }
            | ConnectorError::Print { .. }
            | ConnectorError::BackgroundLost { .. }
            | ConnectorError::NoRuntime { .. } => ErrorKind::Fatal,
        }
    }
}

impl From<ConnectorError> for TaskError {
    fn from(error: ConnectorError) -> Self {
        TaskError::of(error.kind(), &error)
    }
}

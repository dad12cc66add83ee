//! What can go wrong with a file, and who can do something about it.

use std::io;

use weft_common::ErrorKind;

use crate::{Operation, Path};

/// An error of a file system: the operation, the path it concerns, what was found and what to do.
#[derive(Debug, thiserror::Error)]
pub enum FsError {
    /// The path, or the directory it should lie in, does not exist.
    #[error("cannot {operation} {path}: no such file or directory: check the path")]
    NotFound {
        /// What was being done.
        operation: Operation,
        /// What does not exist.
        path: Path,
    },
    /// Something exists under a name that had to be free.
    #[error("cannot {operation} {path}: it already exists: choose another name or remove it first")]
    AlreadyExists {
        /// What was being done.
        operation: Operation,
        /// What exists; of a rename, the destination.
        path: Path,
    },
    /// The file system refuses this user.
    #[error(
        "cannot {operation} {path}: permission denied{}: grant this process's user access to it and its directory",
        said(.detail)
    )]
    PermissionDenied {
        /// What was being done.
        operation: Operation,
        /// What may not be touched.
        path: Path,
        /// What the file system says: HDFS names the user, the path that stands in the way, its owner and mode.
        detail: Option<String>,
    },
    /// The disk or a quota is full.
    #[error(
        "cannot {operation} {path}: no space left where it lies{}: free space or raise the quota there, or use another \
         directory",
        said(.detail)
    )]
    NoSpace {
        /// What was being done.
        operation: Operation,
        /// What could not be stored.
        path: Path,
        /// What the file system says: HDFS names the quota and how much of it is used, or the DataNodes without room.
        detail: Option<String>,
    },
    /// A directory was needed and a file was found, at the path or above it.
    #[error("cannot {operation} {path}: it, or part of the path above it, is not a directory: check the path")]
    NotADirectory {
        /// What was being done.
        operation: Operation,
        /// What should be a directory.
        path: Path,
    },
    /// A file was needed and a directory was found.
    #[error("cannot {operation} {path}: it is a directory: name a file")]
    IsADirectory {
        /// What was being done.
        operation: Operation,
        /// What is a directory.
        path: Path,
    },
    /// A directory with entries was to be deleted without them.
    #[error("cannot {operation} {path}: the directory is not empty: delete its entries first or delete recursively")]
    DirectoryNotEmpty {
        /// What was being done.
        operation: Operation,
        /// The directory.
        path: Path,
    },
    /// The file ends before the bytes that were asked for.
    #[error(
        "cannot read {path} up to byte {wanted}: it ends at byte {length}: it was cut short or replaced; restore it"
    )]
    UnexpectedEnd {
        /// The file.
        path: Path,
        /// The end of the range that was asked for, in bytes from the beginning.
        wanted: u64,
        /// Where the file ends.
        length: u64,
    },
    /// This file system cannot do that.
    #[error("cannot {operation} {path}: {reason}")]
    Unsupported {
        /// What was being done.
        operation: Operation,
        /// To what.
        path: Path,
        /// Why not, and what to do instead.
        reason: &'static str,
    },
    /// The text is not a path.
    #[error("\"{text}\" cannot be used as a path: {reason}")]
    InvalidPath {
        /// The text as it was given.
        text: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// No file system is known for the scheme.
    #[error("no file system for scheme \"{scheme}\" of {path}: supported are {supported}")]
    UnknownScheme {
        /// The scheme.
        scheme: String,
        /// The path that has it.
        path: Path,
        /// The schemes that are registered, separated by commas.
        supported: String,
    },
    /// The request was sent and its answer never came: it may have taken effect. Look before doing it again.
    #[error(
        "cannot tell whether {path} could be changed: the answer to \"{operation}\" was lost: look it up and retry"
    )]
    OutcomeUnknown {
        /// What was being done.
        operation: Operation,
        /// To what; of a rename, the destination.
        path: Path,
    },
    /// The writer failed, or one of its operations was cancelled half-way, and cannot say what the file holds.
    #[error("cannot {operation} {path}: an earlier operation of its writer did not succeed: write the file anew")]
    WriterBroken {
        /// What was being done.
        operation: Operation,
        /// The file.
        path: Path,
    },
    /// Any other failure of the disk, the network or the operating system.
    #[error("cannot {operation} {path}: {source}")]
    Io {
        /// What was being done.
        operation: Operation,
        /// To what.
        path: Path,
        /// What the system says.
        source: io::Error,
    },
}

impl FsError {
    /// Names an error of the operating system.
    pub fn from_io(operation: Operation, path: &Path, source: io::Error) -> Self {
        let path = path.clone();
        match source.kind() {
            io::ErrorKind::NotFound => FsError::NotFound { operation, path },
            io::ErrorKind::AlreadyExists => FsError::AlreadyExists { operation, path },
            io::ErrorKind::PermissionDenied => FsError::PermissionDenied { operation, path, detail: None },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                FsError::NoSpace { operation, path, detail: None }
            }
            io::ErrorKind::NotADirectory => FsError::NotADirectory { operation, path },
            io::ErrorKind::IsADirectory => FsError::IsADirectory { operation, path },
            io::ErrorKind::DirectoryNotEmpty => FsError::DirectoryNotEmpty { operation, path },
            io::ErrorKind::CrossesDevices => FsError::Unsupported {
                operation,
                path,
                reason: "source and destination lie on different disks: keep them below one mount point",
            },
            _ => FsError::Io { operation, path, source },
        }
    }

    /// Who can do something about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            FsError::Io { .. } | FsError::OutcomeUnknown { .. } | FsError::WriterBroken { .. } => ErrorKind::Retryable,
            FsError::NoSpace { .. } | FsError::UnexpectedEnd { .. } => ErrorKind::Fatal,
            _ => ErrorKind::User,
        }
    }

    /// Whether the path does not exist, be it for want of an entry or of a directory above it.
    pub fn is_not_found(&self) -> bool {
        matches!(self, FsError::NotFound { .. } | FsError::NotADirectory { .. })
    }

    /// Whether a name that had to be free is taken.
    pub fn is_already_exists(&self) -> bool {
        matches!(self, FsError::AlreadyExists { .. })
    }
}

/// A detail as part of a message.
fn said(detail: &Option<String>) -> String {
    detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default()
}

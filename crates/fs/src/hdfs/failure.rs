//! What the NameNode says, in this crate's words.

use std::io;

use weft_hadoop_rpc::{ExceptionKind, RpcError};

use crate::{FsError, Operation, Path};

/// Puts an error of a call into words of files. `path` is what the operation is about.
pub(super) fn of_call(operation: Operation, path: &Path, error: RpcError) -> FsError {
    let path = path.clone();
    if let RpcError::Unavailable { may_have_happened, .. } = &error {
        return match *may_have_happened && changes(operation) {
            true => FsError::OutcomeUnknown { operation, path },
            false => FsError::Io { operation, path, source: io::Error::new(io::ErrorKind::TimedOut, error) },
        };
    }
    let Some(exception) = error.exception() else {
        return FsError::Io { operation, path, source: io::Error::other(error) };
    };
    let detail = || Some(first_line(&exception.message));
    match exception.kind {
        ExceptionKind::FileNotFound => FsError::NotFound { operation, path },
        ExceptionKind::FileAlreadyExists => FsError::AlreadyExists { operation, path },
        ExceptionKind::NotADirectory => FsError::NotADirectory { operation, path },
        ExceptionKind::DirectoryNotEmpty => FsError::DirectoryNotEmpty { operation, path },
        // A path through a file is reported as a want of rights to traverse it.
        ExceptionKind::AccessControl if exception.message.contains("is not a directory") => {
            FsError::NotADirectory { operation, path }
        }
        ExceptionKind::AccessControl => FsError::PermissionDenied { operation, path, detail: detail() },
        ExceptionKind::QuotaExceeded => FsError::NoSpace { operation, path, detail: detail() },
        _ if lacks_room(&error) && !knows_no_datanode(&error) => FsError::NoSpace { operation, path, detail: detail() },
        _ => FsError::Io { operation, path, source: io::Error::other(error) },
    }
}

/// Any other failure, described.
pub(super) fn described(operation: Operation, path: &Path, what: String) -> FsError {
    FsError::Io { operation, path: path.clone(), source: io::Error::other(what) }
}

/// Whether the NameNode finds no DataNode for a block: it has a plain `IOException` for that.
pub(super) fn lacks_room(error: &RpcError) -> bool {
    let text = "could only be written to 0 of";
    error.exception().is_some_and(|exception| exception.message.contains(text))
}

/// Whether it finds none because it knows none: none has reported to it since it was started or became active, or all are dead.
pub(super) fn knows_no_datanode(error: &RpcError) -> bool {
    let text = "There are 0 datanode(s) running";
    error.exception().is_some_and(|exception| exception.message.contains(text))
}

/// Messages of some exceptions go on with lines for Hadoop's developers.
fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().trim().to_owned()
}

/// Whether it makes a difference that an operation may have happened. A writer that failed is of no use either way.
fn changes(operation: Operation) -> bool {
    use Operation::{Close, Create, Delete, Mkdirs, Rename};
    matches!(operation, Create | Close | Rename | Delete | Mkdirs)
}

//! Renaming without replacing.
//!
//! `rename(2)` replaces its destination, and looking first leaves a gap in which another process can create it. Linux
//! closes the gap with `renameat2(RENAME_NOREPLACE)`. Some file systems (older NFS, some FUSE) refuse the flag with
//! EINVAL, some kernels and sandboxes the call with ENOSYS. There `link(2)` does the decisive step for files: it fails
//! when the name exists, whoever else races for it. The old name is removed after that. A crash in between leaves two
//! names of one file, and the caller who repeats the rename learns that the destination exists.

use std::{fs, io, path::Path as DiskPath};

use rustix::{
    fs::{CWD, RenameFlags, renameat_with},
    io::Errno,
};

use super::operations::sync_parent;
use crate::{FsError, Operation, Path};

/// A path as this crate and as the operating system call it.
type Named<'a> = (&'a Path, &'a DiskPath);

/// How the decisive step is made.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Method {
    /// By the system call; by hard links where it is missing.
    #[default]
    Renameat2,
    /// By hard links.
    #[cfg(test)]
    HardLink,
}

impl Method {
    /// Moves `source` to `destination` and makes both directories durable.
    pub(super) fn rename(self, source: Named<'_>, destination: Named<'_>) -> Result<(), FsError> {
        if destination.1 != source.1 && destination.1.starts_with(source.1) {
            let reason = "a directory cannot be moved into itself: choose a destination outside of it";
            return Err(FsError::InvalidPath { text: destination.0.to_string(), reason });
        }
        match self {
            Method::Renameat2 => by_system_call(source, destination)?,
            #[cfg(test)]
            Method::HardLink => by_hard_link(source, destination)?,
        }
        // The rename is done by now, so an error must not read as if it were not.
        let unknown = |_| FsError::OutcomeUnknown { operation: Operation::Rename, path: destination.0.clone() };
        sync_parent(destination.1).and_then(|()| sync_parent(source.1)).map_err(unknown)
    }
}

fn by_system_call(source: Named<'_>, destination: Named<'_>) -> Result<(), FsError> {
    match renameat_with(CWD, source.1, CWD, destination.1, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => by_hard_link(source, destination),
        renamed => renamed.map_err(|error| name(error.into(), source, destination)),
    }
}

fn by_hard_link(source: Named<'_>, destination: Named<'_>) -> Result<(), FsError> {
    let failed = |error| name(error, source, destination);
    if fs::symlink_metadata(source.1).map_err(failed)?.is_dir() {
        let reason = "this disk cannot rename a directory without replacing: use another disk";
        return Err(FsError::Unsupported { operation: Operation::Rename, path: source.0.clone(), reason });
    }
    fs::hard_link(source.1, destination.1).map_err(failed)?;
    fs::remove_file(source.1).map_err(failed)
}

/// Says which of the two paths an error is about.
fn name(error: io::Error, source: Named<'_>, destination: Named<'_>) -> FsError {
    let source_missing = error.kind() == io::ErrorKind::NotFound && fs::symlink_metadata(source.1).is_err();
    let about = if source_missing { source.0 } else { destination.0 };
    FsError::from_io(Operation::Rename, about, error)
}

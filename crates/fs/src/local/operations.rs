//! Operations on whole entries, blocking.

use std::{
    fs::{self, File, Metadata},
    io,
    ops::Range,
    path::Path as DiskPath,
    time::UNIX_EPOCH,
};

use crate::{BlockLocation, FileKind, FileStatus, FsError, Operation, Path, Recursive};

pub(super) fn status(disk: &DiskPath, path: &Path) -> Result<FileStatus, FsError> {
    let metadata = fs::metadata(disk).map_err(|error| FsError::from_io(Operation::Status, path, error))?;
    Ok(status_of(path.clone(), &metadata))
}

/// Puts the operating system's answer into this crate's words.
pub(super) fn status_of(path: Path, metadata: &Metadata) -> FileStatus {
    let directory = metadata.is_dir();
    FileStatus {
        path,
        length: if directory { 0 } else { metadata.len() },
        kind: if directory { FileKind::Directory } else { FileKind::File },
        modified_ms: metadata.modified().map_or(0, milliseconds),
        replication: None,
    }
}

fn milliseconds(time: std::time::SystemTime) -> i64 {
    let (distance, sign) = match time.duration_since(UNIX_EPOCH) {
        Ok(after) => (after, 1),
        Err(before) => (before.duration(), -1),
    };
    i64::try_from(distance.as_millis()).map_or(i64::MAX, |ms| ms * sign)
}

pub(super) fn delete(disk: &DiskPath, path: &Path, recursive: Recursive) -> Result<bool, FsError> {
    if path.is_root() {
        let reason = "it is the root of the file system: name a directory below it";
        return Err(FsError::Unsupported { operation: Operation::Delete, path: path.clone(), reason });
    }
    match remove(disk, recursive) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(FsError::from_io(Operation::Delete, path, error)),
    }
}

fn remove(disk: &DiskPath, recursive: Recursive) -> io::Result<()> {
    match (fs::symlink_metadata(disk)?.is_dir(), recursive) {
        (false, _) => fs::remove_file(disk),
        (true, Recursive::No) => fs::remove_dir(disk),
        (true, Recursive::Yes) => fs::remove_dir_all(disk),
    }
}

/// Makes the missing directories from the top down; each is durable before the next begins.
pub(super) fn mkdirs(disk: &DiskPath, path: &Path) -> Result<(), FsError> {
    let failed = |error| FsError::from_io(Operation::Mkdirs, path, error);
    let missing = disk.ancestors().take_while(|directory| !directory.is_dir()).collect::<Vec<_>>();
    for directory in missing.into_iter().rev() {
        make_directory(directory).map_err(failed)?;
        sync_parent(directory).map_err(failed)?;
    }
    Ok(())
}

/// Makes one directory; another client may have been faster. A file of that name is in the way.
fn make_directory(directory: &DiskPath) -> io::Result<()> {
    match fs::create_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => match directory.is_dir() {
            true => Ok(()),
            false => Err(io::ErrorKind::NotADirectory.into()),
        },
        made => made,
    }
}

/// Makes the names in the directory of `disk` durable, where the disk knows how to: some network file systems, whose
/// servers do it unasked, refuse the request.
pub(super) fn sync_parent(disk: &DiskPath) -> io::Result<()> {
    let Some(parent) = disk.parent() else { return Ok(()) };
    match File::open(parent)?.sync_all() {
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        synced => synced,
    }
}

/// A local file is one block that lies everywhere.
pub(super) fn block_locations(disk: &DiskPath, path: &Path, range: &Range<u64>) -> Result<Vec<BlockLocation>, FsError> {
    let operation = Operation::BlockLocations;
    let metadata = fs::metadata(disk).map_err(|error| FsError::from_io(operation, path, error))?;
    if metadata.is_dir() {
        return Err(FsError::IsADirectory { operation, path: path.clone() });
    }
    Ok(BlockLocation::whole_file(metadata.len(), range))
}

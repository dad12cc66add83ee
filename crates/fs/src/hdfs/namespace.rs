//! Operations on whole entries: each a call or two to the NameNode.

use std::ops::Range;

use weft_hadoop_rpc::{
    ExceptionKind, RpcError,
    proto::hdfs::{FileStatus as Found, FileType, LocatedBlock},
};

use super::{client::HdfsClient, failure, read::blocks};
use crate::{BlockLocation, FileKind, FileStatus, FsError, Operation, Path, Recursive};

/// What a directory gets, under the umask.
const DIRECTORY: u16 = 0o777;

/// The NameNode's answer about a path, and the same in this crate's words.
pub(super) async fn status(
    client: &HdfsClient,
    operation: Operation,
    path: &Path,
) -> Result<(Found, FileStatus), FsError> {
    let found = client.name_node.file_info(path.path()).await;
    let found = found.map_err(|error| failure::of_call(operation, path, error))?;
    let found = found.ok_or_else(|| FsError::NotFound { operation, path: path.clone() })?;
    let status = status_of(path.clone(), &found);
    Ok((found, status))
}

pub(super) fn status_of(path: Path, found: &Found) -> FileStatus {
    let directory = found.file_type() == FileType::IsDirectory;
    FileStatus {
        path,
        length: if directory { 0 } else { found.length },
        kind: if directory { FileKind::Directory } else { FileKind::File },
        modified_ms: i64::try_from(found.modification_time).unwrap_or(i64::MAX),
        replication: u16::try_from(found.block_replication()).ok().filter(|_| !directory),
    }
}

/// Renames where the destination is free. `same` tells that both lie in one nameservice.
pub(super) async fn rename(client: &HdfsClient, same: bool, source: &Path, destination: &Path) -> Result<(), FsError> {
    if !same {
        let reason = "source and destination lie in different clusters: copy the file instead";
        return Err(FsError::Unsupported { operation: Operation::Rename, path: destination.clone(), reason });
    }
    let below = destination.path().strip_prefix(source.path()).is_some_and(|rest| rest.starts_with('/'));
    if below || (source.is_root() && !destination.is_root()) {
        let reason = "a directory cannot be moved into itself: choose a destination outside of it";
        return Err(FsError::InvalidPath { text: destination.to_string(), reason });
    }
    let Err(error) = client.name_node.rename2(source.path(), destination.path(), false).await else { return Ok(()) };
    if error.is(ExceptionKind::Other)
        && client.name_node.file_info(destination.path()).await.is_ok_and(|found| found.is_some())
    {
        // A file in a directory's place and the other way round: the NameNode has no class of its own for that.
        return Err(FsError::AlreadyExists { operation: Operation::Rename, path: destination.clone() });
    }
    let about = if misses_source(&error) { source } else { destination };
    Err(failure::of_call(Operation::Rename, about, error))
}

/// Whether a rename failed for want of its source; the NameNode has one class for that and for a destination without directory.
fn misses_source(error: &RpcError) -> bool {
    error.is(ExceptionKind::FileNotFound)
        && error.exception().is_some_and(|exception| exception.message.starts_with("rename source"))
}

pub(super) async fn delete(client: &HdfsClient, path: &Path, recursive: Recursive) -> Result<bool, FsError> {
    if path.is_root() {
        let reason = "it is the root of the file system: name a directory below it";
        return Err(FsError::Unsupported { operation: Operation::Delete, path: path.clone(), reason });
    }
    let deleted = client.name_node.delete(path.path(), recursive == Recursive::Yes).await;
    deleted.map_err(|error| failure::of_call(Operation::Delete, path, error))
}

pub(super) async fn mkdirs(client: &HdfsClient, path: &Path) -> Result<(), FsError> {
    let made = client.name_node.mkdirs(path.path(), client.settings.masked(DIRECTORY), true).await;
    match made {
        Ok(true) => Ok(()),
        Ok(false) => Err(failure::described(Operation::Mkdirs, path, "the NameNode did not make it".to_owned())),
        // A file is there: it is no directory.
        Err(error) if error.is(ExceptionKind::FileAlreadyExists) => {
            Err(FsError::NotADirectory { operation: Operation::Mkdirs, path: path.clone() })
        }
        Err(error) => Err(failure::of_call(Operation::Mkdirs, path, error)),
    }
}

pub(super) async fn block_locations(
    client: &HdfsClient,
    path: &Path,
    range: Range<u64>,
) -> Result<Vec<BlockLocation>, FsError> {
    let operation = Operation::BlockLocations;
    let (_, status) = status(client, operation, path).await?;
    if status.is_directory() {
        return Err(FsError::IsADirectory { operation, path: path.clone() });
    }
    let range = range.start..range.end.min(status.length);
    if range.is_empty() {
        return Ok(Vec::new());
    }
    let located = client.name_node.block_locations(path.path(), range.start, range.end - range.start).await;
    let located = located.map_err(|error| failure::of_call(operation, path, error))?;
    let overlap = |block: &&LocatedBlock| {
        let bytes = blocks::range(block);
        bytes.start < range.end && range.start < bytes.end
    };
    Ok(located.blocks.iter().filter(overlap).map(location).collect())
}

fn location(block: &LocatedBlock) -> BlockLocation {
    let hosts = block.locations.iter().map(|node| node.id.host_name.clone());
    BlockLocation { offset: block.offset, length: blocks::length(block), hosts: hosts.collect() }
}

//! The disks of this machine.

mod blocking;
mod listing;
mod operations;
mod permission;
mod reader;
mod rename;
mod writer;

use std::{ops::Range, path::PathBuf};

use futures_util::FutureExt;

use self::{blocking::blocking, reader::LocalFileReader, rename::Method, writer::LocalFileWriter};
use crate::{
    BlockLocation, CreateOptions, FileReader, FileStatus, FileStatusStream, FileSystem, FileWriter, FsError, FsFuture,
    Operation, Path, Permission, Recursive,
};

/// The file system of the operating system, for paths without a scheme or with `file`.
///
/// Its operations run on the blocking threads of the tokio runtime they are awaited in, and panic outside of one.
/// Directories are synced where the trait promises durable names, so renames and `mkdirs` cost a disk write each.
///
/// Renames use Linux's `renameat2(RENAME_NOREPLACE)`. Where the kernel or the disk's file system lacks it, a file is
/// given its new name by a hard link, which never replaces, and loses the old one after that: in between, or for good
/// after a crash there, it has both. Directories cannot be renamed there.
#[derive(Clone, Debug, Default)]
pub struct LocalFileSystem {
    rename: Method,
}

impl LocalFileSystem {
    /// The file system of this machine.
    pub fn new() -> Self {
        Self::default()
    }

    #[cfg(test)]
    fn with_hard_links() -> Self {
        Self { rename: Method::HardLink }
    }
}

impl FileSystem for LocalFileSystem {
    fn status<'a>(&'a self, path: &'a Path) -> FsFuture<'a, FileStatus> {
        on_disk(Operation::Status, path, |disk, path| operations::status(&disk, path)).boxed()
    }

    fn list<'a>(&'a self, directory: &'a Path) -> FileStatusStream<'a> {
        listing::list(directory)
    }

    fn open<'a>(&'a self, path: &'a Path) -> FsFuture<'a, Box<dyn FileReader>> {
        on_disk(Operation::Open, path, |disk, path| Ok(Box::new(LocalFileReader::open(&disk, path)?) as _)).boxed()
    }

    fn create<'a>(&'a self, path: &'a Path, options: CreateOptions) -> FsFuture<'a, Box<dyn FileWriter>> {
        let create = move |disk: PathBuf, path: &Path| Ok(Box::new(LocalFileWriter::create(disk, path, options)?) as _);
        on_disk(Operation::Create, path, create).boxed()
    }

    fn rename_no_replace<'a>(&'a self, source: &'a Path, destination: &'a Path) -> FsFuture<'a, ()> {
        let (method, source) = (self.rename, source.clone());
        let rename = move |to: PathBuf, destination: &Path| {
            let from = disk_path(&source)?;
            method.rename((&source, &from), (destination, &to))
        };
        on_disk(Operation::Rename, destination, rename).boxed()
    }

    fn delete<'a>(&'a self, path: &'a Path, recursive: Recursive) -> FsFuture<'a, bool> {
        on_disk(Operation::Delete, path, move |disk, path| operations::delete(&disk, path, recursive)).boxed()
    }

    fn mkdirs<'a>(&'a self, path: &'a Path) -> FsFuture<'a, ()> {
        on_disk(Operation::Mkdirs, path, |disk, path| operations::mkdirs(&disk, path)).boxed()
    }

    fn block_locations<'a>(&'a self, path: &'a Path, range: Range<u64>) -> FsFuture<'a, Vec<BlockLocation>> {
        let locate = move |disk: PathBuf, path: &Path| operations::block_locations(&disk, path, &range);
        on_disk(Operation::BlockLocations, path, locate).boxed()
    }

    fn permission<'a>(&'a self, path: &'a Path) -> FsFuture<'a, Option<Permission>> {
        on_disk(Operation::Status, path, move |disk, path| permission::get(&disk, path).map(Some)).boxed()
    }

    fn set_permission<'a>(&'a self, path: &'a Path, permission: Permission) -> FsFuture<'a, ()> {
        on_disk(Operation::SetPermission, path, move |disk, path| permission::set(&disk, path, permission)).boxed()
    }
}

/// Runs `work` with the path as the operating system knows it, on a thread that may block.
async fn on_disk<T: Send + 'static>(
    operation: Operation,
    path: &Path,
    work: impl FnOnce(PathBuf, &Path) -> Result<T, FsError> + Send + 'static,
) -> Result<T, FsError> {
    let disk = disk_path(path)?;
    blocking(operation, path, move |path| work(disk, path)).await
}

/// What the operating system calls this path.
fn disk_path(path: &Path) -> Result<PathBuf, FsError> {
    let invalid = |reason| Err(FsError::InvalidPath { text: path.to_string(), reason });
    match (path.scheme(), path.authority()) {
        (None | Some("file"), "" | "localhost") => Ok(PathBuf::from(path.path())),
        (None | Some("file"), _) => invalid("a local path has no host: write file:/// with three slashes"),
        _ => invalid("it does not lie in the local file system"),
    }
}

#[cfg(test)]
#[path = "local_test.rs"]
mod tests;

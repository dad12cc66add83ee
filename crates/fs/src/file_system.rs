//! The trait.

use std::ops::Range;

use futures_util::{TryStreamExt, future::BoxFuture, stream::BoxStream};

use crate::{
    BlockLocation, CreateOptions, FileReader, FileStatus, FileWriter, FsError, Operation, Path, Permission, Recursive,
};

/// What a file system's operations return: a boxed future, so that the trait can be used as `dyn FileSystem`.
pub type FsFuture<'a, T> = BoxFuture<'a, Result<T, FsError>>;

/// The entries of a directory as they arrive.
pub type FileStatusStream<'a> = BoxStream<'a, Result<FileStatus, FsError>>;

/// A hierarchy of directories and files that are written once. The crate's documentation says what holds for all of
/// them; each operation adds what it does when it meets a failure or another client.
///
/// Besides the errors listed, each may give [`FsError::PermissionDenied`], [`FsError::NotADirectory`] when something
/// above the path is a file, [`FsError::InvalidPath`] for a path of another file system, and [`FsError::Io`]. One that
/// changes something may give [`FsError::OutcomeUnknown`]. A future that is dropped before it is ready leaves open
/// whether the operation happens.
pub trait FileSystem: Send + Sync {
    /// What lies at `path`. Symbolic links are followed.
    ///
    /// # Errors
    /// [`FsError::NotFound`].
    fn status<'a>(&'a self, path: &'a Path) -> FsFuture<'a, FileStatus>;

    /// Whether anything lies at `path`. The answer may be out of date when it arrives: what must be exclusive uses
    /// [`CreateMode::New`](crate::CreateMode::New) or [`rename_no_replace`](FileSystem::rename_no_replace).
    ///
    /// # Errors
    /// Only when it cannot be told.
    fn exists<'a>(&'a self, path: &'a Path) -> FsFuture<'a, bool> {
        Box::pin(async move {
            match self.status(path).await {
                Ok(_) => Ok(true),
                Err(error) if error.is_not_found() => Ok(false),
                Err(error) => Err(error),
            }
        })
    }

    /// The entries of a directory, without those below its subdirectories, in any order, fetched in pages. Not a
    /// snapshot: an entry that exists throughout the listing appears once, one that comes or goes meanwhile may or may
    /// not.
    ///
    /// # Errors
    /// [`FsError::NotFound`], [`FsError::NotADirectory`]; as the first item or, when the directory goes away, later.
    fn list<'a>(&'a self, directory: &'a Path) -> FileStatusStream<'a>;

    /// The same at once, ordered by path.
    ///
    /// # Errors
    /// As [`list`](FileSystem::list).
    fn list_all<'a>(&'a self, directory: &'a Path) -> FsFuture<'a, Vec<FileStatus>> {
        Box::pin(async move {
            let mut entries: Vec<FileStatus> = self.list(directory).try_collect().await?;
            entries.sort_by(|a, b| a.path.cmp(&b.path));
            Ok(entries)
        })
    }

    /// Opens a file that is closed; of one still being written, a reader sees some prefix.
    ///
    /// # Errors
    /// [`FsError::NotFound`], [`FsError::IsADirectory`].
    fn open<'a>(&'a self, path: &'a Path) -> FsFuture<'a, Box<dyn FileReader>>;

    /// Begins a file, in a directory that exists. The name is taken when this returns: with
    /// [`CreateMode::New`](crate::CreateMode::New) exactly one of several callers succeeds, on any machine. The name is
    /// durable after [`FileWriter::sync`].
    ///
    /// # Errors
    /// [`FsError::AlreadyExists`] (new), [`FsError::IsADirectory`] (overwrite), [`FsError::NotFound`] for the
    /// directory, [`FsError::NoSpace`].
    fn create<'a>(&'a self, path: &'a Path, options: CreateOptions) -> FsFuture<'a, Box<dyn FileWriter>>;

    /// Moves a file or a directory with all below it to a name that is free, in a directory that exists.
    ///
    /// Atomic: at every moment it is found under exactly one of the two names, and of several callers that rename to
    /// the same destination exactly one succeeds. (A local disk that lacks the system call comes close: see
    /// [`LocalFileSystem`](crate::LocalFileSystem).) The new name is durable when this returns; bytes that were not
    /// synced are not.
    ///
    /// After [`FsError::OutcomeUnknown`] the caller looks for the source: gone, and the destination there, means done.
    ///
    /// # Errors
    /// [`FsError::AlreadyExists`] names the destination, also when both are the same path; [`FsError::NotFound`] names
    /// the source or the destination's directory; [`FsError::Unsupported`] when the two lie on different disks;
    /// [`FsError::InvalidPath`] when a directory is to move into itself.
    fn rename_no_replace<'a>(&'a self, source: &'a Path, destination: &'a Path) -> FsFuture<'a, ()>;

    /// Removes a file or a directory, and says whether there was anything to remove, so repeating it does no harm.
    /// A symbolic link is removed, not what it points to.
    ///
    /// A recursive delete is one step on HDFS; on a local disk an error leaves a part of the directory. Not promised
    /// to be durable: what was deleted may be back after a power failure.
    ///
    /// # Errors
    /// [`FsError::DirectoryNotEmpty`]; [`FsError::Unsupported`] for the root.
    fn delete<'a>(&'a self, path: &'a Path, recursive: Recursive) -> FsFuture<'a, bool>;

    /// Makes a directory and those above it that are missing; does nothing when it exists. Durable when it returns.
    /// Not atomic: an error may leave some of the directories.
    ///
    /// # Errors
    /// [`FsError::NotADirectory`] when it, or one above it, is a file; [`FsError::NoSpace`].
    fn mkdirs<'a>(&'a self, path: &'a Path) -> FsFuture<'a, ()>;

    /// Where the bytes of `range` are, ordered by offset: the blocks that overlap it, whole. Empty when the file ends
    /// before the range begins, and for an empty range.
    ///
    /// # Errors
    /// [`FsError::NotFound`], [`FsError::IsADirectory`].
    fn block_locations<'a>(&'a self, path: &'a Path, range: Range<u64>) -> FsFuture<'a, Vec<BlockLocation>>;

    /// Who may use what lies at `path`; `None` where the file system has no such rights.
    ///
    /// # Errors
    /// [`FsError::NotFound`].
    fn permission<'a>(&'a self, path: &'a Path) -> FsFuture<'a, Option<Permission>> {
        Box::pin(async move { self.status(path).await.map(|_| None) })
    }

    /// Changes who may use a file or a directory, whatever the umask.
    ///
    /// # Errors
    /// [`FsError::NotFound`]; [`FsError::Unsupported`] where there are no such rights.
    fn set_permission<'a>(&'a self, path: &'a Path, _permission: Permission) -> FsFuture<'a, ()> {
        let reason =
            "this file system has no access rights of this kind: use another one for what must be kept from others";
        Box::pin(async move {
            Err(FsError::Unsupported { operation: Operation::SetPermission, path: path.clone(), reason })
        })
    }

    /// Changes how many copies are kept of a file. Where there is no such number nothing happens.
    ///
    /// # Errors
    /// [`FsError::NotFound`].
    fn set_replication<'a>(&'a self, _path: &'a Path, _copies: u16) -> FsFuture<'a, ()> {
        Box::pin(async { Ok(()) })
    }
}

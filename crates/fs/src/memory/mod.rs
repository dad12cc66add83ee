//! Files in memory, and faults on demand.

mod faults;
mod file;
mod gate;
mod reader;
mod rule;
mod tree;
mod writer;

use std::{
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};

pub use self::{
    faults::Faults,
    gate::Gate,
    rule::{Fault, FaultRule},
};
use self::{reader::MemoryFileReader, tree::Tree, writer::MemoryFileWriter};
use crate::{
    BlockLocation, CreateOptions, FileReader, FileStatus, FileStatusStream, FileSystem, FileWriter, FsError, FsFuture,
    Operation, Path, Permission, Recursive,
};

/// A file system in memory, for tests: it needs no runtime, has no clock (`modified_ms` counts changes), and fails as
/// its [`Faults`] say. Clones are the same file system. Paths of any scheme and authority lie in it.
///
/// It gives away as little as the trait allows: what is written can be seen after `sync` or `close`, not before.
#[derive(Clone, Default)]
pub struct MemoryFileSystem {
    tree: Arc<Mutex<Tree>>,
    faults: Faults,
}

impl MemoryFileSystem {
    /// An empty one that does not fail.
    pub fn new() -> Self {
        Self::default()
    }

    /// What fails, and when: empty until filled.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// One operation: first what the faults say, then `work`, then its answer, unless that is to be lost.
    async fn perform<T>(
        &self,
        operation: Operation,
        path: &Path,
        work: impl FnOnce(&mut Tree) -> Result<T, FsError>,
    ) -> Result<T, FsError> {
        let outcome = self.faults.meet(operation, path).await?;
        let result = work(&mut self.tree.lock().unwrap_or_else(PoisonError::into_inner));
        outcome.answer(operation, path, result)
    }
}

impl FileSystem for MemoryFileSystem {
    fn status<'a>(&'a self, path: &'a Path) -> FsFuture<'a, FileStatus> {
        self.perform(Operation::Status, path, |tree| tree.status(Operation::Status, path)).boxed()
    }

    fn list<'a>(&'a self, directory: &'a Path) -> FileStatusStream<'a> {
        stream::once(self.perform(Operation::List, directory, |tree| tree.list(directory)))
            .map_ok(|entries| stream::iter(entries).map(Ok))
            .try_flatten()
            .boxed()
    }

    fn open<'a>(&'a self, path: &'a Path) -> FsFuture<'a, Box<dyn FileReader>> {
        async move {
            let content = self.perform(Operation::Open, path, |tree| tree.content(path)).await?;
            Ok(Box::new(MemoryFileReader::new(path, content, self.faults.clone())) as _)
        }
        .boxed()
    }

    fn create<'a>(&'a self, path: &'a Path, options: CreateOptions) -> FsFuture<'a, Box<dyn FileWriter>> {
        async move {
            let writer = |tree: &mut Tree| Ok(MemoryFileWriter::new(self, path, tree.create(path, options.mode)?));
            Ok(Box::new(self.perform(Operation::Create, path, writer).await?) as _)
        }
        .boxed()
    }

    fn rename_no_replace<'a>(&'a self, source: &'a Path, destination: &'a Path) -> FsFuture<'a, ()> {
        self.perform(Operation::Rename, destination, |tree| tree.rename(source, destination)).boxed()
    }

    fn delete<'a>(&'a self, path: &'a Path, recursive: Recursive) -> FsFuture<'a, bool> {
        self.perform(Operation::Delete, path, move |tree| tree.delete(path, recursive)).boxed()
    }

    fn mkdirs<'a>(&'a self, path: &'a Path) -> FsFuture<'a, ()> {
        self.perform(Operation::Mkdirs, path, |tree| tree.mkdirs(path)).boxed()
    }

    fn block_locations<'a>(&'a self, path: &'a Path, range: Range<u64>) -> FsFuture<'a, Vec<BlockLocation>> {
        let operation = Operation::BlockLocations;
        let locate = move |tree: &mut Tree| match tree.status(operation, path)? {
            status if status.is_file() => Ok(BlockLocation::whole_file(status.length, &range)),
            _ => Err(FsError::IsADirectory { operation, path: path.clone() }),
        };
        self.perform(operation, path, locate).boxed()
    }

    fn set_permission<'a>(&'a self, path: &'a Path, _permission: Permission) -> FsFuture<'a, ()> {
        let operation = Operation::SetPermission;
        self.perform(operation, path, move |tree| tree.status(operation, path).map(drop)).boxed()
    }
}

#[cfg(test)]
#[path = "memory_test.rs"]
mod tests;

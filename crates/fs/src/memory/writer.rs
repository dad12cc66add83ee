//! Writing a file in memory.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::{Bytes, BytesMut};
use futures_util::FutureExt;

use super::{Faults, MemoryFileSystem, file::MemoryFile, tree::Tree};
use crate::{FileWriter, FsError, FsFuture, Operation, Path};

/// What may still be done with the file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// An operation has begun and not succeeded.
    Broken,
    /// Closed or discarded.
    Done,
}

pub(super) struct MemoryFileWriter {
    path: Path,
    file: MemoryFile,
    written: BytesMut,
    state: State,
    tree: Arc<Mutex<Tree>>,
    faults: Faults,
}

impl MemoryFileWriter {
    pub(super) fn new(file_system: &MemoryFileSystem, path: &Path, file: MemoryFile) -> Self {
        Self {
            path: path.clone(),
            file,
            written: BytesMut::new(),
            state: State::Open,
            tree: Arc::clone(&file_system.tree),
            faults: file_system.faults.clone(),
        }
    }

    /// One operation on the open file, which takes as many of `bytes` as the faults leave, and then publishes or not.
    async fn perform(&mut self, operation: Operation, bytes: Bytes) -> Result<(), FsError> {
        let before = std::mem::replace(&mut self.state, State::Broken);
        if before != State::Open {
            return Err(FsError::WriterBroken { operation, path: self.path.clone() });
        }
        let outcome = self.faults.meet(operation, &self.path).await?;
        let taken = self.faults.take_space(outcome.limit(bytes.len()));
        self.written.extend_from_slice(bytes.get(..taken).unwrap_or(&bytes));
        if operation != Operation::Write {
            self.file.publish(Bytes::copy_from_slice(&self.written));
        }
        outcome.answer(operation, &self.path, self.all_taken(operation, &outcome, bytes.len(), taken))?;
        self.state = State::Open;
        Ok(())
    }

    fn all_taken(
        &self,
        operation: Operation,
        outcome: &super::rule::Outcome,
        wanted: usize,
        taken: usize,
    ) -> Result<(), FsError> {
        let kind = match taken {
            _ if taken == wanted => return Ok(()),
            _ if taken == outcome.limit(wanted) => io::ErrorKind::WriteZero,
            _ => io::ErrorKind::StorageFull,
        };
        Err(FsError::from_io(operation, &self.path, kind.into()))
    }

    fn discard(&mut self) {
        self.state = State::Done;
        self.tree.lock().unwrap_or_else(PoisonError::into_inner).discard(&self.path, &self.file);
    }
}

impl FileWriter for MemoryFileWriter {
    fn path(&self) -> &Path {
        &self.path
    }

    fn position(&self) -> u64 {
        self.written.len() as u64
    }

    fn write(&mut self, bytes: Bytes) -> FsFuture<'_, ()> {
        self.perform(Operation::Write, bytes).boxed()
    }

    fn sync(&mut self) -> FsFuture<'_, ()> {
        self.perform(Operation::Sync, Bytes::new()).boxed()
    }

    fn close(mut self: Box<Self>) -> FsFuture<'static, ()> {
        async move {
            let closed = self.perform(Operation::Close, Bytes::new()).await;
            if matches!(closed, Ok(()) | Err(FsError::OutcomeUnknown { .. })) {
                self.state = State::Done;
            }
            closed
        }
        .boxed()
    }

    fn abort(mut self: Box<Self>) -> FsFuture<'static, ()> {
        async move {
            let outcome = self.faults.meet(Operation::Abort, &self.path).await;
            if outcome.is_err() {
                self.state = State::Done; // It stays, as a file does whose writer cannot reach its file system.
            }
            let outcome = outcome?;
            self.discard();
            outcome.answer(Operation::Abort, &self.path, Ok(()))
        }
        .boxed()
    }
}

impl Drop for MemoryFileWriter {
    fn drop(&mut self) {
        if self.state != State::Done {
            self.discard();
        }
    }
}

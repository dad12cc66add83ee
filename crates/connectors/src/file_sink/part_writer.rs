//! Writing one part after the other.

use std::sync::Arc;

use bytes::Bytes;
use weft_fs::{CreateOptions, FileSystem, Path};
use weft_record::Record;

use super::part_name::InProgress;
use crate::ConnectorError;

/// A closed part that waits for its final name.
#[derive(Clone, Debug, PartialEq, Eq, Record)]
pub struct PendingPart {
    /// The subtask that wrote it.
    pub subtask: u32,
    /// And which attempt.
    pub attempt: u32,
    /// The name it was written under, without the directory.
    pub name: String,
}

/// Writes the parts of one attempt of a subtask. A part begins with its first byte, so that a subtask without records leaves
/// nothing.
pub(crate) struct PartWriter {
    file_system: Arc<dyn FileSystem>,
    directory: Path,
    next: InProgress,
    open: Option<Box<dyn weft_fs::FileWriter>>,
}

impl PartWriter {
    /// Parts in this directory, the first of them called `first`.
    pub(crate) fn new(file_system: Arc<dyn FileSystem>, directory: Path, first: InProgress) -> Self {
        PartWriter { file_system, directory, next: first, open: None }
    }

    /// Appends to the part.
    pub(crate) async fn write(&mut self, bytes: Bytes) -> Result<(), ConnectorError> {
        let mut file = match self.open.take() {
            Some(file) => file,
            None => {
                let path = self.directory.join(&self.next.to_string());
                self.file_system.create(&path, CreateOptions::NEW).await?
            }
        };
        // Put back only when it was written: a file that is dropped is discarded.
        file.write(bytes).await?;
        self.open = Some(file);
        Ok(())
    }

    /// Makes the part durable and begins the next. `None` when nothing was written.
    pub(crate) async fn close(&mut self) -> Result<Option<PendingPart>, ConnectorError> {
        let Some(mut file) = self.open.take() else { return Ok(None) };
        file.sync().await?;
        file.close().await?;
        let InProgress { subtask, attempt, .. } = self.next;
        let part = PendingPart { subtask, attempt, name: self.next.to_string() };
        self.next.counter += 1;
        Ok(Some(part))
    }

    /// Discards the part that is not closed.
    pub(crate) async fn abort(&mut self) {
        if let Some(file) = self.open.take()
            && let Err(error) = file.abort().await
        {
            tracing::warn!("an unfinished part may remain: {error}");
        }
    }
}

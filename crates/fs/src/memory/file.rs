//! The content of a file in memory.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

/// What readers of a file see; shared by its name and its writer, so that it outlives a rename.
#[derive(Clone, Default)]
pub(super) struct MemoryFile(Arc<Mutex<Bytes>>);

impl MemoryFile {
    pub(super) fn content(&self) -> Bytes {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn publish(&self, content: Bytes) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = content;
    }

    pub(super) fn is(&self, other: &MemoryFile) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

//! The JobManager's blobs, as a session serves them.

use crate::{BlobHash, BlobRef};
use std::path::{Path, PathBuf};

/// A directory of blobs. Its calls are made on threads that may wait.
pub trait Blobs: Send + Sync + 'static {
    /// The file of a blob, where it is here.
    fn file(&self, hash: BlobHash) -> Option<PathBuf>;

    /// Where to write a file that is to become a blob; a name of its own for every call.
    fn new_file(&self) -> PathBuf;

    /// Makes a blob of a file that is written completely. An error is a sentence.
    fn keep(&self, file: &Path) -> Result<BlobRef, String>;
}

//! Work that blocks, away from the threads that must not.

use std::io;

use crate::{FsError, Operation, Path};

/// Runs `work` on a blocking thread of the runtime. Once begun it runs to its end, even if nobody awaits it any more.
pub(super) async fn blocking<T: Send + 'static>(
    operation: Operation,
    path: &Path,
    work: impl FnOnce(&Path) -> Result<T, FsError> + Send + 'static,
) -> Result<T, FsError> {
    let owned = path.clone();
    let stopped = |error| FsError::Io { operation, path: path.clone(), source: io::Error::other(error) };
    tokio::task::spawn_blocking(move || work(&owned)).await.map_err(stopped)?
}

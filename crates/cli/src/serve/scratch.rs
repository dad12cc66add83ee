//! A directory for one process below the temporary one: it goes with the process.
//!
//! A process that is killed cannot remove anything. So each holds a lock on a file in its directory, and whoever starts later removes the
//! directories whose locks nobody holds any more.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Context;

const LOCK: &str = "lock";
/// A directory this young may belong to a process that is about to take its lock.
const YOUNG: Duration = Duration::from_secs(10);

/// The directory. Removed when dropped.
pub(super) struct Scratch {
    path: PathBuf,
    _lock: File,
}

impl Scratch {
    /// Makes `<temporary>/<prefix><unique>` and removes what processes with this prefix have left behind.
    pub(super) fn make(temporary: &Path, prefix: &str, unique: &str) -> anyhow::Result<Self> {
        let path = temporary.join(format!("{prefix}{unique}"));
        fs::create_dir_all(&path).with_context(|| format!("cannot make the directory {}", path.display()))?;
        let lock = File::create_new(path.join(LOCK)).and_then(|lock| lock.lock().map(|()| lock));
        let lock = lock.with_context(|| format!("cannot lock the directory {}", path.display()))?;
        sweep(temporary, prefix);
        Ok(Scratch { path, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(path = %self.path.display(), "a directory is left behind: {error}");
        }
    }
}

fn sweep(temporary: &Path, prefix: &str) {
    for entry in fs::read_dir(temporary).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with(prefix) && is_abandoned(&path) {
            match fs::remove_dir_all(&path) {
                Ok(()) => tracing::info!(path = %path.display(), "removed what a process that was killed had left"),
                Err(error) => tracing::warn!(path = %path.display(), "what a process left cannot be removed: {error}"),
            }
        }
    }
}

/// Whether a process held the directory and holds it no more.
fn is_abandoned(directory: &Path) -> bool {
    let lock = directory.join(LOCK);
    let made = fs::metadata(&lock).and_then(|data| data.modified());
    let old = made.is_ok_and(|made| SystemTime::now().duration_since(made).is_ok_and(|age| age >= YOUNG));
    old && File::open(&lock).is_ok_and(|lock| lock.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_killed_processes_left_is_removed_and_nothing_else() {
        let temporary = tempfile::tempdir().unwrap();
        let other = temporary.path().join("weft-x-other");
        let dead = temporary.path().join("weft-x-dead");
        let young = temporary.path().join("weft-x-young");
        for made in [&other, &dead, &young] {
            fs::create_dir(made).unwrap();
        }
        let long_ago = SystemTime::now() - YOUNG;
        File::create(dead.join(LOCK)).unwrap().set_modified(long_ago).unwrap();
        File::create(young.join(LOCK)).unwrap();
        let living = Scratch::make(temporary.path(), "weft-x-", "living").unwrap();
        File::options().write(true).open(living.path().join(LOCK)).unwrap().set_modified(long_ago).unwrap();
        let last = Scratch::make(temporary.path(), "weft-x-", "last").unwrap();
        assert!(other.exists() && young.exists() && living.path().exists() && !dead.exists());
        let paths = (living.path().to_owned(), last.path().to_owned());
        drop((living, last));
        assert!(!paths.0.exists() && !paths.1.exists());
    }
}

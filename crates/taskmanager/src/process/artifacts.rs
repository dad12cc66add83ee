//! Programs, kept by the hash of their content.
//!
//! A file of the cache appears by a rename, complete and durable, and is never written again: whoever has its path may execute it. Whoever
//! uses one holds an [`Artifact`]; while any is held the file stays. What nobody uses is removed after an hour, or before, the longest unused
//! first, when the cache is larger than it may be. The directory belongs to one process and goes with it.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use weft_rpc::{BlobHash, BlobRef, RpcError};

/// How long an artifact stays that nobody uses.
const KEPT_UNUSED: Duration = Duration::from_secs(3600);

/// Artifacts in a directory.
pub struct ArtifactCache {
    directory: PathBuf,
    /// Bytes that all artifacts together may have before unused ones go early.
    limit: u64,
    entries: Mutex<HashMap<BlobHash, Arc<Entry>>>,
}

/// One artifact, there or on its way.
struct Entry {
    blob: BlobRef,
    path: PathBuf,
    /// Held by whoever fetches it; true once it is there.
    there: tokio::sync::Mutex<bool>,
    usage: Mutex<Usage>,
}

#[derive(Clone, Copy)]
struct Usage {
    users: usize,
    /// When the last one stopped.
    unused_since: Instant,
}

/// An artifact in use.
pub struct Artifact {
    entry: Arc<Entry>,
}

impl ArtifactCache {
    /// A cache in `directory`, which is made, and in which nothing is expected.
    pub fn new(directory: PathBuf, limit: u64) -> io::Result<Self> {
        fs::create_dir_all(&directory)?;
        Ok(ArtifactCache { directory, limit, entries: Mutex::default() })
    }

    /// The artifact; fetched once however many ask for it at a time. `fetch` writes the file it is given, which is not there yet, and returns
    /// when it is complete, checked against its hash, and durable.
    pub async fn get(
        &self,
        blob: BlobRef,
        fetch: impl AsyncFnOnce(&Path) -> Result<(), RpcError>,
    ) -> Result<Artifact, RpcError> {
        let artifact = self.enter(blob);
        let mut there = artifact.entry.there.lock().await;
        if !*there {
            let partial = artifact.entry.path.with_extension("part");
            remove(&partial)?;
            fetch(&partial).await?;
            publish(&partial, &artifact.entry.path, &self.directory)?;
            *there = true;
        }
        drop(there);
        self.clean_up(Instant::now());
        Ok(artifact)
    }

    fn enter(&self, blob: BlobRef) -> Artifact {
        let mut entries = self.lock();
        let entry = entries.entry(blob.hash).or_insert_with(|| {
            let path = self.directory.join(blob.hash.to_string());
            let usage = Usage { users: 0, unused_since: Instant::now() };
            Arc::new(Entry { blob, path, there: tokio::sync::Mutex::new(false), usage: Mutex::new(usage) })
        });
        // Counted while the table is locked: an entry in use is not removed.
        entry.usage().users += 1;
        Artifact { entry: entry.clone() }
    }

    /// Removes what has not been used for an hour at `now`, and of the rest what is too much.
    pub fn clean_up(&self, now: Instant) {
        let mut entries = self.lock();
        let mut unused: Vec<_> = entries.values().filter(|entry| entry.usage().users == 0).cloned().collect();
        unused.sort_by_key(|entry| entry.usage().unused_since);
        let mut total: u64 = entries.values().map(|entry| entry.blob.length).sum();
        for entry in unused {
            let old = now.saturating_duration_since(entry.usage().unused_since) >= KEPT_UNUSED;
            if !old && total <= self.limit {
                continue;
            }
            if let Err(error) = remove(&entry.path) {
                tracing::warn!(path = %entry.path.display(), "an unused artifact cannot be removed: {error}");
                continue;
            }
            total -= entry.blob.length;
            entries.remove(&entry.blob.hash);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<BlobHash, Arc<Entry>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn usage(&self) -> MutexGuard<'_, Usage> {
        self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Artifact {
    /// The file: readable and executable by its owner, and never changed.
    pub fn path(&self) -> &Path {
        &self.entry.path
    }
}

impl Drop for Artifact {
    fn drop(&mut self) {
        let mut usage = self.entry.usage();
        usage.users -= 1;
        usage.unused_since = Instant::now();
    }
}

fn remove(path: &Path) -> Result<(), RpcError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(RpcError::Io { doing: "removing an artifact", source })
        }
        _ => Ok(()),
    }
}

/// Makes a complete file visible under its name.
fn publish(partial: &Path, path: &Path, directory: &Path) -> Result<(), RpcError> {
    let made = fs::set_permissions(partial, fs::Permissions::from_mode(0o500))
        .and_then(|()| fs::rename(partial, path))
        .and_then(|()| fs::File::open(directory)?.sync_all());
    made.map_err(|source| RpcError::Io { doing: "keeping an artifact", source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn blob(number: u8) -> BlobRef {
        BlobRef { hash: BlobHash([number; 32]), length: 100 }
    }

    async fn fetched(path: &Path) -> Result<(), RpcError> {
        fs::write(path, [7; 100]).map_err(|source| RpcError::Io { doing: "testing", source })
    }

    fn files(directory: &Path) -> usize {
        fs::read_dir(directory).unwrap().count()
    }

    #[tokio::test]
    async fn an_artifact_is_fetched_once_however_many_want_it() {
        let directory = tempfile::tempdir().unwrap();
        let cache = ArtifactCache::new(directory.path().join("a"), 1000).unwrap();
        let fetches = AtomicUsize::new(0);
        let get = || {
            cache.get(blob(1), async |path| {
                fetches.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                fetched(path).await
            })
        };
        let (first, second, third) = tokio::join!(get(), get(), get());
        let (first, second, third) = (first.unwrap(), second.unwrap(), third.unwrap());
        assert_eq!(fetches.load(Ordering::SeqCst), 1);
        assert_eq!((first.path(), second.path()), (second.path(), third.path()));
        assert_eq!(fs::read(first.path()).unwrap(), [7; 100]);
        assert_eq!(fs::metadata(first.path()).unwrap().permissions().mode() & 0o777, 0o500);
    }

    #[tokio::test]
    async fn a_fetch_that_failed_leaves_nothing_in_the_way() {
        let directory = tempfile::tempdir().unwrap();
        let cache = ArtifactCache::new(directory.path().to_owned(), 1000).unwrap();
        let failing = cache.get(blob(1), async |path| {
            fs::write(path, [1; 10]).unwrap();
            Err(RpcError::Io { doing: "testing", source: io::Error::other("cut") })
        });
        assert!(failing.await.is_err());
        let artifact = cache.get(blob(1), fetched).await.unwrap();
        assert_eq!(fs::read(artifact.path()).unwrap().len(), 100);
        assert_eq!(files(directory.path()), 1);
    }

    #[tokio::test]
    async fn what_nobody_uses_goes_after_an_hour() {
        let directory = tempfile::tempdir().unwrap();
        let cache = ArtifactCache::new(directory.path().to_owned(), 1000).unwrap();
        let used = cache.get(blob(1), fetched).await.unwrap();
        drop(cache.get(blob(2), fetched).await.unwrap());
        cache.clean_up(Instant::now() + KEPT_UNUSED - Duration::from_secs(5));
        assert_eq!(files(directory.path()), 2);
        cache.clean_up(Instant::now() + KEPT_UNUSED);
        assert_eq!(files(directory.path()), 1);
        assert!(used.path().exists());
        // It is fetched anew when it is wanted again.
        let again = cache.get(blob(2), fetched).await.unwrap();
        assert!(again.path().exists());
    }

    #[tokio::test]
    async fn the_longest_unused_goes_first_when_there_is_too_much() {
        let directory = tempfile::tempdir().unwrap();
        let cache = ArtifactCache::new(directory.path().to_owned(), 250).unwrap();
        let used = cache.get(blob(1), fetched).await.unwrap();
        let second = cache.get(blob(2), fetched).await.unwrap();
        let third = cache.get(blob(3), fetched).await.unwrap();
        assert_eq!(files(directory.path()), 3, "what is in use stays, whatever the limit");
        let (second_path, third_path) = (second.path().to_owned(), third.path().to_owned());
        drop(third);
        drop(second);
        cache.clean_up(Instant::now());
        assert!(used.path().exists() && second_path.exists() && !third_path.exists());
    }
}

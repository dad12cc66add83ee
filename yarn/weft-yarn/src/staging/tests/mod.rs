//! Staging in memory, with faults, and on the local disk.

mod application;
mod sweeping;
mod uploading;
mod visibility;

use super::*;
use bytes::Bytes;
use std::sync::atomic::{AtomicU64, Ordering};
use weft_fs::{CreateOptions, FsError, MemoryFileSystem};

/// Bytes that are different every time, and the same in every run.
fn entropy() -> Arc<dyn Entropy> {
    let next = AtomicU64::new(1);
    Arc::new(move |bytes: &mut [u8]| {
        let number = next.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        bytes.iter_mut().zip(number.iter().cycle()).for_each(|(byte, number)| *byte = *number);
    })
}

fn path(text: &str) -> Path {
    Path::parse(text).unwrap()
}

fn app(id: i32) -> ApplicationId {
    ApplicationId { id, cluster_timestamp: 1_700_000_000_000 }
}

/// A file system with a source file, and the staging directory of a user in it.
struct Home {
    fs: MemoryFileSystem,
    staging: Staging,
}

impl Home {
    async fn new() -> Self {
        let fs = MemoryFileSystem::new();
        fs.mkdirs(&path("/local")).await.unwrap();
        let staging = Staging::new(Arc::new(fs.clone()), &path("/user/etl"), None, entropy());
        Home { fs, staging }
    }

    /// Another client of the same directory.
    fn other_client(&self) -> Staging {
        let entropy: Arc<dyn Entropy> = Arc::new(|bytes: &mut [u8]| bytes.fill(0xee));
        Staging::new(Arc::new(self.fs.clone()), &path("/user/etl"), None, entropy)
    }

    async fn source(&self, name: &str, content: &'static [u8]) -> (Source, ArtifactName) {
        let path = path("/local").join(name);
        write(&self.fs, &path, content).await;
        let source = Source { fs: Arc::new(self.fs.clone()), path };
        let name = source.name().await.unwrap();
        (source, name)
    }

    async fn cached(&self) -> Vec<String> {
        names(&self.fs, "/user/etl/.weft/cache").await
    }
}

async fn write(fs: &dyn FileSystem, path: &Path, content: &'static [u8]) {
    let mut writer = fs.create(path, CreateOptions::OVERWRITE).await.unwrap();
    writer.write(Bytes::from_static(content)).await.unwrap();
    writer.close().await.unwrap();
}

/// The names in a directory, in order; none if it is not there.
async fn names(fs: &dyn FileSystem, directory: &str) -> Vec<String> {
    match fs.list_all(&path(directory)).await {
        Ok(entries) => entries.iter().filter_map(|entry| entry.path.file_name().map(str::to_owned)).collect(),
        Err(FsError::NotFound { .. }) => Vec::new(),
        Err(error) => panic!("{error}"),
    }
}

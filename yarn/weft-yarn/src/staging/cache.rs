//! Artifacts that are uploaded once.

use std::fmt;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use sha2::{Digest, Sha256};
use weft_fs::{CreateOptions, FileReader, FileStatus, FileSystem, FsError, Path, Recursive};

use super::{ArtifactName, Staging};
use crate::DeployError;
use crate::launch::{LaunchFile, Visibility};

/// How much is read at a time.
const CHUNK: usize = 1 << 20;
/// How often a rename is tried of which nobody tells how it went.
const TRIES: u32 = 3;

/// A file to be staged.
#[derive(Clone)]
pub struct Source {
    /// The file system it lies in.
    pub fs: Arc<dyn FileSystem>,
    /// Where it is.
    pub path: Path,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({})", self.path)
    }
}

/// An artifact in the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staged {
    /// Its name.
    pub name: ArtifactName,
    /// The file, for containers of the user's applications.
    pub file: LaunchFile,
    /// How many bytes were sent for it: 0 when it was there.
    pub uploaded: u64,
}

impl Source {
    /// Reads the file for its name.
    ///
    /// # Errors
    /// Those of reading.
    pub async fn name(&self) -> Result<ArtifactName, DeployError> {
        let reader = self.fs.open(&self.path).await?;
        let mut hash = Sha256::new();
        let mut length = 0;
        while let Some(chunk) = next_chunk(&*reader, length).await? {
            hash.update(&chunk);
            length += chunk.len() as u64;
        }
        Ok(ArtifactName { sha256: hash.finalize().into(), length, suffix: "" })
    }
}

async fn next_chunk(reader: &dyn FileReader, offset: u64) -> Result<Option<Bytes>, FsError> {
    let chunk = reader.read_at(offset, BytesMut::zeroed(CHUNK)).await?.freeze();
    Ok(Some(chunk).filter(|chunk| !chunk.is_empty()))
}

impl Staging {
    /// Makes sure that an artifact is in the cache. It must be listed by the application that uses it before: see
    /// [`ApplicationDirectory::list_artifacts`](super::ApplicationDirectory::list_artifacts).
    ///
    /// # Errors
    /// Those of the file systems; [`DeployError::Damaged`] when a file of that name is another; [`DeployError::Refused`] when the
    /// source changed meanwhile.
    pub async fn stage(&self, name: ArtifactName, source: &Source) -> Result<Staged, DeployError> {
        let target = self.cache().join(&name.to_string());
        if let Some(found) = self.find(&target).await? {
            return staged(name, found, 0);
        }
        self.fs.mkdirs(&self.cache()).await?;
        let upload = self.cache().join(&self.unique("upload-"));
        let sent = self.upload(name, source, &upload).await;
        let settled = match sent {
            Ok(()) => self.settle(&upload, &target).await,
            Err(error) => Err(error),
        };
        if settled.as_ref().map_or(true, |renamed| !renamed) {
            // Another one was faster, or nothing came of it. What stays behind is found by the sweep.
            let _left_to_the_sweep = self.fs.delete(&upload, Recursive::No).await;
        }
        let sent = if settled? { name.length } else { 0 };
        staged(name, self.fs.status(&target).await?, sent)
    }

    async fn find(&self, path: &Path) -> Result<Option<FileStatus>, FsError> {
        match self.fs.status(path).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn upload(&self, name: ArtifactName, source: &Source, upload: &Path) -> Result<(), DeployError> {
        let sent = self.copy(source, upload, CreateOptions::NEW).await?;
        if !sent.is_same_content(name) {
            let path = &source.path;
            return Err(DeployError::Refused(format!(
                "{path} changed while it was uploaded: leave it alone, and submit again"
            )));
        }
        Ok(())
    }

    /// Writes what a file holds to a new one; gives what it was.
    pub(super) async fn copy(
        &self,
        source: &Source,
        target: &Path,
        options: CreateOptions,
    ) -> Result<ArtifactName, DeployError> {
        let reader = source.fs.open(&source.path).await?;
        let mut writer = self.fs.create(target, options).await?;
        let mut hash = Sha256::new();
        while let Some(chunk) = next_chunk(&*reader, writer.position()).await? {
            hash.update(&chunk);
            writer.write(chunk).await?;
        }
        let sent = ArtifactName { sha256: hash.finalize().into(), length: writer.position(), suffix: "" };
        writer.sync().await?;
        writer.close().await?;
        if let Some(copies) = self.replication {
            self.fs.set_replication(target, copies).await?;
        }
        Ok(sent)
    }

    /// Gives an upload its name; says whether it has it, or another upload was faster.
    async fn settle(&self, upload: &Path, target: &Path) -> Result<bool, DeployError> {
        let mut tries = 1;
        loop {
            match self.fs.rename_no_replace(upload, target).await {
                Ok(()) => return Ok(true),
                Err(FsError::AlreadyExists { .. }) => return Ok(false),
                Err(FsError::OutcomeUnknown { .. }) if self.find(upload).await?.is_none() => return Ok(true),
                Err(FsError::OutcomeUnknown { .. }) if tries < TRIES => tries += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }
}

fn staged(name: ArtifactName, found: FileStatus, uploaded: u64) -> Result<Staged, DeployError> {
    let FileStatus { path, length, modified_ms, .. } = found;
    if length != name.length {
        return Err(DeployError::Damaged { path, found: length, expected: name.length });
    }
    let archive = false;
    let file = LaunchFile { path, length, modified_ms, visibility: Visibility::User, archive };
    Ok(Staged { name, file, uploaded })
}

//! Artifacts that are uploaded once.

use std::fmt;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use sha2::{Digest, Sha256};
use weft_fs::{CreateOptions, FileReader, FileStatus, FileSystem, FsError, Path, Recursive, Rewrites};

use super::sweep::UPLOAD;
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
        let (upload, sent) = self.copy(source, || self.cache().join(&self.unique(UPLOAD)), CreateOptions::NEW).await?;
        let settled = match sent.is_same_content(name) {
            true => self.settle(&upload, &target).await,
            false => Err(DeployError::Refused(format!(
                "{} changed while it was uploaded: leave it alone, and submit again",
                source.path
            ))),
        };
        if settled.as_ref().map_or(true, |renamed| !renamed) {
            // Another one was faster, or nothing came of it.
            self.forget(&upload).await;
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

    /// Writes what a file holds to a new one, and to another when that fails; gives which it is, and what it was.
    pub(super) async fn copy(
        &self,
        source: &Source,
        new_name: impl Fn() -> Path,
        options: CreateOptions,
    ) -> Result<(Path, ArtifactName), DeployError> {
        let mut rewrites = Rewrites::default();
        loop {
            let target = new_name();
            match self.copy_to(source, &target, options).await {
                Ok(sent) => return Ok((target, sent)),
                Err(error) => self.before_another(&target, error, &mut rewrites).await?,
            }
        }
    }

    async fn copy_to(&self, source: &Source, target: &Path, options: CreateOptions) -> Result<ArtifactName, FsError> {
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
        self.replicate(target).await?;
        Ok(sent)
    }

    /// Has a file as often as is configured.
    pub(super) async fn replicate(&self, file: &Path) -> Result<(), FsError> {
        match self.replication {
            Some(copies) => self.fs.set_replication(file, copies).await,
            None => Ok(()),
        }
    }

    /// Clears up after a file that could not be written, whose name is its own; an error unless it is worth writing again.
    pub(super) async fn before_another(
        &self,
        target: &Path,
        error: FsError,
        rewrites: &mut Rewrites,
    ) -> Result<(), FsError> {
        self.forget(target).await;
        match rewrites.again(&error).await {
            true => {
                tracing::warn!("{error}; it is written again under another name");
                Ok(())
            }
            false => Err(error),
        }
    }

    /// Removes a file of which nothing came. What stays behind is found by the sweep.
    pub(super) async fn forget(&self, target: &Path) {
        let _left_to_the_sweep = self.fs.delete(target, Recursive::No).await;
    }

    /// Gives an upload its name; says whether it has it, or another upload was faster.
    pub(super) async fn settle(&self, upload: &Path, target: &Path) -> Result<bool, DeployError> {
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
    if found.length != name.length {
        return Err(DeployError::Damaged { path: found.path, found: found.length, expected: name.length });
    }
    Ok(Staged { name, file: LaunchFile::of(found, Visibility::User), uploaded })
}

//! What belongs to one application.

use std::collections::BTreeSet;

use bytes::Bytes;
use weft_fs::{CreateOptions, FsError, Operation, Path, Permission, Recursive, Rewrites};

use super::{ArtifactName, Source, Staging};
use crate::DeployError;
use crate::launch::{LaunchFile, Visibility};

/// The file with the word by which the application's REST knows its owner, readable by the owner alone.
pub const BEARER_FILE: &str = "secret";
/// What lists of artifacts are called.
const LIST: &str = "artifacts-";
/// What copies of files are called.
const COPY: &str = "copy-";
/// What files are called before they are complete.
const WRITING: &str = "writing-";
/// How its files are made.
const FOR_OWNER: CreateOptions = CreateOptions::NEW.with_permission(Permission::OWNER_ONLY);
/// Nobody else even enters.
const OWNER_ENTERS: Permission = Permission::from_mode(0o700);
/// A list is as long as this many names at most; what is longer is none.
const MAX_LIST: u64 = 1 << 20;

/// `.weft/apps/<application>`.
#[derive(Clone, Debug)]
pub struct ApplicationDirectory {
    staging: Staging,
    path: Path,
}

impl ApplicationDirectory {
    pub(super) fn new(staging: Staging, path: Path) -> Self {
        ApplicationDirectory { staging, path }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes it, for its owner alone.
    ///
    /// # Errors
    /// Those of the file system.
    pub async fn create(&self) -> Result<(), DeployError> {
        self.staging.fs.mkdirs(&self.path).await?;
        Ok(self.staging.fs.set_permission(&self.path, OWNER_ENTERS).await?)
    }

    /// Says which artifacts the application will use, so that the sweep spares them; to be done before they are staged. Others may be
    /// added later.
    ///
    /// # Errors
    /// Those of the file system.
    pub async fn list_artifacts(&self, names: &[ArtifactName]) -> Result<(), DeployError> {
        let text: String = names.iter().map(|name| format!("{name}\n")).collect();
        self.write(LIST, text.into()).await.map(drop)
    }

    /// Stores a copy of a file that belongs to this application alone; of an archive, with its suffix.
    ///
    /// # Errors
    /// Those of the file systems.
    pub async fn copy(&self, source: &Source, suffix: &str) -> Result<LaunchFile, DeployError> {
        let new_name = || self.path.join(&(self.staging.unique(COPY) + suffix));
        let (path, _) = self.staging.copy(source, new_name, FOR_OWNER).await?;
        self.launch_file(&path).await
    }

    /// Stores a file that containers of the application get, and that its owner alone may read.
    ///
    /// # Errors
    /// Those of the file system.
    pub async fn put(&self, name: &str, content: Bytes) -> Result<LaunchFile, DeployError> {
        let path = self.path.join(name);
        let written = self.write(WRITING, content).await?;
        if self.staging.settle(&written, &path).await? {
            return self.launch_file(&path).await;
        }
        self.staging.forget(&written).await;
        Err(FsError::AlreadyExists { operation: Operation::Rename, path }.into())
    }

    async fn launch_file(&self, path: &Path) -> Result<LaunchFile, DeployError> {
        Ok(LaunchFile::of(self.staging.fs.status(path).await?, Visibility::Application))
    }

    /// Reads a file of it.
    ///
    /// # Errors
    /// Those of the file system.
    pub async fn read(&self, name: &str) -> Result<Bytes, DeployError> {
        Ok(self.staging.read(&self.path.join(name)).await?)
    }

    /// Removes it with all that is in it; says whether it was there.
    ///
    /// # Errors
    /// Those of the file system.
    pub async fn remove(&self) -> Result<bool, DeployError> {
        Ok(self.staging.fs.delete(&self.path, Recursive::Yes).await?)
    }

    /// Writes a file of a new name, and another when that fails; gives which it is.
    async fn write(&self, prefix: &str, content: Bytes) -> Result<Path, DeployError> {
        let mut rewrites = Rewrites::default();
        loop {
            let path = self.path.join(&self.staging.unique(prefix));
            match self.write_to(&path, content.clone()).await {
                Ok(()) => return Ok(path),
                Err(error) => self.staging.before_another(&path, error, &mut rewrites).await?,
            }
        }
    }

    async fn write_to(&self, path: &Path, content: Bytes) -> Result<(), FsError> {
        let mut writer = self.staging.fs.create(path, FOR_OWNER).await?;
        writer.write(content).await?;
        // Closed, it is on all DataNodes. That their disks have it, too, would be worth a wait only if it were to outlive the application.
        writer.close().await?;
        self.staging.replicate(path).await
    }

    /// The artifacts it uses; `None` if a list of them cannot be read.
    pub(super) async fn artifacts(&self) -> Result<Option<BTreeSet<ArtifactName>>, DeployError> {
        let mut all = BTreeSet::new();
        for entry in self.staging.fs.list_all(&self.path).await? {
            if !entry.path.file_name().is_some_and(|name| name.starts_with(LIST)) {
                continue;
            }
            if entry.length > MAX_LIST {
                return Ok(None);
            }
            let text = self.staging.read(&entry.path).await?;
            let Ok(text) = std::str::from_utf8(&text) else { return Ok(None) };
            for line in text.lines() {
                let Ok(name) = line.parse() else { return Ok(None) };
                all.insert(name);
            }
        }
        Ok(Some(all))
    }
}

impl Staging {
    pub(super) async fn read(&self, path: &Path) -> Result<Bytes, weft_fs::FsError> {
        let reader = self.fs.open(path).await?;
        reader.read_range(0..reader.length()).await
    }
}

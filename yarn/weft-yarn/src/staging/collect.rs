//! The sweep carried out.

use std::collections::BTreeSet;

use futures_util::TryStreamExt;
use weft_fs::{FileStatus, FsError, Path, Recursive};
use weft_yarn_client::proto::ApplicationId;

use super::sweep::{TRASH, UPLOAD};
use super::{ArtifactName, StagedApplication, Staging, Survey, SweepPlan};
use crate::DeployError;

/// What a sweep removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Applications' directories.
    pub applications: u64,
    /// Artifacts.
    pub artifacts: u64,
    /// Uploads of which nothing came.
    pub uploads: u64,
    /// Artifacts that were spared because somebody listed them meanwhile.
    pub spared: u64,
}

impl Staging {
    /// Looks at everything.
    ///
    /// # Errors
    /// Those of the file system.
    pub async fn survey(&self) -> Result<Survey, DeployError> {
        Ok(Survey { cached: self.entries(&self.cache()).await?, applications: self.staged_applications().await? })
    }

    async fn staged_applications(&self) -> Result<Vec<StagedApplication>, DeployError> {
        let mut applications = Vec::new();
        for entry in self.entries(&self.applications()).await? {
            let Some(application) = entry.path.file_name().and_then(|name| name.parse::<ApplicationId>().ok()) else {
                continue;
            };
            let artifacts = match self.application(application).artifacts().await {
                Ok(artifacts) => artifacts,
                Err(DeployError::Fs(error)) if error.is_not_found() => continue,
                Err(DeployError::Fs(FsError::PermissionDenied { .. })) => None,
                Err(error) => return Err(error),
            };
            applications.push(StagedApplication { application, modified_ms: entry.modified_ms, artifacts });
        }
        Ok(applications)
    }

    /// What is in a directory; nothing if it is not there.
    async fn entries(&self, directory: &Path) -> Result<Vec<FileStatus>, DeployError> {
        match self.fs.list(directory).try_collect().await {
            Ok(entries) => Ok(entries),
            Err(error) if error.is_not_found() => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes what is planned, except what somebody has listed meanwhile.
    ///
    /// # Errors
    /// Those of the file system, after which another sweep goes on.
    pub async fn sweep(&self, plan: &SweepPlan) -> Result<Swept, DeployError> {
        let mut swept = Swept::default();
        for application in &plan.applications {
            swept.applications += u64::from(self.application(*application).remove().await?);
        }
        for upload in plan.uploads.iter().filter(|name| name.starts_with(UPLOAD)) {
            swept.uploads += u64::from(self.fs.delete(&self.cache().join(upload), Recursive::No).await?);
        }
        for artifact in &plan.stranded {
            swept.spared += u64::from(self.move_back(*artifact).await?);
        }
        for artifact in &plan.artifacts {
            self.move_away(*artifact).await?;
        }
        // Whoever lists one from now on finds that it is not there.
        let listed = self.listed().await?;
        for artifact in &plan.artifacts {
            match listed.as_ref().is_none_or(|listed| listed.contains(artifact)) {
                true => swept.spared += u64::from(self.move_back(*artifact).await?),
                false => swept.artifacts += u64::from(self.fs.delete(&self.trash(*artifact), Recursive::No).await?),
            }
        }
        Ok(swept)
    }

    /// Everything that is listed; `None` if that cannot be read.
    async fn listed(&self) -> Result<Option<BTreeSet<ArtifactName>>, DeployError> {
        let lists = self.staged_applications().await?.into_iter().map(|staged| staged.artifacts);
        let lists: Option<Vec<_>> = lists.collect();
        Ok(lists.map(|lists| lists.into_iter().flatten().collect()))
    }

    async fn move_away(&self, artifact: ArtifactName) -> Result<(), DeployError> {
        let from = self.cache().join(&artifact.to_string());
        match self.fs.rename_no_replace(&from, &self.trash(artifact)).await {
            // It is there already, after a sweep that was broken off, or with another.
            Ok(()) | Err(FsError::AlreadyExists { .. } | FsError::OutcomeUnknown { .. }) => Ok(()),
            Err(error) if error.is_not_found() => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Says whether there was anything to move.
    async fn move_back(&self, artifact: ArtifactName) -> Result<bool, DeployError> {
        let (trash, target) = (self.trash(artifact), self.cache().join(&artifact.to_string()));
        match self.fs.rename_no_replace(&trash, &target).await {
            Ok(()) => Ok(true),
            // Whoever listed it has uploaded it meanwhile.
            Err(FsError::AlreadyExists { .. }) => Ok(self.fs.delete(&trash, Recursive::No).await?),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn trash(&self, artifact: ArtifactName) -> Path {
        self.cache().join(&format!("{TRASH}{artifact}"))
    }
}

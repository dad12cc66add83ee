//! What of the staging directory nobody needs any more.

use std::collections::BTreeSet;
use std::time::Duration;

use weft_fs::FileStatus;
use weft_yarn_client::proto::ApplicationId;

use super::ArtifactName;

/// Whether an application still needs what it staged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplicationLife {
    /// It runs, or will.
    Alive,
    /// It has ended.
    Over,
    /// The ResourceManager knows nothing of it: it is not submitted yet, or was forgotten.
    Unknown,
}

/// The directory of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagedApplication {
    /// Which one.
    pub application: ApplicationId,
    /// When something was last put into it, in milliseconds since 1970.
    pub modified_ms: i64,
    /// The artifacts it uses; `None` if that cannot be read.
    pub artifacts: Option<BTreeSet<ArtifactName>>,
}

/// What lies in a staging directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// The files of the cache.
    pub cached: Vec<FileStatus>,
    /// The directories of applications.
    pub applications: Vec<StagedApplication>,
}

/// What is to be removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SweepPlan {
    /// Applications that are gone.
    pub applications: Vec<ApplicationId>,
    /// Artifacts that nobody lists, under their own names or in the trash.
    pub artifacts: Vec<ArtifactName>,
    /// Artifacts that are used and that a sweep has moved away which was broken off: they are moved back.
    pub stranded: Vec<ArtifactName>,
    /// Uploads of which nothing came, by the name of their file.
    pub uploads: Vec<String>,
    /// Bytes that this makes free, without applications' own files.
    pub bytes: u64,
    /// Applications whose lists cannot be read: because of them no artifact is removed.
    pub unreadable: Vec<ApplicationId>,
}

impl Survey {
    /// Decides what goes. Nothing does that is younger than `grace`, except applications that have ended: one that the ResourceManager
    /// does not know may be about to be submitted, and an artifact that nobody lists may just have been uploaded by an older client.
    pub fn plan(&self, now_ms: i64, grace: Duration, life: impl Fn(ApplicationId) -> ApplicationLife) -> SweepPlan {
        let grace_ms = i64::try_from(grace.as_millis()).unwrap_or(i64::MAX);
        let old = |modified_ms: i64| now_ms.saturating_sub(modified_ms) >= grace_ms;
        let gone = |staged: &&StagedApplication| match life(staged.application) {
            ApplicationLife::Alive => false,
            ApplicationLife::Over => true,
            ApplicationLife::Unknown => old(staged.modified_ms),
        };
        let (gone, kept): (Vec<_>, Vec<_>) = self.applications.iter().partition(gone);
        let mut plan = SweepPlan {
            applications: gone.iter().map(|staged| staged.application).collect(),
            unreadable: kept.iter().filter(|s| s.artifacts.is_none()).map(|s| s.application).collect(),
            ..SweepPlan::default()
        };
        let used: BTreeSet<_> = kept.iter().filter_map(|staged| staged.artifacts.as_ref()).flatten().copied().collect();
        for file in self.cached.iter().filter(|file| old(file.modified_ms)) {
            plan.add(file, &used);
        }
        let moved_away = self.cached.iter().filter_map(|file| file.path.file_name()?.strip_prefix(TRASH)?.parse().ok());
        plan.stranded = moved_away.filter(|artifact| used.contains(artifact)).collect();
        plan.artifacts.sort_unstable();
        plan.artifacts.dedup();
        plan
    }
}

impl SweepPlan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.applications.is_empty() && self.artifacts.is_empty() && self.stranded.is_empty() && self.uploads.is_empty()
    }

    fn add(&mut self, file: &FileStatus, used: &BTreeSet<ArtifactName>) {
        let Some(name) = file.path.file_name() else { return };
        if name.starts_with(UPLOAD) {
            self.uploads.push(name.to_owned());
            self.bytes += file.length;
        } else if let Some(artifact) = artifact(name).filter(|artifact| !used.contains(artifact))
            && self.unreadable.is_empty()
        {
            self.artifacts.push(artifact);
            self.bytes += file.length;
        }
    }
}

/// What uploads and artifacts on their way out are called.
pub(super) const UPLOAD: &str = "upload-";
pub(super) const TRASH: &str = "trash-";

/// The artifact that a file of the cache is. What is called otherwise is not ours.
fn artifact(name: &str) -> Option<ArtifactName> {
    name.strip_prefix(TRASH).unwrap_or(name).parse().ok()
}

//! What applications need, in a file system that all nodes reach.
//!
//! ```text
//! <staging directory>/.weft/
//!   cache/<sha256>-<length>      an artifact (of an archive, with its suffix): never changed, used by every application of the user that has it
//!   cache/upload-<unique>        one that is being uploaded
//!   cache/trash-<name>           one that the sweep is about to remove
//!   apps/<application>/          0700: what belongs to one application
//!     artifacts-<unique>         names of artifacts it uses, one a line
//!     …                          its configuration, its secret (0600)
//! ```
//!
//! # Uploading
//!
//! An artifact is written under a name of its own and renamed without replacing. Of two that upload the same at once one wins, and both
//! use what it renamed: a node compares a file's modification time with the one that a container was asked for with, so a file may
//! never be replaced, not even by the same bytes. What cannot be written to its end is written again under another name
//! ([`weft_fs::Rewrites`]): the source still has it.
//!
//! # Sweeping
//!
//! An application lists the artifacts it will use *before* it looks whether they are there. The sweep takes an artifact that nobody
//! lists, and that is older than a grace, out of the way by renaming it; then it reads all lists again, and removes it only if it is
//! still in none; otherwise it is renamed back. So either the application looks after the first renaming and finds nothing, and uploads; or
//! it looked before, and its list is found by the second reading. No order of the two loses a file that is used.

mod application;
mod cache;
mod collect;
mod name;
mod public;
mod sweep;
#[cfg(test)]
mod tests;

pub use application::{ApplicationDirectory, BEARER_FILE};
pub use cache::{Source, Staged};
pub use collect::Swept;
pub use name::{ArtifactName, NotAnArtifact};
pub use public::Publicity;
pub use sweep::{ApplicationLife, StagedApplication, Survey, SweepPlan};

use std::fmt;
use std::sync::Arc;

use weft_fs::{FileSystem, Path};
use weft_hadoop_rpc::Entropy;
use weft_yarn_client::proto::ApplicationId;

/// The staging directory of one user.
#[derive(Clone)]
pub struct Staging {
    fs: Arc<dyn FileSystem>,
    root: Path,
    replication: Option<u16>,
    entropy: Arc<dyn Entropy>,
}

impl Staging {
    /// Below `directory`, which is `yarn.staging-directory` or the user's home. Nothing is made before it is needed.
    pub fn new(fs: Arc<dyn FileSystem>, directory: &Path, replication: Option<u16>, entropy: Arc<dyn Entropy>) -> Self {
        Staging { fs, root: directory.join(".weft"), replication, entropy }
    }

    /// `<staging directory>/.weft`.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The directory of an application, whether it is there or not.
    pub fn application(&self, application: ApplicationId) -> ApplicationDirectory {
        ApplicationDirectory::new(self.clone(), self.applications().join(&application.to_string()))
    }

    /// Looks at who may read what is staged.
    pub(crate) fn publicity(&self) -> Publicity {
        Publicity::new(self.fs.clone())
    }

    fn cache(&self) -> Path {
        self.root.join("cache")
    }

    fn applications(&self) -> Path {
        self.root.join("apps")
    }

    /// A name that nobody else has: a prefix and 16 hex digits.
    fn unique(&self, prefix: &str) -> String {
        let mut bytes = [0; 8];
        self.entropy.fill(&mut bytes);
        format!("{prefix}{:016x}", u64::from_be_bytes(bytes))
    }
}

impl fmt::Debug for Staging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Staging").field("root", &self.root).finish_non_exhaustive()
    }
}

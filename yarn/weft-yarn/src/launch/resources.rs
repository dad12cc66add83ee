//! Files that a node brings to a container.

use weft_fs::{FileStatus, Path};
use weft_yarn_client::proto::{LocalResource, LocalResourceType, LocalResourceVisibility, Url};

use crate::DeployError;

/// What brings archives to be unpacked; told by the remote file's name.
const ARCHIVES: [&str; 4] = [".tar.gz", ".tgz", ".tar", ".zip"];

/// Who shares a file that a node holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// All applications of the user: for what is named by its content.
    User,
    /// Everybody; the file and all directories above it must be readable by all.
    Public,
    /// This application.
    Application,
}

/// A file in a file system that the nodes reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaunchFile {
    /// Where it is, with scheme and authority.
    pub path: Path,
    /// Its length in bytes.
    pub length: u64,
    /// When it was changed, in milliseconds since 1970. Nodes refuse it when that is not exact.
    pub modified_ms: i64,
    /// Who shares it.
    pub visibility: Visibility,
    /// Whether it is unpacked.
    pub archive: bool,
}

impl LaunchFile {
    /// A file as it is there, and not unpacked.
    pub fn of(found: FileStatus, visibility: Visibility) -> Self {
        let FileStatus { path, length, modified_ms, .. } = found;
        LaunchFile { path, length, modified_ms, visibility, archive: false }
    }

    /// Whether nodes can unpack a file of this name.
    pub fn is_archive(name: &str) -> bool {
        !Self::archive_suffix(name).is_empty()
    }

    /// By which suffix nodes know how to unpack a file of this name; empty if they do not.
    pub fn archive_suffix(name: &str) -> &'static str {
        ARCHIVES.into_iter().find(|suffix| name.ends_with(suffix)).unwrap_or("")
    }

    /// The same for YARN.
    ///
    /// # Errors
    /// [`DeployError::Refused`] when the path does not name its file system.
    pub fn resource(&self) -> Result<LocalResource, DeployError> {
        let url: Url = self.path.to_string().parse().map_err(|error| DeployError::Refused(format!("{error}")))?;
        let size = i64::try_from(self.length).unwrap_or(i64::MAX);
        let visibility = match self.visibility {
            Visibility::User => LocalResourceVisibility::Private,
            Visibility::Public => LocalResourceVisibility::Public,
            Visibility::Application => LocalResourceVisibility::Application,
        };
        let kind = if self.archive { LocalResourceType::Archive } else { LocalResourceType::File };
        Ok(LocalResource {
            visibility: visibility as i32,
            r#type: kind as i32,
            ..LocalResource::file(url, size, self.modified_ms)
        })
    }
}

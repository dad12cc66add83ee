//! Which files everybody may read.

use std::collections::BTreeMap;
use std::sync::Arc;

use weft_fs::{FileSystem, FsError, Path};

use crate::launch::Visibility;

/// What others need of a file, and of every directory above it.
const OTHERS_READ: u16 = 0o004;
const OTHERS_ENTER: u16 = 0o001;

/// Looks which files may be shown to everybody. A node does the same before it takes one for everybody's, and refuses the container if one
/// is not.
pub struct Publicity {
    fs: Arc<dyn FileSystem>,
    /// Directories that everybody may enter, or not, with all above them.
    entered: BTreeMap<Path, bool>,
}

impl Publicity {
    /// In a file system. What was seen of a directory is remembered.
    pub fn new(fs: Arc<dyn FileSystem>) -> Self {
        Publicity { fs, entered: BTreeMap::new() }
    }

    /// Everybody's, if everybody can read the file and enter all directories above it; else the user's.
    ///
    /// # Errors
    /// Those of the file system, but for what may not be looked at: that is not everybody's.
    pub async fn visibility(&mut self, file: &Path) -> Result<Visibility, FsError> {
        let is_public = self.has(file, OTHERS_READ).await? && self.is_entered(file.parent()).await?;
        Ok(if is_public { Visibility::Public } else { Visibility::User })
    }

    /// Whether everybody may enter a directory and all above it, from there up to the root, or to what is known.
    async fn is_entered(&mut self, mut directory: Option<Path>) -> Result<bool, FsError> {
        let mut seen = Vec::new();
        let is_entered = loop {
            let Some(path) = directory else { break true };
            if let Some(known) = self.entered.get(&path) {
                break *known;
            }
            let enters = self.has(&path, OTHERS_ENTER).await?;
            directory = path.parent();
            seen.push(path);
            if !enters {
                break false;
            }
        };
        self.entered.extend(seen.into_iter().map(|path| (path, is_entered)));
        Ok(is_entered)
    }

    async fn has(&self, path: &Path, bits: u16) -> Result<bool, FsError> {
        match self.fs.permission(path).await {
            Ok(permission) => Ok(permission.is_some_and(|permission| permission.mode() & bits == bits)),
            Err(FsError::PermissionDenied { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

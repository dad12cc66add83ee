//! Why something is not kept or found.

use std::io;
use std::path::{Path, PathBuf};
use weft_common::ErrorKind;

/// Why something is not kept or found.
#[derive(Debug, thiserror::Error)]
pub enum HaError {
    /// The file system refuses.
    #[error("cannot {doing} {path} (high-availability.storageDir): {source}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file or directory.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// There is no place for anything.
    #[error("high-availability.type is filesystem, and high-availability.storageDir says not where: {0}")]
    NoStorage(String),
    /// A file is not what was written.
    #[error("{path} is damaged: {found}; restore it, or remove it to give up the job whose id is its name")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        found: &'static str,
    },
    /// A file is of another version.
    #[error("{path} was written by another version of Weft: its format is {found}, known is {known}")]
    OtherVersion {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u8,
        /// The version that is known.
        known: u8,
    },
}

impl HaError {
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| HaError::Io { doing, path, source }
    }

    /// Who can do something about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            HaError::Io { .. } => ErrorKind::Retryable,
            HaError::NoStorage(_) => ErrorKind::User,
            HaError::Damaged { .. } | HaError::OtherVersion { .. } => ErrorKind::Fatal,
        }
    }
}

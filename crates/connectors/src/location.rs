//! A path as the program's author wrote it.

use std::sync::Arc;

use weft_fs::{FileSystem, FileSystems, FsError, Path};

/// A path, what it is relative to, and the file systems it can lie in.
#[derive(Clone)]
pub(crate) struct Location {
    text: String,
    directory: Path,
    file_systems: FileSystems,
}

impl Location {
    /// `path` as seen from the working directory of the process that builds the program, in the local file system.
    pub(crate) fn new(path: &std::path::Path) -> Self {
        let directory = std::env::current_dir().ok().and_then(|directory| Path::from_local(&directory).ok());
        // A directory that is gone cannot be named; a relative path below it could not be found either.
        let directory =
            directory.unwrap_or_else(|| Path::parse("file:///").expect("invariant: a constant path that parses"));
        Location { text: path.to_string_lossy().into_owned(), directory, file_systems: FileSystems::local() }
    }

    /// The same with these file systems.
    pub(crate) fn with_file_systems(self, file_systems: FileSystems) -> Self {
        Location { file_systems, ..self }
    }

    /// The file system and the absolute path in it.
    pub(crate) fn resolve(&self) -> Result<(Arc<dyn FileSystem>, Path), FsError> {
        self.file_systems.resolve(&self.text, &self.directory)
    }

    /// The file system of an absolute path that was resolved before.
    pub(crate) fn file_system_of(&self, path: &Path) -> Result<Arc<dyn FileSystem>, FsError> {
        self.file_systems.get(path)
    }
}

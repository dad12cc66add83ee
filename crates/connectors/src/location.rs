//! A path as the program's author wrote it.

use std::sync::Arc;

use weft_common::Configuration;
use weft_fs::{FileSystem, FileSystems, Path};

use crate::{ConnectorError, file_systems};

/// A path, what it is relative to, and the file systems it can lie in.
#[derive(Clone)]
pub(crate) struct Location {
    text: String,
    directory: Path,
    /// Those of the job's configuration, if none were given.
    file_systems: Option<FileSystems>,
}

impl Location {
    /// `path` as seen from the working directory of the process that builds the program, in the file systems of the
    /// job's configuration.
    pub(crate) fn new(path: &std::path::Path) -> Self {
        let directory = std::env::current_dir().ok().and_then(|directory| Path::from_local(&directory).ok());
        // A directory that is gone cannot be named; a relative path below it could not be found either.
        let directory =
            directory.unwrap_or_else(|| Path::parse("file:///").expect("invariant: a constant path that parses"));
        Location { text: path.to_string_lossy().into_owned(), directory, file_systems: None }
    }

    /// The same with these file systems.
    pub(crate) fn with_file_systems(self, file_systems: FileSystems) -> Self {
        Location { file_systems: Some(file_systems), ..self }
    }

    /// The file system and the absolute path in it.
    pub(crate) fn resolve(&self, configuration: &Configuration) -> Result<(Arc<dyn FileSystem>, Path), ConnectorError> {
        Ok(self.file_systems(configuration)?.resolve(&self.text, &self.directory)?)
    }

    /// The file systems that the path can lie in.
    pub(crate) fn file_systems(&self, configuration: &Configuration) -> Result<FileSystems, ConnectorError> {
        match &self.file_systems {
            Some(file_systems) => Ok(file_systems.clone()),
            None => file_systems(configuration),
        }
    }
}

//! Which file system a path belongs to.

use std::{collections::BTreeMap, sync::Arc};

use crate::{FileSystem, FsError, LocalFileSystem, Path};

/// The file systems of a process by scheme, and the one meant by paths without a scheme (`fs.default-scheme`).
#[derive(Clone)]
pub struct FileSystems {
    by_scheme: BTreeMap<String, Arc<dyn FileSystem>>,
    default: Path,
}

impl FileSystems {
    /// Only the local one, under `file`, which is also the default.
    pub fn local() -> Self {
        let local: Arc<dyn FileSystem> = Arc::new(LocalFileSystem::new());
        let default = Path::parse("file:///").expect("invariant: a constant path that parses");
        Self { by_scheme: BTreeMap::from([("file".to_owned(), local)]), default }
    }

    /// The same with one more. It serves all authorities of its scheme, and takes the place of an older one.
    #[must_use]
    pub fn with(mut self, scheme: &str, file_system: Arc<dyn FileSystem>) -> Self {
        self.by_scheme.insert(scheme.to_ascii_lowercase(), file_system);
        self
    }

    /// The same with another meaning of paths without a scheme: `origin` is the value of `fs.default-scheme`, such as
    /// `hdfs://nameservice/`. What follows the authority is not used.
    ///
    /// # Errors
    /// [`FsError::InvalidPath`] when it has no scheme; [`FsError::UnknownScheme`] when nothing is registered for it.
    pub fn with_default_scheme(mut self, origin: &str) -> Result<Self, FsError> {
        let default = Path::parse(origin)?;
        if default.scheme().is_none() {
            let reason = "fs.default-scheme needs a scheme: for example file:/// or hdfs://nameservice/";
            return Err(FsError::InvalidPath { text: origin.to_owned(), reason });
        }
        self.get(&default)?;
        self.default = default;
        Ok(self)
    }

    /// The path a user means by `text`, with its scheme, and the file system it lies in. A relative path lies below
    /// `working_directory`.
    ///
    /// # Errors
    /// [`FsError::InvalidPath`], [`FsError::UnknownScheme`].
    pub fn resolve(&self, text: &str, working_directory: &Path) -> Result<(Arc<dyn FileSystem>, Path), FsError> {
        let path = self.qualify(&Path::resolve(text, working_directory)?);
        Ok((self.get(&path)?, path))
    }

    /// The path with the default's scheme and authority, unless it has a scheme.
    pub fn qualify(&self, path: &Path) -> Path {
        path.or_origin_of(&self.default)
    }

    /// The file system a path lies in.
    ///
    /// # Errors
    /// [`FsError::UnknownScheme`] names the scheme and those supported.
    pub fn get(&self, path: &Path) -> Result<Arc<dyn FileSystem>, FsError> {
        let path = self.qualify(path);
        let scheme = path.scheme().unwrap_or_default();
        self.by_scheme.get(scheme).cloned().ok_or_else(|| FsError::UnknownScheme {
            scheme: scheme.to_owned(),
            supported: self.schemes().collect::<Vec<_>>().join(", "),
            path: path.clone(),
        })
    }

    /// The schemes that are registered, in alphabetical order.
    pub fn schemes(&self) -> impl Iterator<Item = &str> {
        self.by_scheme.keys().map(String::as_str)
    }
}

#[cfg(test)]
#[path = "file_systems_test.rs"]
mod tests;

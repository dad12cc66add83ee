//! Noticing that the configuration was changed.

use crate::{LogError, LogHandle, LogSettings};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use weft_common::Configuration;

/// The names that a configuration may have.
const FILES: [&str; 2] = ["config.yaml", "flink-conf.yaml"];

/// What tells one version of a file from another.
type Version = Option<(SystemTime, u64, u64)>;

/// A directory of configuration that is looked at from time to time, every few seconds say.
pub struct ConfigurationWatch {
    directory: PathBuf,
    above: Configuration,
    seen: Option<[Version; 2]>,
}

impl ConfigurationWatch {
    /// Watches a directory. `above` is what counts more than its files: what the command line set.
    pub fn new(directory: impl Into<PathBuf>, above: Configuration) -> Self {
        ConfigurationWatch { directory: directory.into(), above, seen: None }
    }

    /// Reads the configuration, if its file is another than last time, and puts what it says about logging into force: all of it, if that
    /// was something else. After an error everything stays as it was, and the error is not repeated until the file changes again.
    pub fn look(&mut self, handle: &LogHandle) -> Result<Option<Configuration>, LogError> {
        let found = FILES.map(|name| version(&self.directory.join(name)));
        if self.seen == Some(found) {
            return Ok(None);
        }
        self.seen = Some(found);
        let mut configuration = Configuration::load_dir(&self.directory)?;
        configuration.overlay(self.above.clone());
        let changed = handle.reload(&LogSettings::from_configuration(&configuration)?)?;
        Ok(changed.then_some(configuration))
    }
}

fn version(path: &Path) -> Version {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len(), metadata.ino()))
}

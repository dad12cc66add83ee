//! Giving parts their final names.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use tokio::runtime::Handle;
use weft_fs::{FileSystem, FsError, Path, Recursive};
use weft_runtime::TaskError;
use weft_runtime::sink::Committer;

use super::part_name::{InProgress, finished};
use super::part_writer::PendingPart;
use crate::ConnectorError;
use crate::wait::wait;

/// Renames closed parts, and removes those of attempts and jobs that failed.
pub struct FileCommitter {
    file_system: Arc<dyn FileSystem>,
    directory: Path,
    io: Option<Handle>,
    /// Whether parts are shown while the job runs; they then stay whatever becomes of it.
    rolling: bool,
    /// Final numbers given so far, by subtask.
    numbers: HashMap<u32, u64>,
    /// Those given and not settled yet, by in-progress name.
    given: HashMap<String, u64>,
    /// What was shown under them.
    shown: BTreeSet<Path>,
}

impl FileCommitter {
    /// Makes the directory, which must not hold a result.
    pub(crate) fn begin(
        file_system: Arc<dyn FileSystem>,
        directory: Path,
        io: Option<Handle>,
        rolling: bool,
    ) -> Result<Self, ConnectorError> {
        wait(io.as_ref(), "preparing an output directory", prepare(&*file_system, &directory))?;
        Ok(FileCommitter {
            file_system,
            directory,
            io,
            rolling,
            numbers: HashMap::new(),
            given: HashMap::new(),
            shown: BTreeSet::new(),
        })
    }

    /// One that is to commit what another was about to.
    #[cfg(test)]
    pub(crate) fn resumed(file_system: Arc<dyn FileSystem>, directory: Path) -> Self {
        FileCommitter {
            file_system,
            directory,
            io: None,
            rolling: false,
            numbers: HashMap::new(),
            given: HashMap::new(),
            shown: BTreeSet::new(),
        }
    }

    /// Where the parts are.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The final number of a part: the same when it is asked for again.
    fn number_of(&mut self, part: &PendingPart) -> u64 {
        let next = self.numbers.entry(part.subtask).or_default();
        *self.given.entry(part.name.clone()).or_insert_with(|| {
            let number = *next;
            *next += 1;
            number
        })
    }

    /// What has been shown stays.
    fn settle(&mut self) {
        self.given.clear();
        self.shown.clear();
    }

    /// Removes what was shown of a result that was not completed: it must not look like one.
    fn take_back(&mut self) {
        for shown in std::mem::take(&mut self.shown) {
            let removed = delete(&*self.file_system, &shown);
            if let Err(error) = wait(self.io.as_ref(), "taking back a file", removed) {
                tracing::warn!("{shown} belongs to a result that was not completed: remove it: {error}");
            }
        }
    }

    /// Removes the in-progress files that `ours` accepts. What cannot be removed is reported, and is no result either.
    fn remove(&self, ours: impl Fn(&InProgress) -> bool + Send + Sync) {
        let removed = remove(&*self.file_system, &self.directory, ours);
        if let Err(error) = wait(self.io.as_ref(), "removing unfinished files", removed) {
            tracing::warn!("unfinished files may remain in {}: {error}", self.directory);
        }
    }
}

impl Committer for FileCommitter {
    type Committable = PendingPart;

    fn commit(&mut self, committables: &[PendingPart]) -> Result<(), TaskError> {
        for part in committables {
            let number = self.number_of(part);
            let from = self.directory.join(&part.name);
            let to = self.directory.join(&finished(part.subtask, number));
            wait(self.io.as_ref(), "committing a file", rename(&*self.file_system, &from, &to))?;
            self.shown.insert(to);
        }
        if self.rolling {
            self.settle();
        }
        Ok(())
    }

    fn discard(&mut self, subtask: u32, told: &[PendingPart]) {
        // What an attempt told of is older than the attempt that may be writing by now.
        if let Some(newest) = told.iter().map(|part| part.attempt).max() {
            self.remove(|file| file.subtask == subtask && file.attempt <= newest);
        }
    }

    fn finished(&mut self) -> Result<Option<Vec<u8>>, TaskError> {
        self.settle();
        self.remove(|_| true);
        Ok(None)
    }

    fn aborted(&mut self) {
        self.remove(|_| true);
        if !self.rolling {
            self.take_back();
        }
    }
}

/// Refuses a directory with anything in it that is not hidden; makes it when it is missing.
async fn prepare(file_system: &dyn FileSystem, directory: &Path) -> Result<(), ConnectorError> {
    match file_system.list_all(directory).await {
        Ok(entries) => {
            let names = entries.iter().filter_map(|entry| entry.path.file_name());
            match names.into_iter().find(|name| !name.starts_with('.')) {
                Some(found) => {
                    Err(ConnectorError::OutputExists { directory: directory.clone(), found: found.to_owned() })
                }
                None => Ok(()),
            }
        }
        Err(FsError::NotFound { .. }) => Ok(file_system.mkdirs(directory).await?),
        Err(error) => Err(error.into()),
    }
}

/// Renames; done already is fine. An answer that was lost is looked up.
async fn rename(file_system: &dyn FileSystem, from: &Path, to: &Path) -> Result<(), ConnectorError> {
    let error = match file_system.rename_no_replace(from, to).await {
        Ok(()) => return Ok(()),
        Err(error) => error,
    };
    if file_system.exists(from).await? {
        return Err(error.into());
    }
    match file_system.exists(to).await? {
        true => Ok(()),
        false => Err(ConnectorError::PartLost { part: from.clone() }),
    }
}

async fn delete(file_system: &dyn FileSystem, path: &Path) -> Result<(), ConnectorError> {
    file_system.delete(path, Recursive::No).await?;
    Ok(())
}

async fn remove(
    file_system: &dyn FileSystem,
    directory: &Path,
    ours: impl Fn(&InProgress) -> bool,
) -> Result<(), ConnectorError> {
    for entry in file_system.list_all(directory).await? {
        if entry.path.file_name().and_then(InProgress::parse).is_some_and(|file| ours(&file)) {
            file_system.delete(&entry.path, Recursive::No).await?;
        }
    }
    Ok(())
}

//! What a case is given.

use std::path::{Path, PathBuf};
use std::time::Duration;

use weft::configuration::options;
use weft::prelude::*;

/// An environment, and what else a case has.
pub struct Stage {
    /// Where its streams begin.
    pub env: StreamExecutionEnvironment,
    /// A directory of its own, empty at first, which every process of the cluster can reach.
    pub scratch: PathBuf,
    /// How long a case that can be slow is to take, at least and about: zero where nobody wants to do something to it meanwhile.
    pub lasting: Duration,
}

impl Stage {
    /// The same stream, `records` records in all, of which every one takes its part of the time that the case is to last: as much as if the
    /// subtasks share them evenly. The operator is there in any case, so that the graph is the same.
    pub(crate) fn slowly<T: Record>(&self, stream: DataStream<T>, records: u32) -> DataStream<T> {
        let subtasks = self.env.configuration().get(&options::PARALLELISM_DEFAULT).unwrap_or(1);
        let each = self.lasting * subtasks / records.max(1);
        stream.map(move |record| {
            if !each.is_zero() {
                std::thread::sleep(each);
            }
            record
        })
    }

    /// A path in its directory.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.scratch.join(name)
    }
}

/// The names in a directory, sorted; none when there is no directory.
pub(crate) fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    names
}

/// The lines of all files in a directory that are finished.
pub(crate) fn lines_of_finished(directory: &Path) -> weft::Result<Vec<String>> {
    let mut lines = Vec::new();
    for name in names(directory).into_iter().filter(|name| !name.starts_with('.')) {
        let path = directory.join(name);
        let text = std::fs::read_to_string(&path)
            .map_err(|error| weft::Error::user(format!("cannot read {}: {error}", path.display())))?;
        lines.extend(text.lines().map(str::to_owned));
    }
    Ok(lines)
}

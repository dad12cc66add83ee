//! Finding the files.

use std::collections::HashMap;

use super::FileSplit;
use super::assigner::SplitAssigner;
use super::splitting::{split_size, splits_of};
use crate::ConnectorError;
use weft_fs::{FileStatus, FileSystem, Path};
use weft_runtime::TaskError;
use weft_runtime::source::{NextSplit, SplitEnumerator};

/// Hands out the splits of all files, in order.
#[derive(Debug)]
pub struct TextFileEnumerator {
    splits: SplitAssigner,
    /// Where readers are, by subtask.
    machines: HashMap<u32, String>,
    /// One reader reads everything: in order, wherever it lies.
    alone: bool,
    /// Bytes of all files.
    size: u64,
}

impl TextFileEnumerator {
    /// Finds all files at or below `path` and opens each, to know that it can be.
    pub(crate) async fn discover(
        file_system: &dyn FileSystem,
        path: &Path,
        size: Option<u64>,
        parallelism: u32,
    ) -> Result<Self, ConnectorError> {
        let files = files_below(file_system, path).await?;
        for file in &files {
            file_system.open(&file.path).await?;
        }
        let total = files.iter().map(|file| file.length).sum();
        let size = size.unwrap_or_else(|| split_size(total, parallelism));
        let mut splits = SplitAssigner::default();
        for file in &files {
            let blocks = match file.length > size {
                true => file_system.block_locations(&file.path, 0..file.length).await?,
                // One reader reads it whole, and it is small.
                false => Vec::new(),
            };
            splits.add(splits_of(file, size, &blocks));
        }
        Ok(TextFileEnumerator { splits, machines: HashMap::new(), alone: parallelism == 1, size: total })
    }
}

impl SplitEnumerator for TextFileEnumerator {
    type Split = FileSplit;

    fn reader_is_on(&mut self, subtask: u32, machine: &str) {
        if !self.alone {
            self.machines.insert(subtask, machine.to_owned());
        }
    }

    fn next_split(&mut self, subtask: u32) -> Result<NextSplit<FileSplit>, TaskError> {
        let machine = self.machines.get(&subtask).map(String::as_str);
        Ok(self.splits.next(machine).map_or(NextSplit::NoMore, NextSplit::Split))
    }

    fn add_back(&mut self, splits: Vec<FileSplit>) {
        self.splits.add(splits);
    }

    fn size(&self) -> u64 {
        self.size
    }
}

/// The file itself, or all files in the directory and those below it, by path. What is hidden in a directory is left out.
async fn files_below(file_system: &dyn FileSystem, path: &Path) -> Result<Vec<FileStatus>, ConnectorError> {
    let mut files = Vec::new();
    let mut found = vec![file_system.status(path).await?];
    while let Some(entry) = found.pop() {
        if entry.is_file() {
            files.push(entry);
        } else {
            let entries = file_system.list_all(&entry.path).await?;
            found.extend(entries.into_iter().filter(|entry| !is_hidden(&entry.path)));
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Names that begin with a dot or an underscore are unfinished output, markers and checksums.
fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.starts_with(['.', '_']))
}

//! A process's logs, for whoever asks.
//!
//! Several processes may log into one directory. What a process writes begins with the name of its own log, `weft-root-taskexecutor-0-host`:
//! `….log` and `….out` are its own, `…-worker-<job>.out` is what a worker of it wrote.

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use crate::view::LogFile;
use weft_common::is_output_of_program;

/// The most bytes of one answer.
const PART: u64 = 4 << 20;

/// What a process writes for, besides itself.
const KINDS: [&str; 3] = ["-worker-", "-coordinator-", "-program-"];

/// The files of one process in a flat directory of logs. Its calls wait for the file system. Errors are sentences.
#[derive(Clone, Debug)]
pub struct LogDirectory {
    directory: PathBuf,
    /// The name of the process's own log, without its end.
    owner: String,
    keeper: Keeper,
}

/// How much is kept of what a program writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputLimits {
    /// Bytes of a file.
    pub file: u64,
    /// How many earlier files.
    pub files: u32,
}

/// As the configuration has it where it says nothing.
impl Default for OutputLimits {
    fn default() -> Self {
        OutputLimits { file: 10 << 20, files: 10 }
    }
}

/// Who knows how much is kept, and keeps the directory in order.
#[derive(Clone)]
struct Keeper {
    limits: Arc<dyn Fn() -> OutputLimits + Send + Sync>,
    ended: Arc<dyn Fn() + Send + Sync>,
}

impl LogDirectory {
    /// In a directory that need not be there yet. `owner` is the name of the process's own log, without its end.
    pub fn new(directory: impl Into<PathBuf>, owner: impl Into<String>) -> Self {
        let keeper = Keeper { limits: Arc::new(OutputLimits::default), ended: Arc::new(|| {}) };
        LogDirectory { directory: directory.into(), owner: owner.into(), keeper }
    }

    /// The same, with somebody who is asked for the limits whenever a file of output is full, and is told whenever one has its last line and
    /// may be removed. Neither may wait for anything.
    pub fn kept_by(
        self,
        limits: impl Fn() -> OutputLimits + Send + Sync + 'static,
        ended: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        LogDirectory { keeper: Keeper { limits: Arc::new(limits), ended: Arc::new(ended) }, ..self }
    }

    /// How much is kept of what a program writes.
    pub(crate) fn output_limits(&self) -> OutputLimits {
        (self.keeper.limits)()
    }

    /// A file of output has its last line.
    pub(crate) fn output_ended(&self) {
        (self.keeper.ended)();
    }

    /// The file of what the process writes for a worker, coordinator or program: `name` is `worker-<job>.out` or the like.
    pub fn file_of(&self, name: &str) -> PathBuf {
        self.directory.join(format!("{}-{name}", self.owner))
    }

    /// Whether a file is a process's own log, or the output of the process itself.
    pub fn is_own(name: &str) -> bool {
        !is_output_of_program(name)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.directory
    }

    /// The files in it, by name.
    pub fn files(&self) -> Result<Vec<LogFile>, String> {
        let mut files = files(&self.directory).map_err(|error| unreadable(&self.directory, &error))?;
        files.retain(|file| self.is_ours(&file.name));
        Ok(files)
    }

    /// At most `length` bytes of a file from `offset` on, and never more than 4 MiB; fewer at its end. Only files of the list can be asked for:
    /// a name with a directory in it is none of them.
    pub fn part(&self, name: &str, offset: u64, length: u64) -> Result<Vec<u8>, String> {
        if !self.files()?.iter().any(|file| file.name == name) {
            return Err(format!("there is no log file {name:?}"));
        }
        let path = self.directory.join(name);
        let mut bytes = vec![0; usize::try_from(length.min(PART)).unwrap_or(0)];
        let read = File::open(&path).and_then(|file| read_up_to(&file, &mut bytes, offset));
        let read = read.map_err(|error| unreadable(&path, &error))?;
        bytes.truncate(read);
        Ok(bytes)
    }

    fn is_ours(&self, name: &str) -> bool {
        let rest = name.strip_prefix(&self.owner);
        rest.is_some_and(|rest| rest.starts_with('.') || KINDS.iter().any(|kind| rest.starts_with(kind)))
    }
}

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keeper").field("limits", &(self.limits)()).finish_non_exhaustive()
    }
}

fn files(directory: &Path) -> io::Result<Vec<LogFile>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let (metadata, name) = (entry.metadata()?, entry.file_name().into_string());
        if let Ok(name) = name
            && metadata.is_file()
        {
            let modified = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
            let modified_ms = i64::try_from(modified.as_millis()).unwrap_or(i64::MAX);
            files.push(LogFile { name, size: metadata.len(), modified_ms });
        }
    }
    files.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(files)
}

fn read_up_to(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut done = 0;
    while let Some(rest) = bytes.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, offset + done as u64)? {
            0 => break,
            read => done += read,
        }
    }
    Ok(done)
}

fn unreadable(path: &Path, error: &io::Error) -> String {
    format!("cannot read {}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_process_can_be_read() {
        let directory = tempfile::tempdir().unwrap();
        let others = ["b.log", "ab.log", "a-2.log", "secret"];
        for name in ["a.log", "a.log.1", "a-worker-17.out"].iter().chain(&others) {
            fs::write(directory.path().join(name), "0123456789").unwrap();
        }
        fs::create_dir(directory.path().join("a.d")).unwrap();
        fs::write(directory.path().join("a.d/secret"), "no").unwrap();
        let logs = LogDirectory::new(directory.path(), "a");
        let names: Vec<_> = logs.files().unwrap().into_iter().map(|file| (file.name, file.size)).collect();
        assert_eq!(names, ["a-worker-17.out", "a.log", "a.log.1"].map(|name| (name.to_owned(), 10)));
        assert_eq!(logs.file_of("worker-17.out"), directory.path().join("a-worker-17.out"));
        let of_worker = format!("a-worker-{}.out", weft_common::JobId(17));
        assert!(LogDirectory::is_own("a.log") && !LogDirectory::is_own(&of_worker));
        assert_eq!(logs.part("a.log", 2, 3), Ok(b"234".to_vec()));
        assert_eq!(logs.part("a.log", 8, 100), Ok(b"89".to_vec()));
        assert_eq!(logs.part("a.log", 80, 100), Ok(Vec::new()));
        for name in ["a.d", "a.d/secret", "../a.log", "", "/etc/passwd"].iter().chain(&others) {
            assert!(logs.part(name, 0, 10).is_err(), "{name}");
        }
    }
}

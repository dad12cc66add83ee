//! A process's directory of logs, for whoever asks.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::view::LogFile;

/// The most bytes of one answer.
const PART: u64 = 4 << 20;

/// A flat directory of log files. Its calls wait for the file system. Errors are sentences.
#[derive(Clone, Debug)]
pub struct LogDirectory(PathBuf);

impl LogDirectory {
    /// A directory that need not be there yet.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        LogDirectory(directory.into())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The files in it, by name.
    pub fn files(&self) -> Result<Vec<LogFile>, String> {
        files(&self.0).map_err(|error| unreadable(&self.0, &error))
    }

    /// At most `length` bytes of a file from `offset` on, and never more than 4 MiB; fewer at its end. Only files of the list can be asked for:
    /// a name with a directory in it is none of them.
    pub fn part(&self, name: &str, offset: u64, length: u64) -> Result<Vec<u8>, String> {
        if !self.files()?.iter().any(|file| file.name == name) {
            return Err(format!("there is no log file {name:?}"));
        }
        let path = self.0.join(name);
        let mut bytes = vec![0; usize::try_from(length.min(PART)).unwrap_or(0)];
        let read = File::open(&path).and_then(|file| read_up_to(&file, &mut bytes, offset));
        let read = read.map_err(|error| unreadable(&path, &error))?;
        bytes.truncate(read);
        Ok(bytes)
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
    fn only_files_of_the_directory_can_be_read() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("a.log"), "0123456789").unwrap();
        fs::create_dir(directory.path().join("sub")).unwrap();
        fs::write(directory.path().join("sub/secret"), "no").unwrap();
        let logs = LogDirectory::new(directory.path());
        let names: Vec<_> = logs.files().unwrap().into_iter().map(|file| (file.name, file.size)).collect();
        assert_eq!(names, [("a.log".to_owned(), 10)]);
        assert_eq!(logs.part("a.log", 2, 3), Ok(b"234".to_vec()));
        assert_eq!(logs.part("a.log", 8, 100), Ok(b"89".to_vec()));
        assert_eq!(logs.part("a.log", 80, 100), Ok(Vec::new()));
        for name in ["sub", "sub/secret", "../a.log", "", "/etc/passwd"] {
            assert!(logs.part(name, 0, 10).is_err(), "{name}");
        }
    }
}

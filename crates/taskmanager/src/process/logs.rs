//! The log files of this process and its workers, for whoever asks through the JobManager.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use weft_rpc::session::SessionHandle;
use weft_rpc::view::LogFile;

/// The most bytes of one answer.
const PART: u32 = 4 << 20;

/// Answers which files there are.
pub(super) fn list(directory: &Path, session: SessionHandle, request: u64) {
    let directory = directory.to_owned();
    tokio::task::spawn_blocking(move || {
        session.answer_list_logs(request, files(&directory).map_err(|error| unreadable(&directory, &error)));
    });
}

/// Answers with part of a file.
pub(super) fn read(directory: &Path, session: SessionHandle, request: u64, name: &str, offset: u64, length: u32) {
    let (directory, name) = (directory.to_owned(), name.to_owned());
    tokio::task::spawn_blocking(move || session.answer_read_log(request, part(&directory, &name, offset, length)));
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

/// Only files of the list can be asked for: a name with a directory in it is none of them.
fn part(directory: &Path, name: &str, offset: u64, length: u32) -> Result<Vec<u8>, String> {
    let known = files(directory).map_err(|error| unreadable(directory, &error))?;
    if !known.iter().any(|file| file.name == name) {
        return Err(format!("there is no log file {name:?}"));
    }
    let path: PathBuf = directory.join(name);
    let mut bytes = vec![0; length.min(PART) as usize];
    let read = File::open(&path).and_then(|file| read_up_to(&file, &mut bytes, offset));
    let read = read.map_err(|error| unreadable(&path, &error))?;
    bytes.truncate(read);
    Ok(bytes)
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
        let names: Vec<_> = files(directory.path()).unwrap().into_iter().map(|file| (file.name, file.size)).collect();
        assert_eq!(names, [("a.log".to_owned(), 10)]);
        assert_eq!(part(directory.path(), "a.log", 2, 3), Ok(b"234".to_vec()));
        assert_eq!(part(directory.path(), "a.log", 8, 100), Ok(b"89".to_vec()));
        assert_eq!(part(directory.path(), "a.log", 80, 100), Ok(Vec::new()));
        for name in ["sub", "sub/secret", "../a.log", "", "/etc/passwd"] {
            assert!(part(directory.path(), name, 0, 10).is_err(), "{name}");
        }
    }
}

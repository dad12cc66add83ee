//! Keeps the logs of a directory below a size and a number.

use crate::limits::Limits;
use std::fs::{self, DirEntry, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use weft_common::is_output_of_program;

/// What the name of every log begins with. Other files are none of ours.
pub(crate) const PREFIX: &str = "weft-";

/// Removes the oldest logs that no process writes until all of them together take no more than `limits.total` bytes, and those with what
/// programs wrote are no more than `limits.outputs`. What cannot be removed stays.
pub(crate) fn tidy(directory: &Path, limits: Limits) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    let mut logs: Vec<Log> = entries.filter_map(|entry| log(&entry.ok()?)).collect();
    let mut size: u64 = logs.iter().map(|log| log.length).sum();
    let mut outputs = logs.iter().filter(|log| log.is_output).count();
    logs.sort_by_key(|log| log.written);
    for log in logs {
        let (too_large, too_many) = (size > limits.total, outputs > limits.outputs);
        if !too_large && !too_many {
            return;
        }
        if (too_large || log.is_output) && remove(&log.path) {
            size -= log.length;
            outputs -= usize::from(log.is_output);
        }
    }
}

struct Log {
    path: PathBuf,
    length: u64,
    written: SystemTime,
    /// Of a program that a process started.
    is_output: bool,
}

fn log(entry: &DirEntry) -> Option<Log> {
    let name = entry.file_name();
    let name = name.to_str().filter(|name| is_log(name))?;
    let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
    let (path, is_output) = (entry.path(), is_output_of_program(name));
    Some(Log { path, length: metadata.len(), written: metadata.modified().ok()?, is_output })
}

/// `weft-<something>.log`, perhaps with a number, or what a program wrote.
fn is_log(name: &str) -> bool {
    let Some(rest) = name.strip_prefix(PREFIX) else { return false };
    rest.ends_with(".log")
        || is_output_of_program(rest)
        || rest.rsplit_once(".log.").is_some_and(|(_, number)| number.bytes().all(|b| b.is_ascii_digit()))
}

/// Removes a file that nobody has locked. It is locked meanwhile, so that whoever is about to write it finds that it is no longer there. What
/// cannot be opened is taken for written.
fn remove(path: &Path) -> bool {
    let Ok(file) = OpenOptions::new().append(true).open(path) else { return false };
    file.try_lock().is_ok() && fs::remove_file(path).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::time::Duration;
    use weft_common::JobId;

    #[test]
    fn logs_are_told_from_other_files() {
        for (name, is) in [
            ("weft-etl-standalonesession-0-host.log".to_owned(), true),
            ("weft-etl-standalonesession-0-host.log.12".to_owned(), true),
            (format!("weft-etl-taskexecutor-0-host-worker-{}.out", JobId(1)), true),
            ("weft-etl-standalonesession-0-host.out".to_owned(), false),
            ("weft-etl-taskexecutor-0-hadoop-worker-7.out".to_owned(), false),
            ("weft-x.log.gz".to_owned(), false),
            ("syslog".to_owned(), false),
            ("other.log".to_owned(), false),
        ] {
            assert_eq!(is_log(&name), is, "{name}");
        }
    }

    /// Writes a file of ten bytes, the younger the higher its number, which stays locked while it is held.
    fn make(directory: &Path, name: &str, number: u64) -> File {
        let path = directory.join(name);
        fs::write(&path, "0123456789").unwrap();
        let file = File::options().append(true).open(path).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(number)).unwrap();
        file.lock_shared().unwrap();
        file
    }

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn of_many_outputs_the_oldest_go_and_neither_logs_nor_what_is_written() {
        let directory = tempfile::tempdir().unwrap();
        let output = |job: u64| format!("weft-t-worker-{}.err", JobId(u128::from(job)));
        make(directory.path(), "weft-s.log", 0);
        let living = [make(directory.path(), &output(1), 1), make(directory.path(), &output(4), 4)];
        for job in [2, 3, 5, 6] {
            make(directory.path(), &output(job), job);
        }
        let limits = Limits { file: 100, files: 3, total: 1000, outputs: 3 };
        tidy(directory.path(), limits);
        let mut expected = vec!["weft-s.log".to_owned(), output(1), output(4), output(6)];
        expected.sort_unstable();
        assert_eq!(names(directory.path()), expected);
        // Living ones stay though they alone are too many and too much, and go when they have ended.
        let none = Limits { total: 10, outputs: 0, ..limits };
        tidy(directory.path(), none);
        assert_eq!(names(directory.path()), [output(1), output(4)]);
        drop(living);
        tidy(directory.path(), none);
        assert_eq!(names(directory.path()), Vec::<String>::new());
    }
}

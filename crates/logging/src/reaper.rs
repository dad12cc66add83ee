//! Keeps the logs of a directory below a size.

use std::fs::{self, DirEntry, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What the name of every log begins with. Other files are none of ours.
pub(crate) const PREFIX: &str = "weft-";

/// Removes the oldest logs that no process writes until all of them together have no more than `total` bytes. What cannot be
/// removed stays.
pub(crate) fn keep_below(total: u64, directory: &Path) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    let mut logs: Vec<Log> = entries.filter_map(|entry| log(&entry.ok()?)).collect();
    let mut size: u64 = logs.iter().map(|log| log.length).sum();
    logs.sort_by_key(|log| log.written);
    for log in logs {
        if size <= total {
            return;
        }
        if !is_written(&log.path) && fs::remove_file(&log.path).is_ok() {
            size -= log.length;
        }
    }
}

struct Log {
    path: PathBuf,
    length: u64,
    written: SystemTime,
}

fn log(entry: &DirEntry) -> Option<Log> {
    let name = entry.file_name();
    if !is_log(name.to_str()?) {
        return None;
    }
    let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
    Some(Log { path: entry.path(), length: metadata.len(), written: metadata.modified().ok()? })
}

/// What processes write for others: a TaskManager for workers, a JobManager for coordinators and programs.
const FOR_OTHERS: [&str; 3] = ["-worker-", "-coordinator-", "-program-"];

/// `weft-<something>.log`, perhaps with a number; `weft-<something>-worker-<job>.out` or `.err` and the like.
fn is_log(name: &str) -> bool {
    let Some(rest) = name.strip_prefix(PREFIX) else { return false };
    let is_output = rest.ends_with(".out") || rest.ends_with(".err");
    rest.ends_with(".log")
        || is_output && FOR_OTHERS.iter().any(|kind| rest.contains(kind))
        || rest.rsplit_once(".log.").is_some_and(|(_, number)| number.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a process has the file locked. What cannot be opened is taken for written.
fn is_written(path: &Path) -> bool {
    OpenOptions::new().append(true).open(path).map_or(true, |file| file.try_lock().is_err())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_are_told_from_other_files() {
        for (name, is) in [
            ("weft-etl-standalonesession-0-host.log", true),
            ("weft-etl-standalonesession-0-host.log.12", true),
            ("weft-etl-standalonesession-0-host.out", false),
            ("weft-etl-taskexecutor-0-host-worker-4f0c.out", true),
            ("weft-etl-taskexecutor-0-host-worker-4f0c.err", true),
            ("weft-etl-standalonesession-0-host-coordinator-4f0c.err", true),
            ("weft-etl-standalonesession-0-host-program-3-word_count.out", true),
            ("weft-etl-taskexecutor-0-host-worker-4f0c.core", false),
            ("weft-x.log.gz", false),
            ("syslog", false),
            ("other.log", false),
        ] {
            assert_eq!(is_log(name), is, "{name}");
        }
    }
}

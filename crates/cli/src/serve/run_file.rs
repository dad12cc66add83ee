//! A file that says which process runs and where it is reached.
//!
//! Lines of `key=value`; `ready=yes` is the last one, and `waits=` says what for, before. The process holds a lock on the file for as long as it lives, so that whoever finds the
//! file knows whether its process number still means that process: `flock -n FILE true` succeeds when it does not.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// A run file that this process holds. Removed when dropped.
pub(super) struct RunFile {
    path: PathBuf,
    file: File,
}

impl RunFile {
    /// Takes the file; refused while another process holds it.
    pub(super) fn claim(path: &Path) -> anyhow::Result<Self> {
        let opened = OpenOptions::new().write(true).create(true).truncate(false).open(path);
        let file = opened.with_context(|| format!("cannot open the run file {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let said = std::fs::read_to_string(path).unwrap_or_default();
                let process = said.lines().find_map(|line| line.strip_prefix("pid=")).unwrap_or("unknown");
                bail!("{} is held by process {process}, which runs: stop it first", path.display());
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock the run file {}", path.display()));
            }
        }
        let run_file = RunFile { path: path.to_owned(), file };
        run_file.write(&[], false)?;
        Ok(run_file)
    }

    /// Says what the process waits for before it can be reached.
    pub(super) fn waits(&self, what: &str) -> anyhow::Result<()> {
        self.write(&[("waits", what.replace('\n', " "))], false)
    }

    /// Says where the process is reached, and that it is.
    pub(super) fn ready(&self, addresses: &[(&str, String)]) -> anyhow::Result<()> {
        self.write(addresses, true)
    }

    fn write(&self, addresses: &[(&str, String)], ready: bool) -> anyhow::Result<()> {
        let mut text = format!("pid={}\n", std::process::id());
        addresses.iter().for_each(|(key, value)| text.push_str(&format!("{key}={value}\n")));
        if ready {
            text.push_str("ready=yes\n");
        }
        let mut file = &self.file;
        let written = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(text.as_bytes()));
        written.with_context(|| format!("cannot write the run file {}", self.path.display()))
    }
}

impl Drop for RunFile {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::warn!(path = %self.path.display(), "the run file is left behind: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_held_by_one_process_and_says_where_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("jobmanager");
        let held = RunFile::claim(&path).unwrap();
        let pid = std::process::id();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("pid={pid}\n"));
        held.waits("another leads\nfor long").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("pid={pid}\nwaits=another leads for long\n"));
        held.ready(&[("rest", "http://localhost:8081".to_owned())]).unwrap();
        let said = std::fs::read_to_string(&path).unwrap();
        assert_eq!(said, format!("pid={pid}\nrest=http://localhost:8081\nready=yes\n"));
        let refused = RunFile::claim(&path).err().expect("it is held").to_string();
        assert!(refused.contains(&format!("is held by process {pid}, which runs: stop it first")), "{refused}");
        drop(held);
        assert!(!path.exists());
    }
}

//! Everything in one directory.
//!
//! ```text
//! <storageDir>/<cluster-id>/
//!   lock                 held by whoever leads; its text says who that is
//!   epoch                how often there has been a leader
//!   jobs/<job>           accepted and not over
//!   outcomes/<job>       over
//!   programs/            for the holder: what jobs were submitted with
//! ```
//!
//! A job whose end is written is over, whether or not the file that says it was accepted is still there.

use crate::file::{self, Kind, UNFINISHED};
use crate::lock::Lock;
use crate::{HaError, HighAvailability, Kept};
use std::fs;
use std::path::{Path, PathBuf};
use weft_common::{JobId, LeaderEpoch};

/// Leadership by an exclusive lock on a file, and what is left to a successor beside it. The lock ends with the process, however that ends.
#[derive(Debug)]
pub struct FileSystemHighAvailability {
    directory: PathBuf,
    programs: PathBuf,
    epoch: LeaderEpoch,
    _lock: Lock,
}

impl FileSystemHighAvailability {
    /// Waits until nobody leads, and leads. `waiting` is called once with who leads, if somebody does: what that one called itself, as this
    /// one is `me` to those that will wait for it. `random` tells this life of the process from others.
    pub fn lead(directory: PathBuf, me: &str, random: u64, waiting: impl FnOnce(&str)) -> Result<Self, HaError> {
        let programs = directory.join("programs");
        let lock = Lock::take(&directory, me, waiting)?;
        for made in [&directory.join("jobs"), &directory.join("outcomes"), &programs] {
            fs::create_dir_all(made).map_err(HaError::io("make the directory", made))?;
        }
        let counted = directory.join("epoch");
        let before = file::read(&counted, Kind::Epoch)?.unwrap_or_default();
        let before = before.first_chunk::<8>().map_or(0, |counter| u64::from_le_bytes(*counter));
        let epoch = LeaderEpoch { counter: before + 1, random };
        file::write(&counted, Kind::Epoch, &epoch.counter.to_le_bytes())?;
        let ha = FileSystemHighAvailability { directory, programs, epoch, _lock: lock };
        ha.clean_up()?;
        Ok(ha)
    }

    fn path(&self, kind: Kind, job: JobId) -> PathBuf {
        let directory = if kind == Kind::Job { "jobs" } else { "outcomes" };
        self.directory.join(directory).join(job.to_string())
    }

    /// Removes what a predecessor did not finish: files half written, and jobs whose end is written.
    fn clean_up(&self) -> Result<(), HaError> {
        for directory in ["jobs", "outcomes"] {
            for path in files(&self.directory.join(directory))? {
                if path.to_string_lossy().ends_with(UNFINISHED) {
                    file::remove(&path)?;
                }
            }
        }
        for kept in self.all(Kind::Outcome)? {
            file::remove(&self.path(Kind::Job, kept.job))?;
        }
        Ok(())
    }

    fn all(&self, kind: Kind) -> Result<Vec<Kept>, HaError> {
        let mut found = Vec::new();
        let directory = if kind == Kind::Job { "jobs" } else { "outcomes" };
        for path in files(&self.directory.join(directory))? {
            let Some(job) = path.file_name().and_then(|name| name.to_str()?.parse().ok()) else { continue };
            let at = fs::metadata(&path).and_then(|data| data.modified()).map_err(HaError::io("look at", &path))?;
            if let Some(outcome) = file::read(&path, kind)? {
                found.push(Kept { job, at, outcome });
            }
        }
        found.sort_by_key(|kept| kept.at);
        Ok(found)
    }
}

impl HighAvailability for FileSystemHighAvailability {
    fn epoch(&self) -> LeaderEpoch {
        self.epoch
    }

    fn directory(&self) -> Option<&Path> {
        Some(&self.programs)
    }

    fn keep_job(&self, job: JobId, spec: &[u8]) -> Result<(), HaError> {
        file::write(&self.path(Kind::Job, job), Kind::Job, spec)
    }

    fn jobs(&self) -> Result<Vec<(JobId, Vec<u8>)>, HaError> {
        Ok(self.all(Kind::Job)?.into_iter().map(|kept| (kept.job, kept.outcome)).collect())
    }

    fn job_over(&self, job: JobId, outcome: &[u8]) -> Result<(), HaError> {
        file::write(&self.path(Kind::Outcome, job), Kind::Outcome, outcome)?;
        file::remove(&self.path(Kind::Job, job))
    }

    fn outcomes(&self) -> Result<Vec<Kept>, HaError> {
        self.all(Kind::Outcome)
    }

    fn forget(&self, job: JobId) -> Result<(), HaError> {
        // In this order: a job without an end would be run again.
        file::remove(&self.path(Kind::Job, job))?;
        file::remove(&self.path(Kind::Outcome, job))
    }

    fn remove(&self) -> Result<(), HaError> {
        fs::remove_dir_all(&self.directory).map_err(HaError::io("remove", &self.directory))
    }
}

fn files(directory: &Path) -> Result<Vec<PathBuf>, HaError> {
    let listed = fs::read_dir(directory).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    listed.map_err(HaError::io("list", directory))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    const JOB: JobId = JobId(0x17);

    fn lead(directory: &Path) -> FileSystemHighAvailability {
        FileSystemHighAvailability::lead(directory.to_owned(), "the first", 7, |who| panic!("{who} leads"))
            .expect("nobody leads")
    }

    #[test]
    fn a_successor_finds_what_is_not_over_and_what_is() {
        let directory = tempfile::tempdir().unwrap();
        let first = lead(directory.path());
        first.keep_job(JOB, b"spec").unwrap();
        first.keep_job(JobId(2), b"other").unwrap();
        first.job_over(JobId(2), b"finished").unwrap();
        assert_eq!(first.epoch().counter, 1);
        drop(first);
        let second = lead(directory.path());
        assert_eq!(second.epoch().counter, 2);
        assert_eq!(second.jobs().unwrap(), [(JOB, b"spec".to_vec())]);
        let outcomes = second.outcomes().unwrap();
        assert_eq!(
            outcomes.iter().map(|kept| (kept.job, &*kept.outcome)).collect::<Vec<_>>(),
            [(JobId(2), &b"finished"[..])]
        );
        second.forget(JobId(2)).unwrap();
        second.forget(JobId(2)).unwrap();
        assert_eq!(second.outcomes().unwrap(), []);
        second.forget(JOB).unwrap();
        assert_eq!(second.jobs().unwrap(), []);
    }

    #[test]
    fn a_job_whose_end_is_written_is_over_though_it_is_still_listed() {
        let directory = tempfile::tempdir().unwrap();
        let first = lead(directory.path());
        first.keep_job(JOB, b"spec").unwrap();
        // As if the process had died between the two steps.
        file::write(&first.path(Kind::Outcome, JOB), Kind::Outcome, b"finished").unwrap();
        fs::write(directory.path().join("jobs/half.new"), "half").unwrap();
        drop(first);
        let second = lead(directory.path());
        assert_eq!(second.jobs().unwrap(), []);
        assert_eq!(fs::read_dir(directory.path().join("jobs")).unwrap().count(), 0);
    }

    #[test]
    fn a_second_leader_waits_for_the_end_of_the_first() {
        let directory = tempfile::tempdir().unwrap();
        let first = lead(directory.path());
        let (told, tells) = channel();
        let path = directory.path().to_owned();
        let second = std::thread::spawn(move || {
            let waiting = |who: &str| told.send(who.to_owned()).unwrap();
            FileSystemHighAvailability::lead(path, "the second", 8, waiting).unwrap().epoch()
        });
        let who = tells.recv_timeout(Duration::from_secs(60)).expect("it says that it waits");
        assert_eq!(who, "the first");
        assert!(!second.is_finished());
        drop(first);
        assert_eq!(second.join().unwrap(), LeaderEpoch { counter: 2, random: 8 });
    }

    #[test]
    fn whoever_waited_for_a_leader_that_ended_for_good_begins_anew() {
        let directory = tempfile::tempdir().unwrap();
        let of_cluster = directory.path().join("cluster");
        let first = lead(&of_cluster);
        first.keep_job(JOB, b"spec").unwrap();
        let (told, tells) = channel();
        let path = of_cluster.clone();
        let second = std::thread::spawn(move || {
            let second =
                FileSystemHighAvailability::lead(path, "the second", 8, |who| told.send(who.to_owned()).unwrap());
            let second = second.unwrap();
            (second.epoch(), second.jobs().unwrap())
        });
        tells.recv_timeout(Duration::from_secs(60)).expect("it says that it waits");
        first.remove().unwrap();
        assert!(!of_cluster.exists());
        drop(first);
        assert_eq!(second.join().unwrap(), (LeaderEpoch { counter: 1, random: 8 }, Vec::new()));
        assert_eq!(lead(&of_cluster).epoch().counter, 2, "what the second wrote is where others find it");
    }

    #[test]
    fn a_damaged_job_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let ha = lead(directory.path());
        ha.keep_job(JOB, b"spec").unwrap();
        let path = ha.path(Kind::Job, JOB);
        fs::write(&path, b"WEFTHA").unwrap();
        let error = ha.jobs().unwrap_err().to_string();
        assert!(error.contains(&JOB.to_string()) && error.contains("damaged: it ends within its header"), "{error}");
    }
}

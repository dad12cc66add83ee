//! Where clusters keep what they leave to a successor.

use crate::HaError;
use crate::lock::Lock;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

/// A storage directory, with a directory for every cluster.
#[derive(Clone, Debug)]
pub struct Storage(PathBuf);

impl Storage {
    /// The one that `high-availability.storageDir` names.
    pub fn of(configured: Option<&str>) -> Result<Self, HaError> {
        let configured = configured.ok_or_else(|| HaError::NoStorage("it is not set".to_owned()))?;
        let path = configured.strip_prefix("file://").unwrap_or(configured);
        if path.contains("://") {
            let sentence = format!("{configured} is no local directory, and only there files can be locked");
            return Err(HaError::NoStorage(sentence));
        }
        // Programs are started from it, in directories of their own.
        std::path::absolute(path).map(Storage).map_err(|error| HaError::NoStorage(format!("{configured:?}: {error}")))
    }

    /// Where a cluster keeps what it keeps.
    pub fn cluster(&self, id: &str) -> PathBuf {
        self.0.join(id.trim_matches('/'))
    }

    /// The clusters that have kept something, in order. A directory that is not there holds none.
    pub fn clusters(&self) -> Result<Vec<String>, HaError> {
        let listed = match fs::read_dir(&self.0) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            listed => {
                listed.and_then(|entries| entries.map(|entry| Ok(entry?.file_name())).collect::<Result<Vec<_>, _>>())
            }
        };
        let names = listed.map_err(HaError::io("list", &self.0))?;
        let mut names: Vec<String> = names.into_iter().filter_map(|name| name.into_string().ok()).collect();
        names.sort_unstable();
        Ok(names)
    }

    /// Removes what a cluster has kept, unless somebody leads it. Says whether nothing of it is there any more.
    pub fn remove(&self, cluster: &str) -> Result<bool, HaError> {
        let directory = self.cluster(cluster);
        // Held until all is gone: whoever comes meanwhile begins anew.
        let Some(_lock) = Lock::try_take(&directory)? else { return Ok(!directory.exists()) };
        fs::remove_dir_all(&directory).map_err(HaError::io("remove", &directory))?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileSystemHighAvailability, HighAvailability as _};
    use weft_common::JobId;

    #[test]
    fn only_what_nobody_leads_is_removed() {
        let directory = tempfile::tempdir().unwrap();
        let storage = Storage::of(directory.path().to_str()).unwrap();
        let lead = |cluster: &str| {
            FileSystemHighAvailability::lead(storage.cluster(cluster), "the first", 7, |who| panic!("{who} leads"))
        };
        let living = lead("living").unwrap();
        lead("/gone").unwrap().keep_job(JobId(3), b"spec").unwrap();
        // Somebody was removing it, and did not come to the end.
        fs::create_dir(storage.cluster("half")).unwrap();
        assert_eq!(storage.clusters().unwrap(), ["gone", "half", "living"]);
        let removed = ["gone", "half", "living", "never"].map(|cluster| storage.remove(cluster).unwrap());
        assert_eq!(removed, [true, true, false, true]);
        assert_eq!(storage.clusters().unwrap(), ["living"]);
        drop(living);
        assert!(storage.remove("living").unwrap());
        assert_eq!(Storage::of(directory.path().join("no").to_str()).unwrap().clusters().unwrap(), [""; 0]);
    }

    #[test]
    fn files_are_locked_where_they_are_local() {
        for (configured, why) in [(None, "it is not set"), (Some("hdfs://ns/ha"), "hdfs://ns/ha is no local directory")]
        {
            let refused = Storage::of(configured).unwrap_err().to_string();
            assert!(refused.contains("high-availability.storageDir") && refused.contains(why), "{refused}");
        }
        assert_eq!(Storage::of(Some("file:///a")).unwrap().cluster("/default"), PathBuf::from("/a/default"));
    }
}

//! What applications have kept for another attempt that does not come: one that is killed cannot remove it.

use super::hadoop::Hadoop;
use crate::error::CliError;
use crate::output;
use std::fmt;
use weft_common::configuration::options::HighAvailabilityType;
use weft_common::configuration::{Configuration, options};
use weft_ha::Storage;
use weft_yarn::staging::ApplicationLife;

/// What lies in `high-availability.storageDir` of applications that do not run.
#[derive(Default)]
pub(super) struct Left {
    over: Vec<Kept>,
    unknown: Vec<Kept>,
}

struct Kept {
    storage: Storage,
    application: String,
}

impl Left {
    /// Nothing without high availability.
    pub(super) async fn of(configuration: &Configuration, hadoop: &Hadoop) -> Result<Self, CliError> {
        let mut left = Left::default();
        if configuration.get(&options::HA_TYPE)? == HighAvailabilityType::None {
            return Ok(left);
        }
        let storage = Storage::of(configuration.get(&options::HA_STORAGE_DIR)?.as_deref())?;
        for name in storage.clusters()? {
            // Clusters that are not on YARN are called otherwise.
            let Ok(application) = name.parse() else { continue };
            let kept = Kept { storage: storage.clone(), application: name };
            match hadoop.answer(hadoop.yarn.life(application)).await? {
                ApplicationLife::Alive => {}
                ApplicationLife::Over => left.over.push(kept),
                ApplicationLife::Unknown => left.unknown.push(kept),
            }
        }
        Ok(left)
    }

    /// Says what becomes of it; `would` of what is to be removed.
    pub(super) fn tell(&self, would: &str) {
        self.over.iter().for_each(|kept| output::say(format_args!("{kept}: {would}")));
        self.unknown.iter().for_each(|kept| {
            let why = "stays, for the ResourceManager does not know the application, which may be another cluster's";
            output::note(format_args!("{kept}: {why}"));
        });
    }

    /// Removes what applications have kept that are over, and says of how many, and whether of all. Why others stay is told.
    pub(super) fn remove(&self) -> (usize, bool) {
        let removed = self.over.iter().filter(|kept| kept.remove()).count();
        (removed, removed == self.over.len())
    }
}

impl Kept {
    fn remove(&self) -> bool {
        let why = match self.storage.remove(&self.application) {
            Ok(true) => return true,
            Ok(false) => "a process of the application still leads".to_owned(),
            // Not on every cluster containers run as the user who submits.
            Err(error) => format!("{error}; the user as whom containers run can remove it"),
        };
        output::complain(format_args!("what {} kept for another attempt stays: {why}", self.application));
        false
    }
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.storage.cluster(&self.application).display().fmt(f)
    }
}

//! Nothing is left to anybody.

use crate::{HaError, HighAvailability, Kept};
use std::path::Path;
use weft_common::{JobId, LeaderEpoch};

/// Keeps nothing.
#[derive(Clone, Copy, Debug)]
pub struct NoHighAvailability {
    epoch: LeaderEpoch,
}

impl NoHighAvailability {
    /// Leads as the first and only one. `random` tells this life of the process from others.
    pub fn new(random: u64) -> Self {
        NoHighAvailability { epoch: LeaderEpoch { counter: 1, random } }
    }
}

impl HighAvailability for NoHighAvailability {
    fn epoch(&self) -> LeaderEpoch {
        self.epoch
    }

    fn directory(&self) -> Option<&Path> {
        None
    }

    fn keep_job(&self, _job: JobId, _spec: &[u8]) -> Result<(), HaError> {
        Ok(())
    }

    fn jobs(&self) -> Result<Vec<(JobId, Vec<u8>)>, HaError> {
        Ok(Vec::new())
    }

    fn job_over(&self, _job: JobId, _outcome: &[u8]) -> Result<(), HaError> {
        Ok(())
    }

    fn outcomes(&self) -> Result<Vec<Kept>, HaError> {
        Ok(Vec::new())
    }

    fn forget(&self, _job: JobId) -> Result<(), HaError> {
        Ok(())
    }

    fn remove(&self) -> Result<(), HaError> {
        Ok(())
    }
}

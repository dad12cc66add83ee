//! How much is kept: the part of the settings that the writing thread needs, and that may change under it.

use crate::LogSettings;
use std::sync::{Mutex, PoisonError};

/// Sizes in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Of one file.
    pub(crate) file: u64,
    /// How many earlier files.
    pub(crate) files: u32,
    /// Of all files in the directory.
    pub(crate) total: u64,
    /// How many files in the directory with what programs wrote.
    pub(crate) outputs: usize,
}

impl From<&LogSettings> for Limits {
    fn from(settings: &LogSettings) -> Self {
        Limits {
            file: settings.max_file_size.bytes(),
            files: settings.max_files,
            total: settings.max_total_size.bytes(),
            outputs: settings.max_outputs as usize,
        }
    }
}

/// Limits that are changed by one thread and looked at by another.
#[derive(Debug)]
pub(crate) struct SharedLimits(Mutex<Limits>);

impl SharedLimits {
    pub(crate) fn new(limits: Limits) -> Self {
        SharedLimits(Mutex::new(limits))
    }

    pub(crate) fn get(&self) -> Limits {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set(&self, limits: Limits) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = limits;
    }
}

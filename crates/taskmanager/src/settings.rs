//! What the configuration says about workers.

use std::time::Duration;

use weft_common::configuration::{ConfigError, Configuration, options};
use weft_runtime::{OutputLimits, default_spill_dir};

/// Settings of every lane of a TaskManager.
#[derive(Clone, Debug)]
pub struct WorkerSettings {
    /// What outputs may gather.
    pub limits: OutputLimits,
    /// Largest encoded record in bytes.
    pub max_record: usize,
    /// Longest time a partial batch waits.
    pub buffer_timeout: Duration,
    /// How often a task that does not stop is told of.
    pub cancellation_interval: Duration,
}

impl WorkerSettings {
    /// From a configuration. `pool` is a slot's share of the network memory: what a pushing function may hold in memory.
    pub fn from_configuration(configuration: &Configuration, pool: u64) -> Result<Self, ConfigError> {
        let spill_dir = match configuration.get(&options::TMP_DIRS)? {
            Some(dirs) => dirs.0.first().map_or_else(default_spill_dir, Into::into),
            None => default_spill_dir(),
        };
        Ok(WorkerSettings {
            limits: OutputLimits {
                batch_records: configuration.get(&options::BATCH_MAX_RECORDS)? as usize,
                batch_bytes: configuration.get(&options::BATCH_MAX_SIZE)?.as_usize(),
                memory_bytes: usize::try_from(pool / 2).unwrap_or(usize::MAX),
                spill_bytes: configuration.get(&options::SPILL_MAX_SIZE)?.bytes(),
                spill_dir,
            },
            max_record: configuration.get(&options::MAX_RECORD_SIZE)?.as_usize(),
            buffer_timeout: configuration.get(&options::BUFFER_TIMEOUT)?,
            cancellation_interval: configuration.get(&options::CANCELLATION_INTERVAL)?,
        })
    }
}

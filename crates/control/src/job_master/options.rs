//! A JobMaster's settings as the configuration gives them.

use super::JobMasterSettings;
use crate::RestartStrategy;
use weft_common::configuration::options;
use weft_common::{ConfigError, Configuration};

impl JobMasterSettings {
    /// Reads all settings.
    pub fn from_configuration(configuration: &Configuration) -> Result<Self, ConfigError> {
        let cancellation_timeout = configuration.get(&options::CANCELLATION_TIMEOUT)?;
        Ok(JobMasterSettings {
            slot_request_timeout: configuration.get(&options::SLOT_REQUEST_TIMEOUT)?,
            slot_idle_timeout: configuration.get(&options::SLOT_IDLE_TIMEOUT)?,
            cancellation_timeout: (!cancellation_timeout.is_zero()).then_some(cancellation_timeout),
            failover: configuration.get(&options::FAILOVER_STRATEGY)?,
            restart: RestartStrategy::from_configuration(configuration)?,
            exception_history: configuration.get(&options::EXCEPTION_HISTORY_SIZE)? as usize,
            attempt_history: configuration.get(&options::ATTEMPTS_HISTORY_SIZE)? as usize,
        })
    }
}

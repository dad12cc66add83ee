//! How often to beat, and how long to listen.

use std::time::Duration;
use weft_common::configuration::options;
use weft_common::{ConfigError, Configuration};

/// Settings of a [`HeartbeatMonitor`](super::HeartbeatMonitor).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeartbeatSettings {
    /// Between two heartbeats. Default 10 s.
    pub interval: Duration,
    /// How long a peer may be silent. Default 50 s.
    pub timeout: Duration,
    /// How many refused connections in a row say that a peer whose connection broke has ended; `None`: only silence says so. Default 2.
    pub failure_threshold: Option<u32>,
}

impl Default for HeartbeatSettings {
    fn default() -> Self {
        HeartbeatSettings {
            interval: Duration::from_secs(10),
            timeout: Duration::from_secs(50),
            failure_threshold: Some(2),
        }
    }
}

impl HeartbeatSettings {
    /// Reads `heartbeat.interval`, `heartbeat.timeout` and `heartbeat.rpc-failure-threshold`.
    pub fn from_configuration(configuration: &Configuration) -> Result<Self, ConfigError> {
        let threshold = configuration.get(&options::HEARTBEAT_FAILURE_THRESHOLD)?;
        Ok(HeartbeatSettings {
            interval: configuration.get(&options::HEARTBEAT_INTERVAL)?,
            timeout: configuration.get(&options::HEARTBEAT_TIMEOUT)?,
            failure_threshold: u32::try_from(threshold).ok().filter(|threshold| *threshold > 0),
        })
    }
}

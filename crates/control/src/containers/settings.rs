//! How containers are asked for and given back.

use std::time::Duration;
use weft_common::configuration::options;
use weft_common::{ConfigError, Configuration};

/// Settings of a [`ContainerLedger`](super::ContainerLedger).
#[derive(Clone, Debug, PartialEq)]
pub struct ContainerSettings {
    /// The pace of heartbeats.
    pub pace: HeartbeatPace,
    /// How long a TaskManager without tasks is kept that nobody needs. Default 30 s.
    pub idle_timeout: Duration,
    /// How long a container may take from its start to the registration of its TaskManager. Default 5 min.
    pub registration_timeout: Duration,
    /// How long the workers of an earlier attempt are waited for before new ones are asked for in their place. Default 0.
    pub recovery_timeout: Duration,
    /// How many workers may fail to start within a minute before starts pause. Default 10.
    pub max_start_failures: u32,
    /// The shortest pause after too many failures. Default 3 s.
    pub start_retry_interval: Duration,
    /// After how many failed starts in a row a host is avoided. 3.
    pub host_failures: u32,
    /// How long it is avoided. 10 min.
    pub host_avoided_for: Duration,
}

/// How often an ApplicationMaster is heard of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeartbeatPace {
    /// The shortest time between two heartbeats. 50 ms.
    pub shortest: Duration,
    /// The first wait while containers are to come. 100 ms.
    pub waiting_first: Duration,
    /// How long it stays so after an ask and after containers came; from then on it is doubled with every heartbeat that brings none. 2.5 s:
    /// nodes that have room are given containers with their heartbeats, of which Hadoop sends one a second.
    pub eager: Duration,
    /// The longest wait while containers are to come. Default 500 ms.
    pub waiting: Duration,
    /// The wait when nothing is to come. Default 5 s.
    pub idle: Duration,
    /// The wait after a heartbeat without an answer. 1 s.
    pub failed: Duration,
}

impl Default for HeartbeatPace {
    fn default() -> Self {
        HeartbeatPace {
            shortest: Duration::from_millis(50),
            waiting_first: Duration::from_millis(100),
            eager: Duration::from_millis(2500),
            waiting: Duration::from_millis(500),
            idle: Duration::from_secs(5),
            failed: Duration::from_secs(1),
        }
    }
}

impl Default for ContainerSettings {
    fn default() -> Self {
        ContainerSettings {
            pace: HeartbeatPace::default(),
            idle_timeout: Duration::from_secs(30),
            registration_timeout: Duration::from_secs(300),
            recovery_timeout: Duration::ZERO,
            max_start_failures: 10,
            start_retry_interval: Duration::from_secs(3),
            host_failures: 3,
            host_avoided_for: Duration::from_secs(600),
        }
    }
}

impl ContainerSettings {
    /// Reads all settings. `expiry` is how long an ApplicationMaster may be silent before YARN gives it up: heartbeats come at least
    /// three times as often, whatever is set.
    pub fn from_configuration(configuration: &Configuration, expiry: Duration) -> Result<Self, ConfigError> {
        let longest = expiry / 3;
        let waiting = configuration.get(&options::YARN_CONTAINER_REQUEST_INTERVAL)?.min(longest);
        let defaults = HeartbeatPace::default();
        let failures = configuration.get(&options::START_WORKER_MAX_FAILURE_RATE)?;
        Ok(ContainerSettings {
            pace: HeartbeatPace {
                shortest: defaults.shortest.min(waiting),
                waiting_first: defaults.waiting_first.min(waiting),
                eager: defaults.eager,
                waiting,
                idle: Duration::from_secs(configuration.get(&options::YARN_HEARTBEAT_INTERVAL)?).min(longest),
                failed: defaults.failed.min(longest),
            },
            idle_timeout: configuration.get(&options::TASK_MANAGER_IDLE_TIMEOUT)?,
            registration_timeout: configuration.get(&options::TASK_MANAGER_START_TIMEOUT)?,
            recovery_timeout: configuration.get(&options::PREVIOUS_WORKER_RECOVERY_TIMEOUT)?,
            // Less than one failure a minute still allows the first.
            max_start_failures: failures.clamp(1.0, f64::from(u32::MAX)) as u32,
            start_retry_interval: configuration.get(&options::START_WORKER_RETRY_INTERVAL)?,
            ..ContainerSettings::default()
        })
    }
}

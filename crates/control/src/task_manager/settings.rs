//! What the configuration says about a TaskManager's decisions.

use crate::HeartbeatSettings;
use std::time::Duration;
use weft_common::configuration::options;
use weft_common::{ConfigError, Configuration};

/// Settings of a TaskManager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskManagerSettings {
    /// How many slots it has.
    pub slots: u32,
    /// How it finds its JobManager.
    pub registration: RegistrationSettings,
    /// How it and the JobManager notice each other's end.
    pub heartbeat: HeartbeatSettings,
    /// How long a slot is kept for a job that does not take it. Default 10 s.
    pub slot_timeout: Duration,
    /// How often what a JobMaster has not acknowledged is said again. 1 s.
    pub repeat_interval: Duration,
    /// How often a task that does not stop is reported. Default 30 s.
    pub cancellation_interval: Duration,
    /// How long a task may take to stop before its worker is killed; `None`: for ever. Default 3 min.
    pub cancellation_timeout: Option<Duration>,
    /// How long a worker that is told to end may take before it is killed. 3 s.
    pub worker_stop_timeout: Duration,
    /// What its workers may use; `None` where that is not watched.
    pub memory: Option<WorkerMemory>,
}

/// How a TaskManager finds its JobManager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegistrationSettings {
    /// How long the first attempt may take; doubled with every further one. Default 100 ms.
    pub initial_timeout: Duration,
    /// The longest that an attempt may take. Default 30 s.
    pub max_timeout: Duration,
    /// The pause after an attempt that went wrong. Default 10 s.
    pub error_delay: Duration,
    /// The pause after a refusal. Default 30 s.
    pub refused_delay: Duration,
    /// When to give up. Default 5 min.
    pub give_up_after: Duration,
}

/// The memory of workers, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkerMemory {
    /// What a worker may use whatever its slots.
    pub base: u64,
    /// What it may use for each slot of its job.
    pub per_slot: u64,
    /// What there is for the TaskManager and all workers: the container.
    pub container: u64,
}

impl Default for RegistrationSettings {
    fn default() -> Self {
        RegistrationSettings {
            initial_timeout: Duration::from_millis(100),
            max_timeout: Duration::from_secs(30),
            error_delay: Duration::from_secs(10),
            refused_delay: Duration::from_secs(30),
            give_up_after: Duration::from_secs(300),
        }
    }
}

impl Default for TaskManagerSettings {
    fn default() -> Self {
        TaskManagerSettings {
            slots: 1,
            registration: RegistrationSettings::default(),
            heartbeat: HeartbeatSettings::default(),
            slot_timeout: Duration::from_secs(10),
            repeat_interval: Duration::from_secs(1),
            cancellation_interval: Duration::from_secs(30),
            cancellation_timeout: Some(Duration::from_secs(180)),
            worker_stop_timeout: Duration::from_secs(3),
            memory: None,
        }
    }
}

impl TaskManagerSettings {
    /// Reads all settings. What workers may use of the memory is for the caller to say.
    pub fn from_configuration(configuration: &Configuration) -> Result<Self, ConfigError> {
        let cancellation_timeout = configuration.get(&options::CANCELLATION_TIMEOUT)?;
        Ok(TaskManagerSettings {
            slots: configuration.get(&options::TASK_MANAGER_SLOTS)?,
            registration: RegistrationSettings {
                initial_timeout: configuration.get(&options::REGISTRATION_INITIAL_TIMEOUT)?,
                max_timeout: configuration.get(&options::REGISTRATION_MAX_TIMEOUT)?,
                error_delay: configuration.get(&options::REGISTRATION_ERROR_DELAY)?,
                refused_delay: configuration.get(&options::REGISTRATION_REFUSED_DELAY)?,
                give_up_after: configuration.get(&options::TASK_MANAGER_REGISTRATION_TIMEOUT)?,
            },
            heartbeat: HeartbeatSettings::from_configuration(configuration)?,
            slot_timeout: configuration.get(&options::TASK_MANAGER_SLOT_TIMEOUT)?,
            cancellation_interval: configuration.get(&options::CANCELLATION_INTERVAL)?,
            cancellation_timeout: (!cancellation_timeout.is_zero()).then_some(cancellation_timeout),
            ..TaskManagerSettings::default()
        })
    }
}

//! What the configuration says about running a job.

use crate::RestartStrategy;
use std::time::Duration;
use weft_common::configuration::options::FailoverStrategy;

/// Settings of a JobMaster.
#[derive(Clone, Debug, PartialEq)]
pub struct JobMasterSettings {
    /// How long a job waits for its slots. Default 5 min.
    pub slot_request_timeout: Duration,
    /// How long a slot that the job does not use is kept. Default 50 s.
    pub slot_idle_timeout: Duration,
    /// How long a task may take to stop before its worker is given up; `None`: for ever. Default 3 min.
    pub cancellation_timeout: Option<Duration>,
    /// Which tasks run again after a failure.
    pub failover: FailoverStrategy,
    /// Whether and when they run again.
    pub restart: RestartStrategy,
    /// Root causes kept. Default 16.
    pub exception_history: usize,
    /// Earlier attempts kept for each subtask. Default 16.
    pub attempt_history: usize,
}

impl Default for JobMasterSettings {
    fn default() -> Self {
        JobMasterSettings {
            slot_request_timeout: Duration::from_secs(300),
            slot_idle_timeout: Duration::from_secs(50),
            cancellation_timeout: Some(Duration::from_secs(180)),
            failover: FailoverStrategy::Region,
            restart: RestartStrategy::None,
            exception_history: 16,
            attempt_history: 16,
        }
    }
}

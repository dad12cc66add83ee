//! Whether and when a failed job runs again.
//!
//! A [`RestartStrategy`] is what the configuration says; [`RestartBackoff`] is one job's use of it, with the memory of
//! that job's failures. Time and entropy are arguments.

mod exponential_delay;
mod failure_rate;
mod fixed_delay;
mod options;

#[cfg(test)]
mod golden_test;
#[cfg(test)]
mod tests;

pub use exponential_delay::ExponentialDelay;
pub use failure_rate::FailureRate;
pub use fixed_delay::FixedDelay;

use exponential_delay::ExponentialDelayBackoff;
use failure_rate::FailureRateBackoff;
use fixed_delay::FixedDelayBackoff;
use std::fmt;
use std::time::Duration;
use weft_common::Mono;

/// How a job is restarted after failures. Default: not at all.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum RestartStrategy {
    /// The first failure is the end.
    #[default]
    None,
    /// A number of restarts, each after the same delay.
    FixedDelay(FixedDelay),
    /// Restarts as long as failures are rare enough.
    FailureRate(FailureRate),
    /// Restarts after delays that grow while failures keep coming.
    ExponentialDelay(ExponentialDelay),
}

impl fmt::Display for RestartStrategy {
    /// The names that operators know from logs, with the settings.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RestartStrategy::None => f.write_str("NoRestartBackoffTimeStrategy"),
            RestartStrategy::FixedDelay(settings) => write!(f, "{settings}"),
            RestartStrategy::FailureRate(settings) => write!(f, "{settings}"),
            RestartStrategy::ExponentialDelay(settings) => write!(f, "{settings}"),
        }
    }
}

/// What is to be done about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether the failure counts as a new attempt, or falls into the back-off of the one before it.
    pub new_attempt: bool,
    /// How long to wait before running again; `None` when there is no restart any more.
    pub restart_after: Option<Duration>,
}

/// A restart strategy at work: the failures of one job.
#[derive(Clone, Debug)]
pub struct RestartBackoff {
    strategy: RestartStrategy,
    memory: Memory,
}

/// What each strategy remembers of earlier failures.
#[derive(Clone, Debug)]
enum Memory {
    None,
    FixedDelay(FixedDelayBackoff),
    FailureRate(FailureRateBackoff),
    ExponentialDelay(ExponentialDelayBackoff),
}

impl RestartBackoff {
    /// No failures yet.
    pub fn new(strategy: RestartStrategy) -> Self {
        let memory = match &strategy {
            RestartStrategy::None => Memory::None,
            RestartStrategy::FixedDelay(settings) => Memory::FixedDelay(FixedDelayBackoff::new(settings.clone())),
            RestartStrategy::FailureRate(settings) => Memory::FailureRate(FailureRateBackoff::new(settings.clone())),
            RestartStrategy::ExponentialDelay(settings) => {
                Memory::ExponentialDelay(ExponentialDelayBackoff::new(settings.clone()))
            }
        };
        RestartBackoff { strategy, memory }
    }

    /// The strategy at work.
    pub fn strategy(&self) -> &RestartStrategy {
        &self.strategy
    }

    /// Counts a failure and decides. `entropy` spreads the restarts of jobs that failed together; only the
    /// exponential delay uses it.
    pub fn on_failure(&mut self, now: Mono, entropy: u64) -> Decision {
        match &mut self.memory {
            Memory::None => Decision { new_attempt: true, restart_after: None },
            Memory::FixedDelay(backoff) => backoff.on_failure(),
            Memory::FailureRate(backoff) => backoff.on_failure(now),
            Memory::ExponentialDelay(backoff) => backoff.on_failure(now, entropy),
        }
    }
}

//! The restart strategy as the configuration gives it.

use super::{ExponentialDelay, FailureRate, FixedDelay, RestartStrategy};
use weft_common::configuration::options::{self, RestartStrategyType};
use weft_common::{ConfigError, Configuration};

/// As an option, this many attempts mean that there is no limit.
const UNLIMITED: u32 = i32::MAX as u32;

impl RestartStrategy {
    /// Reads the strategy and its settings. What the program or `-D` sets beats the file; nothing set means
    /// [`RestartStrategy::None`].
    pub fn from_configuration(configuration: &Configuration) -> Result<Self, ConfigError> {
        match configuration.get(&options::RESTART_STRATEGY)? {
            None | Some(RestartStrategyType::None) => Ok(RestartStrategy::None),
            Some(RestartStrategyType::FixedDelay) => fixed_delay(configuration).map(RestartStrategy::FixedDelay),
            Some(RestartStrategyType::FailureRate) => failure_rate(configuration).map(RestartStrategy::FailureRate),
            Some(RestartStrategyType::ExponentialDelay) => {
                exponential_delay(configuration).map(RestartStrategy::ExponentialDelay)
            }
        }
    }
}

fn fixed_delay(configuration: &Configuration) -> Result<FixedDelay, ConfigError> {
    Ok(FixedDelay {
        attempts: configuration.get(&options::FIXED_DELAY_ATTEMPTS)?,
        delay: configuration.get(&options::FIXED_DELAY_DELAY)?,
    })
}

fn failure_rate(configuration: &Configuration) -> Result<FailureRate, ConfigError> {
    Ok(FailureRate {
        max_failures_per_interval: configuration.get(&options::FAILURE_RATE_MAX_FAILURES)?,
        interval: configuration.get(&options::FAILURE_RATE_INTERVAL)?,
        delay: configuration.get(&options::FAILURE_RATE_DELAY)?,
    })
}

fn exponential_delay(configuration: &Configuration) -> Result<ExponentialDelay, ConfigError> {
    let attempts = configuration.get(&options::EXPONENTIAL_DELAY_ATTEMPTS)?;
    Ok(ExponentialDelay {
        initial: configuration.get(&options::EXPONENTIAL_DELAY_INITIAL_BACKOFF)?,
        max: configuration.get(&options::EXPONENTIAL_DELAY_MAX_BACKOFF)?,
        multiplier: configuration.get(&options::EXPONENTIAL_DELAY_MULTIPLIER)?,
        reset_threshold: configuration.get(&options::EXPONENTIAL_DELAY_RESET_THRESHOLD)?,
        jitter: configuration.get(&options::EXPONENTIAL_DELAY_JITTER)?,
        attempts_before_reset: (attempts < UNLIMITED).then_some(attempts),
    })
}

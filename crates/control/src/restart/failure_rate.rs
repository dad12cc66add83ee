//! Restarts as long as failures are rare enough.

use super::Decision;
use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;
use weft_common::Mono;

/// Settings of the failure-rate strategy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureRate {
    /// How many failures within `interval` are still answered by a restart. Default 1.
    pub max_failures_per_interval: u32,
    /// The length of the sliding window. Default 1 min.
    pub interval: Duration,
    /// Time between a failure and the restart. Default 1 s.
    pub delay: Duration,
}

impl fmt::Display for FailureRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "FailureRateRestartBackoffTimeStrategy(failuresIntervalMS={}, backoffTimeMS={}, \
             maxFailuresPerInterval={})",
            self.interval.as_millis(),
            self.delay.as_millis(),
            self.max_failures_per_interval
        )
    }
}

/// The failure-rate strategy at work.
#[derive(Clone, Debug)]
pub(super) struct FailureRateBackoff {
    settings: FailureRate,
    /// The newest failures, oldest first; at most one more than the window may hold.
    failures: VecDeque<Mono>,
}

impl FailureRateBackoff {
    pub(super) fn new(settings: FailureRate) -> Self {
        FailureRateBackoff { settings, failures: VecDeque::new() }
    }

    pub(super) fn on_failure(&mut self, now: Mono) -> Decision {
        self.failures.push_back(now);
        let newer_than_the_limit = self.settings.max_failures_per_interval as usize + 1;
        if self.failures.len() > newer_than_the_limit {
            self.failures.pop_front();
        }
        let too_many = self.failures.len() == newer_than_the_limit
            && self.failures.front().is_some_and(|oldest| now.since(*oldest) <= self.settings.interval);
        Decision { new_attempt: true, restart_after: (!too_many).then_some(self.settings.delay) }
    }
}

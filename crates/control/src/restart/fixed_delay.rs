//! A number of restarts, each after the same delay.

use super::Decision;
use std::fmt;
use std::time::Duration;

/// Settings of the fixed-delay strategy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixedDelay {
    /// How many restarts a job is given in all. Default 1.
    pub attempts: u32,
    /// Time between a failure and the restart. Default 1 s.
    pub delay: Duration,
}

impl fmt::Display for FixedDelay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FixedDelay { attempts, delay } = self;
        write!(
            f,
            "FixedDelayRestartBackoffTimeStrategy(maxNumberRestartAttempts={attempts}, backoffTimeMS={})",
            delay.as_millis()
        )
    }
}

/// The fixed-delay strategy at work.
#[derive(Clone, Debug)]
pub(super) struct FixedDelayBackoff {
    settings: FixedDelay,
    failures: u32,
}

impl FixedDelayBackoff {
    pub(super) fn new(settings: FixedDelay) -> Self {
        FixedDelayBackoff { settings, failures: 0 }
    }

    pub(super) fn on_failure(&mut self) -> Decision {
        self.failures = self.failures.saturating_add(1);
        let allowed = self.failures <= self.settings.attempts;
        Decision { new_attempt: true, restart_after: allowed.then_some(self.settings.delay) }
    }
}

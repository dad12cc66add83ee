//! Restarts after delays that grow while failures keep coming.
//!
//! The n-th attempt in a row waits initial × multiplier^(n−1), at most the maximum, spread by the jitter. Failures that
//! arrive before the planned restart are one event with the failure that planned it: a lost machine takes many tasks
//! down within moments, and must not drive the delay to its maximum. A job that stayed healthy for the reset threshold
//! after its last planned restart begins anew.

use super::Decision;
use std::fmt;
use std::time::Duration;
use weft_common::Mono;

/// Settings of the exponential-delay strategy.
#[derive(Clone, Debug, PartialEq)]
pub struct ExponentialDelay {
    /// The first delay, and the least. Default 1 s.
    pub initial: Duration,
    /// The longest delay. Default 1 min.
    pub max: Duration,
    /// What each further attempt multiplies the delay by; at least 1. Default 1.5.
    pub multiplier: f64,
    /// How long a job must run after a restart for its earlier failures to be forgotten. Default 1 h.
    pub reset_threshold: Duration,
    /// By which part of itself, up or down, a delay is spread; 0 to 1. Default 0.1.
    pub jitter: f64,
    /// After how many attempts in a row the job is given up; `None`: never, the default.
    pub attempts_before_reset: Option<u32>,
}

impl fmt::Display for ExponentialDelay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "ExponentialDelayRestartBackoffTimeStrategy(initialBackoffMS={}, maxBackoffMS={}, backoffMultiplier={}, \
             resetBackoffThresholdMS={}, jitterFactor={}, attemptsBeforeResetBackoff={})",
            self.initial.as_millis(),
            self.max.as_millis(),
            self.multiplier,
            self.reset_threshold.as_millis(),
            self.jitter,
            self.attempts_before_reset.map_or("infinite".to_owned(), |attempts| attempts.to_string())
        )
    }
}

impl ExponentialDelay {
    /// The delay before attempt `attempt` (0 the first), in whole milliseconds.
    fn delay(&self, attempt: u32, entropy: u64) -> Duration {
        let initial = millis(self.initial);
        let grown = (initial * self.multiplier.powf(f64::from(attempt))).min(millis(self.max)).floor();
        let spread = (grown * self.jitter * symmetric(entropy)).trunc();
        Duration::from_millis((grown + spread).min(millis(self.max)).max(initial) as u64)
    }
}

fn millis(duration: Duration) -> f64 {
    duration.as_millis() as f64
}

/// A number in [−1, 1) from 64 random bits.
fn symmetric(entropy: u64) -> f64 {
    (entropy >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

/// The exponential-delay strategy at work.
#[derive(Clone, Debug)]
pub(super) struct ExponentialDelayBackoff {
    settings: ExponentialDelay,
    /// New attempts since the last reset.
    attempts: u32,
    /// When the restart for the newest attempt is, or was, due.
    next_restart: Option<Mono>,
}

impl ExponentialDelayBackoff {
    pub(super) fn new(settings: ExponentialDelay) -> Self {
        ExponentialDelayBackoff { settings, attempts: 0, next_restart: None }
    }

    pub(super) fn on_failure(&mut self, now: Mono, entropy: u64) -> Decision {
        match self.next_restart {
            Some(due) if now <= due => return self.decide(false, due.since(now)),
            Some(due) if now.since(due) >= self.settings.reset_threshold => self.attempts = 0,
            _ => {}
        }
        let delay = self.settings.delay(self.attempts, entropy);
        self.attempts = self.attempts.saturating_add(1);
        self.next_restart = Some(now + delay);
        self.decide(true, delay)
    }

    fn decide(&self, new_attempt: bool, delay: Duration) -> Decision {
        let allowed = self.settings.attempts_before_reset.is_none_or(|limit| self.attempts <= limit);
        Decision { new_attempt, restart_after: allowed.then_some(delay) }
    }
}

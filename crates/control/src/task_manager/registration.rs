//! Finding the JobManager, and finding it again.

use super::{RegistrationFailure, RegistrationSettings, TaskManagerCommand, TaskManagerCommands};
use std::time::Duration;
use weft_common::Mono;

/// Where the search stands.
#[derive(Clone, Debug)]
enum Link {
    /// Not begun, or not wanted any more.
    Idle,
    /// An attempt is under way.
    Connecting { attempt: u64, until: Mono, timeout: Duration },
    /// Between two attempts; the next may take `timeout`.
    Waiting { until: Mono, timeout: Duration },
    /// There is a connection.
    Registered { attempt: u64 },
}

/// The attempts to register with a JobManager.
#[derive(Clone, Debug)]
pub(super) struct Registration {
    settings: RegistrationSettings,
    link: Link,
    attempts: u64,
    /// Since when there is no connection.
    since: Mono,
    last_failure: String,
}

impl Registration {
    pub(super) fn new(settings: RegistrationSettings) -> Self {
        Registration { settings, link: Link::Idle, attempts: 0, since: Mono::default(), last_failure: String::new() }
    }

    pub(super) fn start(&mut self, now: Mono, out: &mut TaskManagerCommands) {
        if let Link::Idle = self.link {
            self.since = now;
            self.connect(now, self.settings.initial_timeout, out);
        }
    }

    pub(super) fn stop(&mut self) {
        self.link = Link::Idle;
    }

    pub(super) fn is_registered(&self) -> bool {
        matches!(self.link, Link::Registered { .. })
    }

    fn connect(&mut self, now: Mono, timeout: Duration, out: &mut TaskManagerCommands) {
        self.attempts += 1;
        self.link = Link::Connecting { attempt: self.attempts, until: now + timeout, timeout };
        out.push(TaskManagerCommand::Connect { attempt: self.attempts, timeout });
    }

    /// Whether this is the attempt whose answer is awaited.
    pub(super) fn awaits(&self, answered: u64) -> bool {
        matches!(self.link, Link::Connecting { attempt, .. } if attempt == answered)
    }

    pub(super) fn accepted(&mut self, attempt: u64) {
        self.link = Link::Registered { attempt };
    }

    /// After nobody was there the next attempt begins when this one's time is over; after anything else later, and with the patience of a
    /// first attempt.
    pub(super) fn failed(&mut self, now: Mono, failed: u64, failure: RegistrationFailure) {
        let Link::Connecting { attempt, until, timeout } = self.link else { return };
        if attempt != failed {
            return;
        }
        let initial = self.settings.initial_timeout;
        let (until, timeout, sentence) = match failure {
            RegistrationFailure::Unreachable(sentence) => (until, self.doubled(timeout), sentence),
            RegistrationFailure::Error(sentence) => (now + self.settings.error_delay, initial, sentence),
            RegistrationFailure::Refused(sentence) => (now + self.settings.refused_delay, initial, sentence),
        };
        self.last_failure = sentence;
        self.link = Link::Waiting { until, timeout };
    }

    fn doubled(&self, timeout: Duration) -> Duration {
        timeout.saturating_mul(2).min(self.settings.max_timeout)
    }

    /// The connection of `attempt` broke, or whichever there is; tells whether that is news.
    pub(super) fn lost(&mut self, now: Mono, broken: Option<u64>, cause: String) -> bool {
        let Link::Registered { attempt } = self.link else { return false };
        if broken.is_some_and(|broken| broken != attempt) {
            return false;
        }
        self.since = now;
        self.last_failure = cause;
        let timeout = self.settings.initial_timeout;
        self.link = Link::Waiting { until: now + timeout, timeout };
        true
    }

    /// Begins the next attempt when it is due. Once it has taken too long in all, gives up and says why.
    pub(super) fn tick(&mut self, now: Mono, out: &mut TaskManagerCommands) -> Option<String> {
        if self.give_up_at().is_some_and(|deadline| deadline <= now) {
            self.link = Link::Idle;
            return Some(self.farewell());
        }
        match self.link {
            Link::Connecting { until, timeout, .. } if until <= now => {
                self.last_failure = format!("no answer within {} ms", timeout.as_millis());
                self.connect(now, self.doubled(timeout), out);
            }
            Link::Waiting { until, timeout } if until <= now => self.connect(now, timeout, out),
            _ => {}
        }
        None
    }

    pub(super) fn next_deadline(&self) -> Option<Mono> {
        let next = match self.link {
            Link::Connecting { until, .. } | Link::Waiting { until, .. } => Some(until),
            Link::Idle | Link::Registered { .. } => None,
        };
        next.into_iter().chain(self.give_up_at()).min()
    }

    fn give_up_at(&self) -> Option<Mono> {
        match self.link {
            Link::Connecting { .. } | Link::Waiting { .. } => Some(self.since + self.settings.give_up_after),
            Link::Idle | Link::Registered { .. } => None,
        }
    }

    fn farewell(&self) -> String {
        format!(
            "not registered with a JobManager within taskmanager.registration.timeout ({} s), after {} attempts; the last: \
             {}; check that the JobManager runs, and that jobmanager.rpc.address and jobmanager.rpc.port say where",
            self.settings.give_up_after.as_secs_f64(),
            self.attempts,
            self.last_failure,
        )
    }
}

//! Starts that fail: how many there were lately, and where.

use super::ContainerSettings;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use weft_common::Mono;

/// The window over which failures are counted.
const WINDOW: Duration = Duration::from_secs(60);

/// What failed starts lead to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Consequences {
    /// Starts pause until then, with so many failures within the window.
    pub(super) pause: Option<(Mono, u32)>,
    /// The host is avoided until then.
    pub(super) avoid_until: Option<Mono>,
}

/// The failures of the last minute, and those in a row at every host.
#[derive(Clone, Debug)]
pub(super) struct StartFailures {
    max: usize,
    retry_interval: Duration,
    host_max: u32,
    avoided_for: Duration,
    /// Oldest first.
    recent: VecDeque<Mono>,
    paused_until: Option<Mono>,
    by_host: BTreeMap<String, u32>,
}

impl StartFailures {
    pub(super) fn new(settings: &ContainerSettings) -> Self {
        StartFailures {
            max: settings.max_start_failures.max(1) as usize,
            retry_interval: settings.start_retry_interval,
            host_max: settings.host_failures.max(1),
            avoided_for: settings.host_avoided_for,
            recent: VecDeque::new(),
            paused_until: None,
            by_host: BTreeMap::new(),
        }
    }

    /// A start failed at `host`.
    pub(super) fn failed(&mut self, now: Mono, host: &str) -> Consequences {
        self.recent.push_back(now);
        self.forget_old(now);
        let in_a_row = self.by_host.entry(host.to_owned()).or_default();
        *in_a_row += 1;
        let avoid_until = (*in_a_row >= self.host_max).then(|| now + self.avoided_for);
        if avoid_until.is_some() {
            self.by_host.remove(host);
        }
        Consequences { pause: self.pause(now), avoid_until }
    }

    /// The pause that begins now, if there was none.
    fn pause(&mut self, now: Mono) -> Option<(Mono, u32)> {
        let one_too_many = self.recent.len().checked_sub(self.max)?;
        let room_at = self.recent.get(one_too_many).map_or(now, |failure| *failure + WINDOW);
        let until = room_at.max(now + self.retry_interval);
        let begins = self.paused_until.replace(until).is_none();
        begins.then(|| (until, u32::try_from(self.recent.len()).unwrap_or(u32::MAX)))
    }

    /// A worker started at `host`.
    pub(super) fn succeeded(&mut self, host: &str) {
        self.by_host.remove(host);
    }

    /// When starts go on, while they pause.
    pub(super) fn paused_until(&self) -> Option<Mono> {
        self.paused_until
    }

    pub(super) fn tick(&mut self, now: Mono) {
        self.forget_old(now);
        if self.paused_until.is_some_and(|until| until <= now) {
            self.paused_until = None;
        }
    }

    fn forget_old(&mut self, now: Mono) {
        while self.recent.front().is_some_and(|oldest| now.since(*oldest) >= WINDOW) {
            self.recent.pop_front();
        }
    }
}

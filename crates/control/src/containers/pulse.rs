//! When the next heartbeat is due, and which one is under way.

use super::{ContainerHeartbeat, HeartbeatPace, ProfileId};
use std::time::Duration;
use weft_common::Mono;

/// What there is to hurry for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Urgency {
    /// There is something to say.
    News,
    /// Containers are to come.
    Waiting,
    /// Nothing.
    Idle,
}

#[derive(Clone, Debug)]
enum Flight {
    /// Nothing is under way.
    None,
    /// Sent, not answered.
    Sent(ContainerHeartbeat),
    /// Sent without an answer; to be sent again, unchanged, since it may have arrived.
    Repeat { heartbeat: ContainerHeartbeat, at: Mono },
}

/// The heartbeats of one attempt.
#[derive(Clone, Debug)]
pub(super) struct Pulse {
    pace: HeartbeatPace,
    next_number: u64,
    /// When the last one was sent; `None`: none yet.
    sent_at: Option<Mono>,
    flight: Flight,
    /// The wait while containers are to come.
    patience: Duration,
    /// Until when that wait stays the first one.
    eager_until: Mono,
    /// Containers came with the last answer.
    brought: bool,
}

impl Pulse {
    pub(super) fn new(pace: HeartbeatPace) -> Self {
        let patience = pace.waiting_first;
        Pulse {
            pace,
            next_number: 1,
            sent_at: None,
            flight: Flight::None,
            patience,
            eager_until: Mono::default(),
            brought: false,
        }
    }

    /// When the next heartbeat may be sent; `None` while one is under way.
    pub(super) fn due(&self, urgency: Urgency) -> Option<Mono> {
        let wait = match &self.flight {
            Flight::Sent(_) => return None,
            Flight::Repeat { at, .. } => return Some(*at),
            Flight::None => match urgency {
                Urgency::News => self.pace.shortest,
                Urgency::Waiting => self.patience,
                Urgency::Idle => self.pace.idle,
            },
        };
        Some(self.sent_at.map_or(Mono::default(), |sent| sent + wait))
    }

    /// The heartbeat that is to be sent again.
    pub(super) fn repeat(&mut self, now: Mono) -> Option<ContainerHeartbeat> {
        let Flight::Repeat { heartbeat, .. } = &self.flight else { return None };
        let heartbeat = heartbeat.clone();
        self.sent_at = Some(now);
        self.flight = Flight::Sent(heartbeat.clone());
        Some(heartbeat)
    }

    /// Numbers a heartbeat, which is under way from now on.
    pub(super) fn send(&mut self, now: Mono, mut heartbeat: ContainerHeartbeat) -> ContainerHeartbeat {
        heartbeat.number = self.next_number;
        self.next_number += 1;
        if !heartbeat.asks.is_empty() || std::mem::take(&mut self.brought) {
            self.eager_until = now + self.pace.eager;
        }
        self.patience = match now < self.eager_until {
            true => self.pace.waiting_first,
            false => (self.patience * 2).min(self.pace.waiting),
        };
        self.sent_at = Some(now);
        self.flight = Flight::Sent(heartbeat.clone());
        heartbeat
    }

    /// An answer to a heartbeat: gives the profiles it asked for, if it is the one under way.
    pub(super) fn answered(&mut self, number: u64, brought_containers: bool) -> Option<Vec<ProfileId>> {
        let heartbeat = match &self.flight {
            Flight::Sent(heartbeat) | Flight::Repeat { heartbeat, .. } if heartbeat.number == number => heartbeat,
            _ => return None,
        };
        let asked = heartbeat.asks.iter().map(|ask| ask.profile).collect();
        self.flight = Flight::None;
        if brought_containers {
            self.patience = self.pace.waiting_first;
            self.brought = true;
        }
        Some(asked)
    }

    /// A heartbeat got no answer.
    pub(super) fn failed(&mut self, now: Mono, number: u64) {
        if let Flight::Sent(heartbeat) = &self.flight
            && heartbeat.number == number
        {
            self.flight = Flight::Repeat { heartbeat: heartbeat.clone(), at: now + self.pace.failed };
        }
    }

    /// Whoever was to answer has forgotten this attempt.
    pub(super) fn forgotten(&mut self) {
        self.flight = Flight::None;
        self.sent_at = None;
        self.patience = self.pace.waiting_first;
    }
}

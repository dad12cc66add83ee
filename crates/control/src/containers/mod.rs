//! The ledger of the containers that an ApplicationMaster holds, has asked for, and gives back.
//!
//! # What is asked
//!
//! YARN keeps for every priority an absolute number of containers still to come, which it counts down itself as it gives them. There is
//! one priority for each [`ProfileId`], since two sizes under one priority overwrite each other. The ledger reconciles with every event
//! what is *wanted* (declared by the ResourceManager machine), *held* and *asked*: asked is to be wanted less held. The number goes out
//! only when it differs from what YARN has by its own counting, so satisfied asks are never said again. A container that comes although
//! enough are held is given back with the next heartbeat, which is then due at once. That happens when a higher number crosses
//! containers on their way: YARN takes the new number for what is missing beyond them.
//!
//! # A container's life
//!
//! ```text
//!  grant ─► Granted ─► Launched ─► Registered ◄─┬─ Inherited ◄─ an earlier attempt
//!    │        │ start    │ time-    │ idle for    │  │ not registered in time
//!    │surplus │ failed   │ out      │ too long,   │  │
//!    ▼        ▼          ▼          ▼ not needed  │  ▼
//!  Releasing ◄──────────────────────┴─────────────┴───
//!    └─► gone when YARN says so, or after 10 min
//!
//!  Registered ─ WorkerLost ─► Lost ─┬─► Registered, when it comes back
//!                                   ├─► gone, with YARN's reason
//!                                   └─► Releasing after 5 s
//! ```
//!
//! A container that completes is fenced at once in every stage: YARN may report the end of a process that still lives. A worker that was
//! lost is released only after a moment: it may come back, and YARN's word on a released container is that it was released, not that it was
//! killed for its memory.
//!
//! # Heartbeats
//!
//! One is under way at a time. One without an answer is sent again unchanged: it may have arrived, and is then answered as before. When
//! the ResourceManager has forgotten the attempt, everything is said again: all asks, all releases that were not confirmed, all hosts that
//! are not to be used. The pace is [`HeartbeatPace`]'s.
//!
//! # Failures
//!
//! Too many failed starts within a minute pause all of them (`resourcemanager.start-worker.max-failure-rate`); a host where several
//! failed in a row is avoided, unless that would be true of a third of the cluster.
//!
//! # Files
//!
//! `demand` is what is wanted and asked, `container` how far one has come, `granting` what comes and goes with answers, `keeping` what
//! time does to containers, `pulse` when heartbeats are due, `starts` and `blocklist` what fails and where.

mod blocklist;
mod command;
mod container;
mod demand;
mod event;
mod granting;
mod keeping;
mod pulse;
mod settings;
mod starts;

#[cfg(test)]
mod tests;

pub use command::{
    ContainerAsk, ContainerCommand, ContainerCommands, ContainerHeartbeat, ContainerLoss, ReleaseReason,
};
pub use container::ContainerOverview;
pub use event::{
    CompletedContainer, ContainerEvent, ContainerId, GrantedContainer, HeartbeatAnswer, ProfileId, StartFailure,
};
pub use settings::{ContainerSettings, HeartbeatPace};

use blocklist::Blocklist;
use container::{Container, Stage};
use demand::{Demands, Held};
use pulse::{Pulse, Urgency};
use starts::StartFailures;
use std::collections::BTreeMap;
use weft_common::Mono;

/// Whether there is anybody to send heartbeats to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Unregistered,
    Registered,
    Ended,
}

/// The state machine of an attempt's containers.
#[derive(Clone, Debug)]
pub struct ContainerLedger {
    settings: ContainerSettings,
    phase: Phase,
    demands: Demands,
    containers: BTreeMap<ContainerId, Container>,
    /// To be given back with the next heartbeat.
    releases: Vec<ContainerId>,
    blocklist: Blocklist,
    starts: StartFailures,
    pulse: Pulse,
    cluster_nodes: u32,
    surplus: u64,
}

impl ContainerLedger {
    /// No containers, and none wanted yet. Workers are of one of `profiles`; others are given back.
    pub fn new(settings: ContainerSettings, profiles: impl IntoIterator<Item = ProfileId>) -> Self {
        ContainerLedger {
            phase: Phase::Unregistered,
            demands: Demands::new(profiles),
            containers: BTreeMap::new(),
            releases: Vec::new(),
            blocklist: Blocklist::default(),
            starts: StartFailures::new(&settings),
            pulse: Pulse::new(settings.pace),
            cluster_nodes: 0,
            surplus: 0,
            settings,
        }
    }

    /// Takes an event and appends the commands that follow from it.
    pub fn on(&mut self, now: Mono, event: ContainerEvent, out: &mut ContainerCommands) {
        if self.phase == Phase::Ended {
            return;
        }
        self.starts.tick(now);
        self.blocklist.tick(now);
        self.take(now, event, out);
        if self.phase == Phase::Registered {
            self.keep(now, out);
            self.beat(now, out);
        }
    }

    fn take(&mut self, now: Mono, event: ContainerEvent, out: &mut ContainerCommands) {
        match event {
            ContainerEvent::Registered { inherited } => {
                self.phase = Phase::Registered;
                self.inherit(now, inherited, out);
            }
            ContainerEvent::Resynced { inherited } => self.resync(now, inherited, out),
            ContainerEvent::WorkersWanted { profile, workers } => self.demands.want(profile, workers),
            ContainerEvent::Answered { number, answer } => self.answered(now, number, answer, out),
            ContainerEvent::HeartbeatFailed { number } => self.pulse.failed(now, number),
            ContainerEvent::Started { container } => self.started(container),
            ContainerEvent::StartFailed { container, failure, cause } => {
                self.start_failed(now, container, failure, cause, out);
            }
            ContainerEvent::WorkerRegistered { container } => self.worker_registered(now, container),
            ContainerEvent::WorkerIdle { container } => self.worker_idle(container, Some(now)),
            ContainerEvent::WorkerBusy { container } => self.worker_idle(container, None),
            ContainerEvent::WorkerLost { container } => self.worker_lost(now, container),
            ContainerEvent::HostBlocked { host } => self.blocklist.block(host),
            ContainerEvent::HostUnblocked { host } => self.blocklist.unblock(&host),
            ContainerEvent::Tick => {}
            ContainerEvent::Ended => self.phase = Phase::Ended,
        }
    }

    /// Says everything again to a ResourceManager that knows nothing.
    fn resync(&mut self, now: Mono, inherited: Vec<GrantedContainer>, out: &mut ContainerCommands) {
        self.phase = Phase::Registered;
        self.pulse.forgotten();
        self.demands.forgotten();
        self.blocklist.forgotten();
        let leaving =
            |(id, held): (&ContainerId, &Container)| matches!(held.stage, Stage::Releasing { .. }).then_some(*id);
        self.releases = self.containers.iter().filter_map(leaving).collect();
        self.inherit(now, inherited, out);
    }

    /// Sends a heartbeat if one is due.
    fn beat(&mut self, now: Mono, out: &mut ContainerCommands) {
        let held = self.held();
        let urgency = self.urgency(&held);
        if self.pulse.due(urgency).is_none_or(|due| due > now) {
            return;
        }
        let heartbeat = match self.pulse.repeat(now) {
            Some(heartbeat) => heartbeat,
            None => {
                let asks: Vec<_> = self.demands.news(&held, self.starts.paused_until().is_some()).collect();
                self.demands.said(&asks);
                let releases = std::mem::take(&mut self.releases);
                let (block, unblock) = self.blocklist.take_news();
                self.pulse.send(now, ContainerHeartbeat { number: 0, asks, releases, block, unblock })
            }
        };
        out.push(ContainerCommand::Heartbeat(heartbeat));
    }

    fn urgency(&self, held: &Held) -> Urgency {
        let paused = self.starts.paused_until().is_some();
        let lost = |container: &Container| matches!(container.stage, Stage::Lost { .. });
        if !self.releases.is_empty() || self.blocklist.has_news() || self.demands.news(held, paused).next().is_some() {
            Urgency::News
        } else if self.demands.waits() || self.containers.values().any(lost) {
            Urgency::Waiting
        } else {
            Urgency::Idle
        }
    }

    /// When the next `Tick` is due, if any.
    pub fn next_deadline(&self) -> Option<Mono> {
        if self.phase != Phase::Registered {
            return None;
        }
        let held = self.held();
        let beat = self.pulse.due(self.urgency(&held));
        let others = [beat, self.starts.paused_until(), self.blocklist.next_deadline(), self.next_idle(&held)];
        let stages = self.containers.values().filter_map(|container| self.stage_deadline(container.stage));
        stages.chain(others.into_iter().flatten()).min()
    }

    /// Whether a TaskManager from this container may register, and be heard: whoever carries out the fences need not ask.
    #[cfg(test)]
    fn admits(&self, container: ContainerId) -> bool {
        self.containers.get(&container).is_some_and(|container| container.stage.is_admitted())
    }

    /// The host of a container that is not gone.
    #[cfg(test)]
    fn host_of(&self, container: ContainerId) -> Option<&str> {
        self.containers.get(&container).map(|container| container.host.as_str())
    }

    /// The containers in numbers.
    pub fn overview(&self) -> ContainerOverview {
        let mut overview = ContainerOverview {
            wanted: self.demands.total_wanted(),
            asked: self.demands.total_asked(),
            surplus: self.surplus,
            ..ContainerOverview::default()
        };
        self.containers.values().for_each(|container| overview.add(container.stage));
        overview
    }

    /// How many containers there are of each profile that count as its workers.
    fn held(&self) -> Held {
        let mut held = Held::new();
        for container in self.containers.values().filter(|container| container.stage.counts()) {
            *held.entry(container.profile).or_default() += 1;
        }
        held
    }
}

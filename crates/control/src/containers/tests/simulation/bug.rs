//! Bugs that a simulation worth its name finds.

use super::super::super::*;
use std::collections::BTreeSet;

/// Something that a ledger might do wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bug {
    /// Containers that are given back are not said to be.
    ReleasesAreNotSaid,
    /// Asked is what is wanted, whatever is held.
    HeldIsNotSubtracted,
    /// Every ask is for one more, as if numbers added up at YARN.
    OneTooMany,
    /// Workers of containers that ended are not turned away.
    EndsAreNotFenced,
    /// A ResourceManager that has forgotten everything is not told everything again.
    NothingIsSaidAgain,
    /// Whatever comes is started.
    SurplusIsStarted,
    /// A heartbeat without an answer is counted as one that was answered.
    FailuresAreTakenForAnswers,
    /// That a worker is idle is not noticed.
    IdleWorkersAreKept,
}

impl Bug {
    pub(super) const ALL: [Bug; 8] = [
        Bug::ReleasesAreNotSaid,
        Bug::HeldIsNotSubtracted,
        Bug::OneTooMany,
        Bug::EndsAreNotFenced,
        Bug::NothingIsSaidAgain,
        Bug::SurplusIsStarted,
        Bug::FailuresAreTakenForAnswers,
        Bug::IdleWorkersAreKept,
    ];
}

/// A ledger, sound or with a bug.
#[derive(Debug)]
pub(super) struct Suspect {
    ledger: ContainerLedger,
    bug: Option<Bug>,
    wanted: BTreeMap<ProfileId, u32>,
    /// What was started or is being given back, each once.
    known: BTreeSet<ContainerId>,
    profiles: BTreeMap<ContainerId, ProfileId>,
}

impl std::ops::Deref for Suspect {
    type Target = ContainerLedger;

    fn deref(&self) -> &ContainerLedger {
        &self.ledger
    }
}

impl Suspect {
    pub(super) fn new(ledger: ContainerLedger, bug: Option<Bug>) -> Self {
        Suspect { ledger, bug, wanted: BTreeMap::new(), known: BTreeSet::new(), profiles: BTreeMap::new() }
    }

    pub(super) fn on(&mut self, now: Mono, event: ContainerEvent) -> ContainerCommands {
        if let ContainerEvent::WorkersWanted { profile, workers } = &event {
            self.wanted.insert(*profile, *workers);
        }
        if let ContainerEvent::Answered { answer, .. } = &event {
            self.profiles.extend(answer.granted.iter().map(|granted| (granted.container, granted.profile)));
        }
        let is_resync = matches!(event, ContainerEvent::Resynced { .. });
        let event = match (self.bug, event) {
            (Some(Bug::FailuresAreTakenForAnswers), ContainerEvent::HeartbeatFailed { number }) => {
                ContainerEvent::Answered { number, answer: HeartbeatAnswer::default() }
            }
            (Some(Bug::IdleWorkersAreKept), ContainerEvent::WorkerIdle { container }) => {
                ContainerEvent::WorkerBusy { container }
            }
            (_, event) => event,
        };
        let mut commands = Vec::new();
        self.ledger.on(now, event, &mut commands);
        commands.into_iter().flat_map(|command| self.spoilt(command, is_resync)).collect()
    }

    fn spoilt(&mut self, command: ContainerCommand, is_resync: bool) -> Vec<ContainerCommand> {
        let Some(bug) = self.bug else { return vec![command] };
        if let ContainerCommand::Start { container, .. } | ContainerCommand::Fence { container, .. } = &command {
            self.known.insert(*container);
        }
        let mut heartbeat = match (bug, command) {
            (Bug::EndsAreNotFenced, ContainerCommand::Fence { loss: ContainerLoss::Completed { .. }, .. }) => {
                return Vec::new();
            }
            (_, ContainerCommand::Heartbeat(heartbeat)) => heartbeat,
            (_, command) => return vec![command],
        };
        let mut commands = Vec::new();
        match bug {
            Bug::ReleasesAreNotSaid => heartbeat.releases.clear(),
            Bug::NothingIsSaidAgain if is_resync => heartbeat.asks.clear(),
            Bug::HeldIsNotSubtracted => {
                heartbeat.asks.iter_mut().for_each(|ask| ask.containers = self.wanted[&ask.profile]);
            }
            Bug::OneTooMany => heartbeat.asks.iter_mut().for_each(|ask| ask.containers += 1),
            Bug::SurplusIsStarted => {
                let surplus: Vec<_> =
                    heartbeat.releases.iter().copied().filter(|container| self.known.insert(*container)).collect();
                heartbeat.releases.retain(|release| !surplus.contains(release));
                let start = |container| ContainerCommand::Start { container, profile: self.profiles[&container] };
                commands.extend(surplus.into_iter().map(start));
            }
            _ => {}
        }
        commands.push(ContainerCommand::Heartbeat(heartbeat));
        commands
    }
}

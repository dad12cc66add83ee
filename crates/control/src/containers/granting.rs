//! Containers that come and go with what YARN and its nodes say.

use super::demand::held_of;
use super::{
    CompletedContainer, Container, ContainerCommand, ContainerCommands, ContainerId, ContainerLedger, ContainerLoss,
    GrantedContainer, HeartbeatAnswer, ReleaseReason, Stage, StartFailure,
};
use std::collections::BTreeSet;
use weft_common::Mono;

/// Exit statuses by which YARN says that it ended a container for reasons of its own: aborted, lost with the node's disks, preempted, killed by
/// the ResourceManager, with its application, by its node for others.
const OF_THE_CLUSTER: [i32; 6] = [-100, -101, -102, -106, -107, -108];

impl ContainerLedger {
    pub(super) fn answered(&mut self, now: Mono, number: u64, answer: HeartbeatAnswer, out: &mut ContainerCommands) {
        let Some(asked) = self.pulse.answered(number, !answer.granted.is_empty()) else { return };
        self.cluster_nodes = answer.cluster_nodes;
        // One that came and ended between two heartbeats is in both lists.
        let ended: BTreeSet<ContainerId> = answer.completed.iter().map(|completed| completed.container).collect();
        if ended.iter().any(|ended| !self.containers.contains_key(ended)) {
            self.demands.doubt();
        }
        for completed in answer.completed {
            self.completed(now, completed, out);
        }
        for container in answer.preempted {
            self.preempted(now, container, out);
        }
        self.demands.granted(&asked, &answer.granted);
        self.inherit(now, answer.inherited, out);
        let granted = answer.granted.into_iter().filter(|granted| !ended.contains(&granted.container));
        self.grant(now, granted, out);
    }

    /// Starts workers in containers as long as some are missing, and gives back the rest.
    fn grant(&mut self, now: Mono, granted: impl Iterator<Item = GrantedContainer>, out: &mut ContainerCommands) {
        let mut held = self.held();
        for GrantedContainer { container, profile, host } in granted {
            if self.containers.contains_key(&container) {
                continue;
            }
            let missing = held_of(&held, profile) < self.demands.wanted(profile);
            let wanted = missing && self.starts.paused_until().is_none() && !self.blocklist.holds(&host);
            let stage = if wanted { Stage::Granted { since: now } } else { Stage::Releasing { since: now } };
            self.containers.insert(container, Container { profile, host, stage });
            if wanted {
                *held.entry(profile).or_default() += 1;
                out.push(ContainerCommand::Start { container, profile });
            } else {
                self.surplus += 1;
                self.releases.push(container);
            }
        }
    }

    /// Takes over containers of earlier attempts.
    pub(super) fn inherit(&mut self, now: Mono, inherited: Vec<GrantedContainer>, out: &mut ContainerCommands) {
        let awaited = !self.settings.recovery_timeout.is_zero();
        for GrantedContainer { container, profile, host } in inherited {
            if self.containers.contains_key(&container) {
                continue;
            }
            let stage = Stage::Inherited { since: now, awaited };
            self.containers.insert(container, Container { profile, host, stage });
            if !self.demands.knows(profile) {
                self.give_back(now, container, ReleaseReason::NotWanted, out);
            }
        }
    }

    fn completed(&mut self, now: Mono, completed: CompletedContainer, out: &mut ContainerCommands) {
        let CompletedContainer { container, status, diagnostics } = completed;
        let Some(Container { host, stage, .. }) = self.containers.remove(&container) else { return };
        self.releases.retain(|release| *release != container);
        let had_registered = match stage {
            Stage::Releasing { .. } => return,
            Stage::Granted { .. } | Stage::Launched { .. } => {
                if !OF_THE_CLUSTER.contains(&status) {
                    self.count_failure(now, &host, out);
                }
                false
            }
            Stage::Inherited { .. } => false,
            Stage::Registered { .. } | Stage::Lost { .. } => true,
        };
        let loss = ContainerLoss::Completed { status, diagnostics, had_registered };
        out.push(ContainerCommand::Fence { container, loss });
    }

    fn preempted(&mut self, now: Mono, container: ContainerId, out: &mut ContainerCommands) {
        let stage = self.containers.get(&container).map(|container| container.stage);
        if let Some(Stage::Registered { idle_since: Some(_) }) = stage {
            self.give_back(now, container, ReleaseReason::Preempted, out);
        }
    }

    pub(super) fn started(&mut self, container: ContainerId) {
        if let Some(held) = self.containers.get_mut(&container)
            && let Stage::Granted { since } = held.stage
        {
            held.stage = Stage::Launched { since };
        }
    }

    pub(super) fn start_failed(
        &mut self,
        now: Mono,
        container: ContainerId,
        failure: StartFailure,
        cause: String,
        out: &mut ContainerCommands,
    ) {
        let Some(Container { host, stage: Stage::Granted { .. }, .. }) = self.containers.get(&container) else {
            return;
        };
        let host = host.clone();
        self.give_back(now, container, ReleaseReason::NotStarted { cause }, out);
        if failure == StartFailure::Refused {
            self.count_failure(now, &host, out);
        }
    }

    /// Draws the consequences of a worker that did not start.
    pub(super) fn count_failure(&mut self, now: Mono, host: &str, out: &mut ContainerCommands) {
        let consequences = self.starts.failed(now, host);
        if let Some((until, failures)) = consequences.pause {
            out.push(ContainerCommand::StartsPaused { until, failures });
        }
        if let Some(until) = consequences.avoid_until
            && self.blocklist.avoid(host, until, self.cluster_nodes)
        {
            out.push(ContainerCommand::HostAvoided { host: host.to_owned(), until });
        }
    }

    pub(super) fn give_back(
        &mut self,
        now: Mono,
        container: ContainerId,
        reason: ReleaseReason,
        out: &mut ContainerCommands,
    ) {
        let Some(held) = self.containers.get_mut(&container) else { return };
        held.stage = Stage::Releasing { since: now };
        self.releases.push(container);
        out.push(ContainerCommand::Fence { container, loss: ContainerLoss::Released(reason) });
    }
}

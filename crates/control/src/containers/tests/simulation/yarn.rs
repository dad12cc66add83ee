//! A ResourceManager and its nodes, as far as an ApplicationMaster can tell.

use super::super::*;
use super::Dice;
use std::collections::{BTreeMap, BTreeSet};

const HOSTS: u64 = 8;
const PER_HOST: usize = 6;

struct Live {
    profile: ProfileId,
    host: String,
    /// Its node runs it, so it outlives a restart of the ResourceManager.
    launched: bool,
}

/// What a heartbeat comes to.
#[derive(Clone)]
pub(super) enum Reply {
    Answer {
        response: u64,
        answer: HeartbeatAnswer,
    },
    NotRegistered,
    /// The response id is neither the last nor the one before.
    Invalid,
}

#[derive(Default)]
pub(super) struct Yarn {
    cells: BTreeMap<ProfileId, u32>,
    live: BTreeMap<ContainerId, Live>,
    blocked: BTreeSet<String>,
    /// Not told yet.
    new: Vec<GrantedContainer>,
    ended: Vec<CompletedContainer>,
    registered: bool,
    response: u64,
    last_answer: HeartbeatAnswer,
    next_number: u64,
    pub(super) restarts: u64,
}

impl Yarn {
    pub(super) fn register(&mut self) {
        (self.registered, self.response, self.last_answer) = (true, 0, HeartbeatAnswer::default());
    }

    pub(super) fn allocate(&mut self, response: u64, heartbeat: &ContainerHeartbeat) -> Reply {
        if !self.registered {
            return Reply::NotRegistered;
        }
        if response + 1 == self.response {
            return Reply::Answer { response: self.response, answer: self.last_answer.clone() };
        }
        if response != self.response {
            return Reply::Invalid;
        }
        for ask in &heartbeat.asks {
            self.cells.insert(ask.profile, ask.containers);
        }
        self.blocked.extend(heartbeat.block.iter().cloned());
        heartbeat.unblock.iter().for_each(|host| _ = self.blocked.remove(host));
        for release in &heartbeat.releases {
            self.end(*release, -100);
        }
        self.response += 1;
        self.last_answer = HeartbeatAnswer {
            granted: std::mem::take(&mut self.new),
            completed: std::mem::take(&mut self.ended),
            cluster_nodes: HOSTS as u32,
            ..HeartbeatAnswer::default()
        };
        Reply::Answer { response: self.response, answer: self.last_answer.clone() }
    }

    /// A node is heard of, and given containers.
    pub(super) fn node_heartbeat(&mut self, dice: &mut Dice) {
        let host = format!("host-{}", dice.between(0, HOSTS));
        for _ in 0..dice.between(1, 4) {
            let full = self.live.values().filter(|live| live.host == host).count() >= PER_HOST;
            let Some((profile, cell)) = self.cells.iter_mut().find(|(_, cell)| **cell > 0) else { return };
            if full || self.blocked.contains(&host) {
                return;
            }
            *cell -= 1;
            let (profile, container) = (*profile, id(self.next_number));
            self.next_number += 1;
            self.live.insert(container, Live { profile, host: host.clone(), launched: false });
            self.new.push(GrantedContainer { container, profile, host: host.clone() });
        }
    }

    /// The node of a container starts it. `None`: an earlier ResourceManager had given it out, or it is gone.
    pub(super) fn launch(&mut self, container: ContainerId) -> Option<()> {
        self.live.get_mut(&container)?.launched = true;
        Some(())
    }

    /// A container ends, which the next answer tells.
    pub(super) fn end(&mut self, container: ContainerId, status: i32) {
        if self.live.remove(&container).is_some() {
            self.new.retain(|new| new.container != container);
            self.ended.push(CompletedContainer { container, status, diagnostics: String::new() });
        }
    }

    pub(super) fn restart(&mut self) {
        self.restarts += 1;
        self.registered = false;
        self.cells.clear();
        self.blocked.clear();
        self.new.clear();
        self.live.retain(|_, live| live.launched);
        // The nodes tell again of what was not acknowledged.
        self.ended.append(&mut self.last_answer.completed);
    }

    pub(super) fn any_launched(&self, dice: &mut Dice) -> Option<ContainerId> {
        let launched: Vec<_> = self.live.iter().filter(|(_, live)| live.launched).map(|(id, _)| *id).collect();
        if launched.is_empty() {
            return None;
        }
        launched.get(dice.between(0, launched.len() as u64) as usize).copied()
    }

    pub(super) fn profile_of(&self, container: ContainerId) -> Option<ProfileId> {
        self.live.get(&container).map(|live| live.profile)
    }

    pub(super) fn live_of(&self, profile: ProfileId) -> usize {
        self.live.values().filter(|live| live.profile == profile).count()
    }

    pub(super) fn asked(&self) -> u32 {
        self.cells.values().sum()
    }
}

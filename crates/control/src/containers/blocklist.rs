//! Hosts at which nothing is to run.

use std::collections::{BTreeMap, BTreeSet};
use weft_common::Mono;

/// At most one host in so many is avoided for its failures: where most fail, the hosts are not what is wrong.
const ONE_IN: usize = 3;

/// What is blocked here, and what the ResourceManager knows of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Blocklist {
    /// Blocked from outside.
    blocked: BTreeSet<String>,
    /// Avoided for failed starts, until then.
    avoided: BTreeMap<String, Mono>,
    /// What the ResourceManager was told.
    told: BTreeSet<String>,
}

impl Blocklist {
    pub(super) fn block(&mut self, host: String) {
        self.blocked.insert(host);
    }

    pub(super) fn unblock(&mut self, host: &str) {
        self.blocked.remove(host);
        self.avoided.remove(host);
    }

    /// Avoids a host until then, unless there would be too few left. Says whether it does.
    pub(super) fn avoid(&mut self, host: &str, until: Mono, cluster_nodes: u32) -> bool {
        let with_it = self.avoided.len() + usize::from(!self.avoided.contains_key(host));
        let bearable = with_it * ONE_IN <= cluster_nodes as usize;
        if bearable {
            self.avoided.insert(host.to_owned(), until);
        }
        bearable
    }

    pub(super) fn holds(&self, host: &str) -> bool {
        self.blocked.contains(host) || self.avoided.contains_key(host)
    }

    pub(super) fn tick(&mut self, now: Mono) {
        self.avoided.retain(|_, until| *until > now);
    }

    pub(super) fn next_deadline(&self) -> Option<Mono> {
        self.avoided.values().min().copied()
    }

    /// The ResourceManager has forgotten everything.
    pub(super) fn forgotten(&mut self) {
        self.told.clear();
    }

    pub(super) fn has_news(&self) -> bool {
        let now = self.hosts();
        now.len() != self.told.len() || now.iter().any(|host| !self.told.contains(*host))
    }

    /// What the ResourceManager is to be told: hosts to avoid and hosts to use again.
    pub(super) fn take_news(&mut self) -> (Vec<String>, Vec<String>) {
        let now: BTreeSet<String> = self.hosts().into_iter().cloned().collect();
        let block = now.difference(&self.told).cloned().collect();
        let unblock = self.told.difference(&now).cloned().collect();
        self.told = now;
        (block, unblock)
    }

    fn hosts(&self) -> BTreeSet<&String> {
        self.blocked.iter().chain(self.avoided.keys()).collect()
    }
}

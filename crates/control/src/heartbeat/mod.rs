//! Who is alive: heartbeats between processes, and what silence and refused connections say.
//!
//! Both ends of a connection send something every interval and listen for the other. A peer that is silent for the time-out is lost:
//! its machine is gone, or the process is frozen. A process that was killed is found out much faster: its connection breaks, and when
//! connecting to the address it was reached at is refused [`failure_threshold`](HeartbeatSettings::failure_threshold) times in a row,
//! nobody is there any more. A connection that broke while the process still answers is the network's fault: the peer has the rest of the
//! time-out to come back.
//!
//! ```text
//!                Watch                     ConnectionBroken                 Unreachable × threshold
//!  (none) ─────────────────► connected ───────────────────────► probed ───────────────────────────► lost
//!                                ▲  │ silence                      │ Reachable         silence         ▲
//!                                │  └──────────────────────────────┼────────────────────────────────────┤
//!                                └────────── Watch (again) ◄───────┴──► awaited ────────────────────────┘
//! ```

mod settings;

#[cfg(test)]
mod tests;

pub use settings::HeartbeatSettings;

use std::collections::BTreeMap;
use std::time::Duration;
use weft_common::Mono;

/// Between two attempts to reach a peer whose connection broke.
const PROBE_PAUSE: Duration = Duration::from_millis(100);

/// Something that happened to a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeartbeatEvent<P> {
    /// It connected, perhaps again: from now on it is watched.
    Watch(P),
    /// It is not to be watched any more.
    Forget(P),
    /// It said something, whatever it was.
    Heard(P),
    /// The connection to it broke.
    ConnectionBroken(P),
    /// A probe found its address refusing connections.
    Unreachable(P),
    /// A probe found that something answers there.
    Reachable(P),
    /// Time has passed: due when [`next_deadline`](HeartbeatMonitor::next_deadline) is reached; harmless at any time.
    Tick,
}

/// Something to be done by the shell around a HeartbeatMonitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeartbeatCommand<P> {
    /// Send it a heartbeat.
    Beat(P),
    /// Try to connect to the address at which it is reached. Answered by [`HeartbeatEvent::Unreachable`] or
    /// [`HeartbeatEvent::Reachable`].
    Probe(P),
    /// It is gone, and not watched any more.
    Lost {
        /// Who.
        peer: P,
        /// Why it is thought so, in a clause without a subject.
        cause: String,
    },
}

/// The peers that are watched. `P` names one life of a process.
#[derive(Clone, Debug)]
pub struct HeartbeatMonitor<P> {
    settings: HeartbeatSettings,
    peers: BTreeMap<P, Peer>,
}

#[derive(Clone, Copy, Debug)]
struct Peer {
    last_heard: Mono,
    link: Link,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    /// The next heartbeat is due then.
    Connected { next_beat: Mono },
    /// Broken, and so many probes were refused. The next is due then; `None` while one is under way.
    Probed { refused: u32, next_probe: Option<Mono> },
    /// Broken, but something answers where it was.
    Awaited,
}

impl<P: Ord + Clone> HeartbeatMonitor<P> {
    /// Watches nobody yet.
    pub fn new(settings: HeartbeatSettings) -> Self {
        HeartbeatMonitor { settings, peers: BTreeMap::new() }
    }

    /// Takes an event and appends the commands that follow from it.
    pub fn on(&mut self, now: Mono, event: HeartbeatEvent<P>, out: &mut Vec<HeartbeatCommand<P>>) {
        match event {
            HeartbeatEvent::Watch(peer) => {
                self.peers.insert(peer, Peer { last_heard: now, link: self.connected(now) });
            }
            HeartbeatEvent::Forget(peer) => {
                self.peers.remove(&peer);
            }
            HeartbeatEvent::Heard(peer) => self.heard(now, &peer),
            HeartbeatEvent::ConnectionBroken(peer) => self.broken(peer, out),
            HeartbeatEvent::Unreachable(peer) => self.unreachable(now, peer, out),
            HeartbeatEvent::Reachable(peer) => {
                if let Some(Peer { link: link @ Link::Probed { .. }, .. }) = self.peers.get_mut(&peer) {
                    *link = Link::Awaited;
                }
            }
            HeartbeatEvent::Tick => self.tick(now, out),
        }
    }

    /// When the next `Tick` is due, if anybody is watched.
    pub fn next_deadline(&self) -> Option<Mono> {
        let due = |peer: &Peer| {
            let silent = peer.last_heard + self.settings.timeout;
            match peer.link {
                Link::Connected { next_beat } => silent.min(next_beat),
                Link::Probed { next_probe: Some(probe), .. } => silent.min(probe),
                Link::Probed { next_probe: None, .. } | Link::Awaited => silent,
            }
        };
        self.peers.values().map(due).min()
    }

    /// Whether a peer is watched.
    pub fn watches(&self, peer: &P) -> bool {
        self.peers.contains_key(peer)
    }

    /// When a peer was last heard of.
    pub fn last_heard(&self, peer: &P) -> Option<Mono> {
        self.peers.get(peer).map(|peer| peer.last_heard)
    }

    fn connected(&self, now: Mono) -> Link {
        Link::Connected { next_beat: now + self.settings.interval }
    }

    /// What is heard after the connection broke was under way before: it says that the peer lived, not that it can be reached.
    fn heard(&mut self, now: Mono, peer: &P) {
        if let Some(peer) = self.peers.get_mut(peer) {
            peer.last_heard = now;
        }
    }

    fn broken(&mut self, peer: P, out: &mut Vec<HeartbeatCommand<P>>) {
        let Some(Peer { link, .. }) = self.peers.get_mut(&peer) else { return };
        let Link::Connected { .. } = link else { return };
        *link = match self.settings.failure_threshold {
            None => Link::Awaited,
            Some(_) => {
                out.push(HeartbeatCommand::Probe(peer));
                Link::Probed { refused: 0, next_probe: None }
            }
        };
    }

    fn unreachable(&mut self, now: Mono, peer: P, out: &mut Vec<HeartbeatCommand<P>>) {
        let Some(Peer { link: Link::Probed { refused, next_probe }, .. }) = self.peers.get_mut(&peer) else { return };
        *refused += 1;
        let times = *refused;
        if self.settings.failure_threshold.is_some_and(|threshold| times >= threshold) {
            self.peers.remove(&peer);
            let cause = format!(
                "its connection broke and its address refused {times} attempts to connect \
                 (heartbeat.rpc-failure-threshold): the process has ended"
            );
            out.push(HeartbeatCommand::Lost { peer, cause });
        } else {
            *next_probe = Some(now + PROBE_PAUSE);
        }
    }

    fn tick(&mut self, now: Mono, out: &mut Vec<HeartbeatCommand<P>>) {
        let HeartbeatSettings { interval, timeout, .. } = self.settings;
        self.peers.retain(|peer, state| {
            if state.last_heard + timeout <= now {
                let cause = format!("nothing was heard of it for {} s (heartbeat.timeout)", timeout.as_secs_f64());
                out.push(HeartbeatCommand::Lost { peer: peer.clone(), cause });
                return false;
            }
            match &mut state.link {
                Link::Connected { next_beat } if *next_beat <= now => {
                    *next_beat = now + interval;
                    out.push(HeartbeatCommand::Beat(peer.clone()));
                }
                Link::Probed { next_probe, .. } if next_probe.is_some_and(|due| due <= now) => {
                    *next_probe = None;
                    out.push(HeartbeatCommand::Probe(peer.clone()));
                }
                _ => {}
            }
            true
        });
    }
}

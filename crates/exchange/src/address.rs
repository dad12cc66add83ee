//! Who talks to whom.

use std::fmt;

/// One channel: a pair of subtasks joined by an edge, in one attempt of the job. It is the same in both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelId {
    /// The edge of the job.
    pub edge: u32,
    /// The producing subtask, from 0.
    pub from: u32,
    /// The consuming subtask, from 0.
    pub to: u32,
    /// The attempt of the job: what an older attempt still sends is told from it.
    pub attempt: u32,
}

impl fmt::Display for ChannelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "channel {}→{} of edge {} (attempt {})", self.from, self.to, self.edge, self.attempt)
    }
}

/// A slot of a worker: the thread that steps both ends' subtasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotAddress {
    /// The worker, as numbered by the job's deployment.
    pub worker: u32,
    /// Its slot, from 0.
    pub slot: u32,
}

impl fmt::Display for SlotAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "worker {} slot {}", self.worker, self.slot)
    }
}

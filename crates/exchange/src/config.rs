//! How a writer or a gate is set up when its task is deployed.

use crate::{ChannelId, LocalChannel, SlotAddress};
use std::rc::Rc;

/// How an edge distributes records over the consumers, as resolved by the job graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ship {
    /// To the one connected consumer.
    Forward,
    /// Round robin over all consumers, from a start that the seed decides.
    Rebalance,
    /// To a random consumer each.
    Shuffle,
    /// Round robin over the connected subset.
    Rescale,
    /// All to consumer 0.
    Global,
    /// A copy to every consumer.
    Broadcast,
    /// By the key group of the record's key.
    KeyGroup,
    /// As the user's function says.
    Custom,
}

/// How a peer is reached.
#[derive(Clone, Debug)]
pub enum Route {
    /// It runs in the same slot.
    Local(Rc<LocalChannel>),
    /// It runs in another slot.
    Remote(SlotAddress),
}

/// The subtask at the other end of a channel.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Its index among the subtasks of its vertex.
    pub subtask: u32,
    /// How it is reached.
    pub route: Route,
}

/// What an [`EdgeWriter`](crate::EdgeWriter) needs to know.
#[derive(Clone, Debug)]
pub struct WriterConfig {
    /// The edge of the job.
    pub edge: u32,
    /// The producing subtask.
    pub subtask: u32,
    /// The attempt of the job.
    pub attempt: u32,
    /// How records are distributed.
    pub ship: Ship,
    /// Consumers of the edge in all.
    pub parallelism: u32,
    /// Key groups of the consumers.
    pub max_parallelism: u32,
    /// The consumers this subtask is connected to, by rising index: all of them, or a contiguous part where the edge is
    /// pointwise.
    pub destinations: Vec<Peer>,
    /// Bytes that a channel may hold on this side.
    pub share: usize,
    /// Bytes that one encoded record may have (`exchange.max-record-size`).
    pub max_record: usize,
    /// Records a batch may have.
    pub batch_records: usize,
    /// Estimated bytes a batch may have.
    pub batch_bytes: usize,
    /// Decides where rebalance starts and what shuffle does; differs from subtask to subtask.
    pub seed: u64,
    /// The producing operator, for messages.
    pub operator: String,
}

impl WriterConfig {
    pub(crate) fn channel(&self, to: u32) -> ChannelId {
        ChannelId { edge: self.edge, from: self.subtask, to, attempt: self.attempt }
    }
}

/// What an [`InputGate`](crate::InputGate) needs to know.
#[derive(Clone, Debug)]
pub struct GateConfig {
    /// The edge of the job.
    pub edge: u32,
    /// The consuming subtask.
    pub subtask: u32,
    /// The attempt of the job.
    pub attempt: u32,
    /// The producers this subtask is connected to. Their order is the numbering of the gate's channels.
    pub sources: Vec<Peer>,
    /// Bytes of credit that each remote channel is granted.
    pub window: usize,
    /// Bytes that one encoded record may have (`exchange.max-record-size`).
    pub max_record: usize,
    /// Records a batch may have.
    pub batch_records: usize,
    /// Bytes a batch may have, encoded.
    pub batch_bytes: usize,
}

impl GateConfig {
    pub(crate) fn channel(&self, from: u32) -> ChannelId {
        ChannelId { edge: self.edge, from, to: self.subtask, attempt: self.attempt }
    }
}

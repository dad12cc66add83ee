//! An exchange between two vertices.

use crate::DistributionPattern;
use crate::stream::Partition;
use serde::{Deserialize, Serialize};
use std::fmt;
use weft_common::{JobVertexId, OperatorId};

/// By which rule a record finds its receiving subtask; printed as plans show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ShipStrategy {
    /// Subtask i to subtask i.
    Forward,
    /// Round robin over all subtasks.
    Rebalance,
    /// To a random subtask.
    Shuffle,
    /// Round robin over the connected neighbours.
    Rescale,
    /// All to subtask 0.
    Global,
    /// A copy to every subtask.
    Broadcast,
    /// By key group.
    Hash,
    /// By a function of the program.
    Custom,
}

impl ShipStrategy {
    /// What a partition call means between two parallelisms: without a call, forward where that is possible.
    pub fn resolve(partition: Partition, from_parallelism: u32, to_parallelism: u32) -> Self {
        match partition {
            Partition::None if from_parallelism == to_parallelism => ShipStrategy::Forward,
            Partition::None | Partition::Rebalance => ShipStrategy::Rebalance,
            Partition::Forward => ShipStrategy::Forward,
            Partition::Shuffle => ShipStrategy::Shuffle,
            Partition::Rescale => ShipStrategy::Rescale,
            Partition::Global => ShipStrategy::Global,
            Partition::Broadcast => ShipStrategy::Broadcast,
            Partition::Key => ShipStrategy::Hash,
            Partition::Custom => ShipStrategy::Custom,
        }
    }

    /// Which subtasks must be connected for it.
    pub fn distribution(self) -> DistributionPattern {
        match self {
            ShipStrategy::Forward | ShipStrategy::Rescale => DistributionPattern::Pointwise,
            _ => DistributionPattern::AllToAll,
        }
    }
}

impl fmt::Display for ShipStrategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ShipStrategy::Forward => "FORWARD",
            ShipStrategy::Rebalance => "REBALANCE",
            ShipStrategy::Shuffle => "SHUFFLE",
            ShipStrategy::Rescale => "RESCALE",
            ShipStrategy::Global => "GLOBAL",
            ShipStrategy::Broadcast => "BROADCAST",
            ShipStrategy::Hash => "HASH",
            ShipStrategy::Custom => "CUSTOM",
        })
    }
}

/// When a receiver may read what a sender writes; printed as plans show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ExchangeMode {
    /// While it is written, within bounds of memory: both run at once.
    #[serde(rename = "pipelined_bounded")]
    Pipelined,
    /// When all of it is written: the receiver starts after the sender has ended.
    #[serde(rename = "blocking")]
    Blocking,
}

/// An exchange from an operator in one vertex to the head of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobEdge {
    /// Its place among the edges of the StreamGraph, by which a worker finds its record type.
    pub stream_edge: u32,
    /// The sending vertex.
    pub from: JobVertexId,
    /// The operator of its chain that sends.
    pub from_operator: OperatorId,
    /// That operator's output: 0 is the main one, then the side outputs.
    pub output: u32,
    /// The receiving vertex.
    pub to: JobVertexId,
    /// The input of its head. A union is several edges into one input.
    pub input: u32,
    /// How a record finds its subtask.
    pub ship: ShipStrategy,
    /// Which subtasks are connected.
    pub distribution: DistributionPattern,
    /// When its records may be read.
    pub exchange: ExchangeMode,
}

//! A stream between two operators.

use super::NodeId;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The partition call a program made on a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Partition {
    /// No call: forward between equal parallelisms, else rebalance.
    #[default]
    None,
    /// Subtask i to subtask i.
    Forward,
    /// Round robin over all subtasks.
    Rebalance,
    /// To a random subtask.
    Shuffle,
    /// Round robin over a few neighbours.
    Rescale,
    /// All to subtask 0.
    Global,
    /// A copy to every subtask.
    Broadcast,
    /// By the key group of the record's key.
    Key,
    /// By a function of the program.
    Custom,
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Partition::None => "none",
            Partition::Forward => "forward",
            Partition::Rebalance => "rebalance",
            Partition::Shuffle => "shuffle",
            Partition::Rescale => "rescale",
            Partition::Global => "global",
            Partition::Broadcast => "broadcast",
            Partition::Key => "key",
            Partition::Custom => "custom",
        })
    }
}

/// What a program said about when an edge's records may be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EdgeExchange {
    /// Nothing: the job's mode decides.
    #[default]
    Undefined,
    /// While they are written.
    Pipelined,
    /// Once all are written.
    Blocking,
}

/// What a program said about compressing an edge's records on their way to another process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EdgeCompression {
    /// Nothing: `exchange.compression` decides.
    #[default]
    Undefined,
    /// As they are, whatever the job's configuration says.
    None,
    /// Each frame for itself as an LZ4 block, whatever the job's configuration says.
    Lz4,
}

/// A stream from an output of one operator to an input of a later one. A union is several edges to one input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamEdge {
    /// The sender.
    pub from: NodeId,
    /// Its output: 0 is the main one, then the side outputs.
    pub output: u32,
    /// The receiver.
    pub to: NodeId,
    /// Its input: 0, or 1 for the second stream of a connect.
    pub input: u32,
    /// The partition call.
    pub partition: Partition,
    /// When its records may be read.
    pub exchange: EdgeExchange,
    /// How its records are compressed between processes.
    #[serde(default)]
    pub compression: EdgeCompression,
}

impl StreamEdge {
    /// The main output of `from` to input 0 of `to`, without a partition call.
    pub fn new(from: NodeId, to: NodeId) -> Self {
        StreamEdge {
            from,
            output: 0,
            to,
            input: 0,
            partition: Partition::None,
            exchange: EdgeExchange::Undefined,
            compression: EdgeCompression::Undefined,
        }
    }

    /// The same edge with a partition call.
    pub fn with_partition(self, partition: Partition) -> Self {
        StreamEdge { partition, ..self }
    }

    /// The same edge from another output.
    pub fn from_output(self, output: u32) -> Self {
        StreamEdge { output, ..self }
    }

    /// The same edge into another input.
    pub fn to_input(self, input: u32) -> Self {
        StreamEdge { input, ..self }
    }

    /// The same edge with its exchange decided.
    pub fn with_exchange(self, exchange: EdgeExchange) -> Self {
        StreamEdge { exchange, ..self }
    }

    /// The same edge with its compression decided.
    pub fn with_compression(self, compression: EdgeCompression) -> Self {
        StreamEdge { compression, ..self }
    }
}

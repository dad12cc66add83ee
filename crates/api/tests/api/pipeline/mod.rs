//! Pipelines as the golden rows describe them: programs of a few operators, and the JobGraph that came of each.

mod outcome;
mod program;

pub(crate) use outcome::Outcome;
pub(crate) use program::program;

use serde::Deserialize;

/// One golden row.
#[derive(Debug, Deserialize)]
pub(crate) struct Row {
    #[serde(flatten)]
    pub(crate) pipeline: Pipeline,
    #[serde(flatten)]
    pub(crate) outcome: Outcome,
}

/// A program.
#[derive(Debug, Deserialize)]
pub(crate) struct Pipeline {
    pub(crate) default_parallelism: u32,
    pub(crate) chaining: bool,
    /// In the order in which the program makes them.
    pub(crate) nodes: Vec<Node>,
}

/// An operator with what the program says about it.
#[derive(Debug, Deserialize)]
pub(crate) struct Node {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    pub(crate) inputs: Vec<Input>,
    pub(crate) parallelism: Option<u32>,
    pub(crate) max_parallelism: Option<u32>,
    pub(crate) slot_sharing_group: Option<String>,
    pub(crate) chain: Option<ChainCall>,
}

/// What an operator does.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Source,
    Map,
    Filter,
    KeyedReduce,
    UnionMap,
    Connect,
    Sink,
}

/// A stream that an operator reads.
#[derive(Debug, Deserialize)]
pub(crate) struct Input {
    pub(crate) from: String,
    pub(crate) partition: weft_graph::Partition,
}

/// A call that limits chaining.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChainCall {
    StartNewChain,
    DisableChaining,
}

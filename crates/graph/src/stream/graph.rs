//! The graph a program builds.

use super::{StreamEdge, StreamNode, validate};
use crate::GraphError;
use serde::{Deserialize, Serialize};

/// An operator by its number in the graph, in order of making.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NodeId(pub u32);

/// Whether a job's results come while its input does, or at the end of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RuntimeMode {
    /// All tasks run at once and results are updated as records come.
    #[default]
    Streaming,
    /// Bounded input: only final results count, and tasks may run one after the other.
    Batch,
}

/// What happens to the exchanges of a BATCH job that the program says nothing about
/// (`execution.batch-shuffle-mode`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BatchShuffleMode {
    /// Every exchange is written out before it is read.
    #[default]
    AllExchangesBlocking,
    /// Every exchange is read while it is written.
    AllExchangesPipelined,
}

/// What holds for a whole job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobSettings {
    /// The job's name.
    pub name: String,
    /// The parallelism of operators that have none of their own; see [`resolve_parallelism`](crate::resolve_parallelism).
    pub default_parallelism: u32,
    /// The max parallelism of operators that have none of their own; `None` derives it from the parallelism.
    pub max_parallelism: Option<u32>,
    /// Whether operators may be chained at all (`pipeline.operator-chaining.enabled`).
    pub chaining: bool,
    /// STREAMING or BATCH, already decided.
    pub runtime_mode: RuntimeMode,
    /// How a BATCH job exchanges records.
    pub batch_shuffle_mode: BatchShuffleMode,
}

impl JobSettings {
    /// A streaming job of parallelism 1 with chaining.
    pub fn new(name: impl Into<String>) -> Self {
        JobSettings {
            name: name.into(),
            default_parallelism: 1,
            max_parallelism: None,
            chaining: true,
            runtime_mode: RuntimeMode::Streaming,
            batch_shuffle_mode: BatchShuffleMode::AllExchangesBlocking,
        }
    }
}

/// A program as data: operators in order of making, and the streams between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamGraph {
    /// What holds for the whole job.
    pub settings: JobSettings,
    nodes: Vec<StreamNode>,
    pub(super) edges: Vec<StreamEdge>,
}

impl StreamGraph {
    /// A graph without operators.
    pub fn new(settings: JobSettings) -> Self {
        StreamGraph { settings, nodes: Vec::new(), edges: Vec::new() }
    }

    /// Adds an operator.
    pub fn add_node(&mut self, node: StreamNode) -> NodeId {
        self.nodes.push(node);
        NodeId(self.nodes.len() as u32 - 1)
    }

    /// Adds a stream. An error when one of its ends does not exist or it does not lead to a later operator.
    pub fn add_edge(&mut self, edge: StreamEdge) -> Result<(), GraphError> {
        validate::edge(self, &edge)?;
        self.edges.push(edge);
        Ok(())
    }

    /// The operators, in order of making, which is a topological order.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = (NodeId, &StreamNode)> {
        self.nodes.iter().enumerate().map(|(position, node)| (NodeId(position as u32), node))
    }

    /// The streams, in order of making.
    pub fn edges(&self) -> &[StreamEdge] {
        &self.edges
    }

    /// An operator.
    pub fn node(&self, id: NodeId) -> Result<&StreamNode, GraphError> {
        self.nodes.get(id.0 as usize).ok_or(GraphError::UnknownNode { node: id, nodes: self.nodes.len() })
    }

    /// An operator, to say more about it.
    pub fn node_mut(&mut self, id: NodeId) -> Result<&mut StreamNode, GraphError> {
        let nodes = self.nodes.len();
        self.nodes.get_mut(id.0 as usize).ok_or(GraphError::UnknownNode { node: id, nodes })
    }

    /// The streams into an operator, in order of making.
    pub fn inputs_of(&self, id: NodeId) -> impl Iterator<Item = &StreamEdge> {
        self.edges.iter().filter(move |edge| edge.to == id)
    }

    /// The streams out of an operator, in order of making.
    pub fn outputs_of(&self, id: NodeId) -> impl Iterator<Item = &StreamEdge> {
        self.edges.iter().filter(move |edge| edge.from == id)
    }

    /// The parallelism an operator will run with.
    pub fn parallelism_of(&self, node: &StreamNode) -> u32 {
        node.parallelism.unwrap_or(self.settings.default_parallelism)
    }

    /// The max parallelism said for an operator or, failing that, for the job.
    pub fn max_parallelism_of(&self, node: &StreamNode) -> Option<u32> {
        node.max_parallelism.or(self.settings.max_parallelism)
    }

    /// Whether an operator takes part in the job: a source that nobody reads does not.
    pub fn is_used(&self, id: NodeId, node: &StreamNode) -> bool {
        !node.kind.is_source() || self.outputs_of(id).next().is_some()
    }

    /// Whether every source that takes part comes to an end: what AUTOMATIC runtime mode goes by.
    pub fn is_bounded(&self) -> bool {
        use super::OperatorKind::Source;
        self.nodes().all(|(id, node)| node.kind != Source { bounded: false } || !self.is_used(id, node))
    }

    /// Whether the job can run, or the first reason why not. Part of every translation.
    pub fn validate(&self) -> Result<(), GraphError> {
        validate::graph(self)
    }
}

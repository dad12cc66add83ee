//! The graph of what is deployed.

use super::{JobEdge, JobVertex};
use crate::stream::RuntimeMode;
use serde::{Deserialize, Serialize};
use weft_common::JobVertexId;

/// A program cut into tasks: made by [`StreamGraph::to_job_graph`](crate::StreamGraph::to_job_graph).
///
/// Each edge is one result partition of each subtask of its sender and one input gate of each subtask of its
/// receiver. Partitions and gates are numbered by the order of the edges out of and into a vertex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobGraph {
    /// The job's name.
    pub name: String,
    /// STREAMING or BATCH.
    pub runtime_mode: RuntimeMode,
    /// The vertices in topological order.
    pub vertices: Vec<JobVertex>,
    /// The edges, in the order in which the program drew them.
    pub edges: Vec<JobEdge>,
}

impl JobGraph {
    /// A vertex by id.
    pub fn vertex(&self, id: JobVertexId) -> Option<&JobVertex> {
        self.vertices.iter().find(|vertex| vertex.id == id)
    }

    /// The edges into a vertex: its input gates 0, 1, …
    pub fn inputs_of(&self, id: JobVertexId) -> impl Iterator<Item = &JobEdge> {
        self.edges.iter().filter(move |edge| edge.to == id)
    }

    /// The edges out of a vertex: its result partitions 0, 1, …
    pub fn outputs_of(&self, id: JobVertexId) -> impl Iterator<Item = &JobEdge> {
        self.edges.iter().filter(move |edge| edge.from == id)
    }
}

//! A vertex with its subtasks.

use serde::{Deserialize, Serialize};
use std::fmt;
use weft_common::{ExecutionAttemptId, JobVertexId, KeyGroupRange};

/// One subtask of one vertex, through all of its attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ExecutionVertexId {
    /// The vertex.
    pub vertex: JobVertexId,
    /// The subtask, from 0.
    pub subtask: u32,
}

impl ExecutionVertexId {
    /// One of its attempts, from 0.
    pub fn attempt(self, attempt: u32) -> ExecutionAttemptId {
        ExecutionAttemptId { vertex: self.vertex, subtask: self.subtask, attempt }
    }
}

impl fmt::Display for ExecutionVertexId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.vertex, self.subtask)
    }
}

/// A subtask: what is scheduled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutionVertex {
    /// Which one.
    pub id: ExecutionVertexId,
    /// The key groups whose state it holds.
    pub key_groups: KeyGroupRange,
    /// Channels into it, over all of its input gates.
    pub in_channels: u32,
    /// Channels out of it, over all of its result partitions.
    pub out_channels: u32,
    /// The pipelined region it is in.
    pub region: u32,
}

/// A vertex of the JobGraph with its subtasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutionJobVertex {
    /// The vertex's id.
    pub id: JobVertexId,
    /// The names of its chain.
    pub name: String,
    /// The number of subtasks.
    pub parallelism: u32,
    /// The number of key groups, given or derived from the parallelism.
    pub max_parallelism: u32,
    /// Whose slots its subtasks share.
    pub slot_sharing_group: String,
    /// Its input gates: positions in [`ExecutionGraph::results`](super::ExecutionGraph::results).
    pub inputs: Vec<usize>,
    /// Its result partitions: positions in the same list.
    pub outputs: Vec<usize>,
    pub(super) subtasks: Vec<ExecutionVertex>,
}

impl ExecutionJobVertex {
    /// The subtasks, in order.
    pub fn subtasks(&self) -> &[ExecutionVertex] {
        &self.subtasks
    }
}

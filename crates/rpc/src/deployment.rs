//! What a TaskManager is told to run.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use weft_common::{ExecutionAttemptId, JobId, JobVertexId, OperatorId};

/// Where every subtask of an attempt of the job runs: worker and lane by vertex and subtask. Shared by all deployments of one
/// attempt, so that a descriptor does not grow with the number of channels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    /// For each vertex, `(worker, lane)` by subtask. A lane is a thread of a worker: a slot, or the thread of a blocking chain.
    pub lanes: BTreeMap<JobVertexId, Vec<(u32, u32)>>,
    /// Where each worker's data plane is, by the worker's number. Empty where all are threads of one process.
    pub workers: BTreeMap<u32, WorkerAddress>,
}

/// Where the data plane of a worker is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerAddress {
    /// What people call it: the id of its TaskManager.
    pub name: String,
    /// Which process has the worker's number: rises with every process that takes it.
    pub generation: u64,
    /// The host that it advertises.
    pub host: String,
    /// The port that it listens at. It stays the same when the worker is replaced.
    pub port: u16,
}

/// Lanes of slots have the slot's number in these bits.
const SLOT_BITS: u32 = 16;

/// The lane, in slot `slot`, of the tasks of a chain that blocks its thread. `vertex` tells it from the slot's other such chains.
pub fn blocking_lane(slot: u32, vertex: u32) -> u32 {
    slot | (vertex + 1) << SLOT_BITS
}

/// The slot that a lane belongs to.
pub fn slot_of_lane(lane: u32) -> u32 {
    lane & ((1 << SLOT_BITS) - 1)
}

/// One subtask of one vertex: a chain of operators with its inputs and outputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskDeployment {
    /// The job.
    pub job: JobId,
    /// Which attempt of which subtask.
    pub attempt: ExecutionAttemptId,
    /// The vertex's name, such as `Source: lines -> tokens`.
    pub name: String,
    /// How many subtasks the vertex has.
    pub parallelism: u32,
    /// How many key groups its keyed streams have.
    pub max_parallelism: u32,
    /// The lane of this worker that is to run it.
    pub lane: u32,
    /// The operators; the first is the head, each other names its parent before it.
    pub chain: Vec<ChainedOperator>,
    /// What it reads.
    pub inputs: Vec<InputEdge>,
    /// What it writes.
    pub outputs: Vec<OutputEdge>,
    /// Bytes each outgoing channel may hold in its builder.
    pub send_share: usize,
    /// Bytes of credit each incoming channel is given.
    pub receive_share: usize,
    /// Whether the job runs in BATCH mode: rolling operators then emit final values only.
    pub batch_mode: bool,
    /// Where everybody is.
    pub placement: Arc<Placement>,
}

/// An operator in a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainedOperator {
    /// Which operator of the program.
    pub operator: OperatorId,
    /// Its name, for messages.
    pub name: String,
    /// Index in the chain of the operator it takes its input from and the output port there; `None` for the head.
    pub parent: Option<(usize, u32)>,
}

/// An edge that a task reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputEdge {
    /// Index of the edge in the program's StreamGraph.
    pub edge: u32,
    /// Which input of the head it feeds.
    pub input: u32,
    /// The producing vertex.
    pub from: JobVertexId,
    /// Which of its subtasks are connected to this one.
    pub sources: Range<u32>,
}

/// An edge that a task writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputEdge {
    /// Index of the edge in the program's StreamGraph.
    pub edge: u32,
    /// Index in the chain of the operator that emits it.
    pub operator: usize,
    /// Which of that operator's output ports.
    pub port: u32,
    /// How records find their subtask.
    pub ship: weft_graph::ShipStrategy,
    /// The consuming vertex.
    pub to: JobVertexId,
    /// How many subtasks the consumer has in all.
    pub consumers: u32,
    /// The consumer's number of key groups, by which a keyed edge routes.
    pub consumer_max_parallelism: u32,
    /// Which of its subtasks are connected to this one.
    pub targets: Range<u32>,
}

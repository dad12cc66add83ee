//! From the graphs to what TaskManagers are told.

use std::collections::BTreeMap;
use std::sync::Arc;

use weft_common::{ExecutionAttemptId, JobId, JobVertexId, OperatorId};
use weft_graph::{ExecutionGraph, ExecutionVertexId, JobEdge, JobGraph, JobVertex, RuntimeMode, SlotChannels};
use weft_rpc::{ChainedOperator, InputEdge, OutputEdge, Placement, TaskDeployment, blocking_lane};

/// Writes deployments of one job.
pub struct Deployer {
    job: JobId,
    graph: JobGraph,
    execution: ExecutionGraph,
    /// Bytes per outgoing and incoming channel, by subtask.
    shares: BTreeMap<ExecutionVertexId, (usize, usize)>,
}

impl Deployer {
    /// For a planned job; `channels` are the shares of every slot's channels.
    pub fn new(job: JobId, graph: JobGraph, execution: ExecutionGraph, channels: &[SlotChannels]) -> Self {
        let bytes = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        let of_slot = |c: &SlotChannels| (bytes(c.sender_share), bytes(c.receiver_share));
        let shares = channels.iter().flat_map(|c| c.slice.subtasks.iter().map(move |s| (*s, of_slot(c)))).collect();
        Deployer { job, graph, execution, shares }
    }

    /// The job's subtasks.
    pub fn execution(&self) -> &ExecutionGraph {
        &self.execution
    }

    /// The job's vertices.
    pub fn graph(&self) -> &JobGraph {
        &self.graph
    }

    /// Every subtask of the job.
    pub fn subtasks(&self) -> impl Iterator<Item = ExecutionVertexId> {
        self.execution.vertices().iter().flat_map(|v| v.subtasks()).map(|s| s.id)
    }

    /// The lane of a vertex's tasks in a slot: the slot's own, or one of their own for a chain that blocks its thread.
    pub fn lane(&self, vertex: JobVertexId, slot: u32) -> u32 {
        let position = self.graph.vertices.iter().position(|v| v.id == vertex && v.blocking);
        position.map_or(slot, |p| blocking_lane(slot, p as u32))
    }

    /// What the TaskManager is told of one attempt; `None` for one that the job does not have.
    pub fn deployment(&self, attempt: ExecutionAttemptId, placement: &Arc<Placement>) -> Option<TaskDeployment> {
        let vertex = self.graph.vertex(attempt.vertex)?;
        let expanded = self.execution.vertex(attempt.vertex)?;
        let subtask = ExecutionVertexId { vertex: attempt.vertex, subtask: attempt.subtask };
        let (send_share, receive_share) = self.shares.get(&subtask).copied()?;
        let (_, lane) = placement.lanes.get(&attempt.vertex)?.get(attempt.subtask as usize).copied()?;
        Some(TaskDeployment {
            job: self.job,
            attempt,
            name: vertex.name.clone(),
            parallelism: vertex.parallelism,
            max_parallelism: expanded.max_parallelism,
            lane,
            chain: chain(vertex),
            inputs: self.graph.inputs_of(vertex.id).filter_map(|e| self.input(e, attempt.subtask)).collect(),
            outputs: self.graph.outputs_of(vertex.id).filter_map(|e| self.output(vertex, e, attempt.subtask)).collect(),
            send_share,
            receive_share,
            batch_mode: self.graph.runtime_mode == RuntimeMode::Batch,
            placement: placement.clone(),
        })
    }

    fn input(&self, edge: &JobEdge, subtask: u32) -> Option<InputEdge> {
        let (up, down) = (self.graph.vertex(edge.from)?.parallelism, self.graph.vertex(edge.to)?.parallelism);
        let sources = edge.distribution.sources(subtask, up, down);
        Some(InputEdge { edge: edge.stream_edge, input: edge.input, from: edge.from, sources })
    }

    fn output(&self, vertex: &JobVertex, edge: &JobEdge, subtask: u32) -> Option<OutputEdge> {
        let consumer = self.execution.vertex(edge.to)?;
        Some(OutputEdge {
            edge: edge.stream_edge,
            operator: position(vertex, edge.from_operator)?,
            port: edge.output,
            ship: edge.ship,
            to: edge.to,
            consumers: consumer.parallelism,
            consumer_max_parallelism: consumer.max_parallelism,
            targets: edge.distribution.targets(subtask, vertex.parallelism, consumer.parallelism),
        })
    }
}

fn position(vertex: &JobVertex, operator: OperatorId) -> Option<usize> {
    vertex.operators.iter().position(|o| o.id == operator)
}

fn chain(vertex: &JobVertex) -> Vec<ChainedOperator> {
    let chained = |o: &weft_graph::ChainedOperator| ChainedOperator {
        operator: o.id,
        name: o.name.clone(),
        parent: o.parent.map(|p| (p.operator as usize, p.output)),
    };
    vertex.operators.iter().map(chained).collect()
}

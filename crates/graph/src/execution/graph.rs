//! The graph of what runs.

use super::{ExecutionJobVertex, ExecutionVertex, ExecutionVertexId, IntermediateResult, region};
use crate::job::{JobEdge, JobGraph, JobVertex};
use std::collections::HashMap;
use weft_common::{JobVertexId, key_group};

/// A JobGraph with its parallelism unrolled: subtasks, and the results that flow between them.
///
/// Channels are not listed anywhere: an ALL_TO_ALL exchange of p by p subtasks has p² of them. Which subtasks an
/// [`IntermediateResult`] connects is a range, computed on demand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutionGraph {
    vertices: Vec<ExecutionJobVertex>,
    results: Vec<IntermediateResult>,
}

impl ExecutionGraph {
    /// Unrolls a job. An edge between vertices that the graph does not have is left out.
    pub fn new(job: &JobGraph) -> Self {
        let positions: HashMap<_, _> = job.vertices.iter().enumerate().map(|(at, vertex)| (vertex.id, at)).collect();
        let results: Vec<_> = job.edges.iter().filter_map(|edge| result(job, &positions, edge)).collect();
        let mut vertices: Vec<_> =
            job.vertices.iter().enumerate().map(|(at, vertex)| job_vertex(at, vertex, &results)).collect();
        region::assign(&mut vertices, &results);
        ExecutionGraph { vertices, results }
    }

    /// The vertices, in topological order.
    pub fn vertices(&self) -> &[ExecutionJobVertex] {
        &self.vertices
    }

    /// A vertex by id.
    pub fn vertex(&self, id: JobVertexId) -> Option<&ExecutionJobVertex> {
        self.vertices.iter().find(|vertex| vertex.id == id)
    }

    /// A subtask by id.
    pub fn subtask(&self, id: ExecutionVertexId) -> Option<&ExecutionVertex> {
        self.vertex(id.vertex)?.subtasks.get(id.subtask as usize)
    }

    /// The results, one per edge of the JobGraph and in their order.
    pub fn results(&self) -> &[IntermediateResult] {
        &self.results
    }
}

fn result(job: &JobGraph, positions: &HashMap<JobVertexId, usize>, edge: &JobEdge) -> Option<IntermediateResult> {
    let (producer, consumer) = (*positions.get(&edge.from)?, *positions.get(&edge.to)?);
    Some(IntermediateResult {
        producer,
        producers: job.vertices.get(producer)?.parallelism,
        consumer,
        consumers: job.vertices.get(consumer)?.parallelism,
        distribution: edge.distribution,
        exchange: edge.exchange,
    })
}

fn job_vertex(at: usize, vertex: &JobVertex, results: &[IntermediateResult]) -> ExecutionJobVertex {
    let numbered = || results.iter().enumerate();
    let max = vertex.max_parallelism.unwrap_or_else(|| key_group::default_max_parallelism(vertex.parallelism));
    ExecutionJobVertex {
        id: vertex.id,
        name: vertex.name.clone(),
        parallelism: vertex.parallelism,
        max_parallelism: max,
        slot_sharing_group: vertex.slot_sharing_group.clone(),
        inputs: numbered().filter(|(_, result)| result.consumer == at).map(|(number, _)| number).collect(),
        outputs: numbered().filter(|(_, result)| result.producer == at).map(|(number, _)| number).collect(),
        subtasks: (0..vertex.parallelism).map(|subtask| execution_vertex(at, vertex, subtask, max, results)).collect(),
    }
}

fn execution_vertex(
    at: usize,
    vertex: &JobVertex,
    subtask: u32,
    max_parallelism: u32,
    results: &[IntermediateResult],
) -> ExecutionVertex {
    let inputs = results.iter().filter(|result| result.consumer == at);
    let outputs = results.iter().filter(|result| result.producer == at);
    ExecutionVertex {
        id: ExecutionVertexId { vertex: vertex.id, subtask },
        key_groups: key_group::range_of(subtask, vertex.parallelism, max_parallelism),
        in_channels: inputs.map(|result| result.sources(subtask).len() as u32).sum(),
        out_channels: outputs.map(|result| result.targets(subtask).len() as u32).sum(),
        region: 0,
    }
}

//! Pipelined regions: the units of scheduling and failover.
//!
//! Subtasks joined by a pipelined exchange must run at the same time and fail together; a region is a largest set of
//! subtasks so joined. Regions are found on subtasks, not on vertices: a job of forward edges only falls into as many
//! regions as it has subtasks side by side. The sets are merged with a union-find over all subtasks; an ALL_TO_ALL
//! exchange joins everybody it touches, so merging each side with its first subtask is enough and no pair is
//! visited.

use super::IntermediateResult;
use super::graph::ExecutionGraph;
use super::vertex::{ExecutionJobVertex, ExecutionVertexId};
use crate::DistributionPattern;
use crate::job::ExchangeMode;
use std::collections::HashMap;

/// Subtasks that run, fail and restart together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PipelinedRegion {
    /// Its number in the graph.
    pub index: u32,
    /// Its subtasks, in topological order of their vertices.
    pub subtasks: Vec<ExecutionVertexId>,
}

impl ExecutionGraph {
    /// The regions, ordered by their first subtask.
    pub fn pipelined_regions(&self) -> Vec<PipelinedRegion> {
        let mut regions: Vec<PipelinedRegion> = Vec::new();
        for vertex in self.vertices() {
            for subtask in vertex.subtasks() {
                match regions.get_mut(subtask.region as usize) {
                    Some(region) => region.subtasks.push(subtask.id),
                    None => regions.push(PipelinedRegion { index: subtask.region, subtasks: vec![subtask.id] }),
                }
            }
        }
        regions
    }
}

/// Gives every subtask the number of its region; numbers are given in order of first appearance.
pub(super) fn assign(vertices: &mut [ExecutionJobVertex], results: &[IntermediateResult]) {
    let offsets = offsets(vertices);
    let mut sets = DisjointSets::new(offsets.last().copied().unwrap_or(0));
    for result in results.iter().filter(|result| result.exchange == ExchangeMode::Pipelined) {
        if let (Some(&up), Some(&down)) = (offsets.get(result.producer), offsets.get(result.consumer)) {
            join(&mut sets, result, up, down);
        }
    }
    let mut numbers = HashMap::new();
    for (place, subtask) in vertices.iter_mut().flat_map(|vertex| &mut vertex.subtasks).enumerate() {
        let next = numbers.len() as u32;
        subtask.region = *numbers.entry(sets.root(place)).or_insert(next);
    }
}

/// The place of each vertex's first subtask among all subtasks, and their number.
fn offsets(vertices: &[ExecutionJobVertex]) -> Vec<usize> {
    let mut total = 0;
    let mut offsets = vec![total];
    for vertex in vertices {
        total += vertex.subtasks.len();
        offsets.push(total);
    }
    offsets
}

fn join(sets: &mut DisjointSets, result: &IntermediateResult, up: usize, down: usize) {
    match result.distribution {
        DistributionPattern::AllToAll => {
            (0..result.producers as usize).for_each(|from| sets.join(up + from, down));
            (0..result.consumers as usize).for_each(|to| sets.join(up, down + to));
        }
        DistributionPattern::Pointwise => {
            for from in 0..result.producers {
                let targets = result.targets(from);
                targets.for_each(|to| sets.join(up + from as usize, down + to as usize));
            }
        }
    }
}

/// Disjoint sets of 0..n, each a tree of parents up to its root.
struct DisjointSets(Vec<usize>);

impl DisjointSets {
    fn new(n: usize) -> Self {
        DisjointSets((0..n).collect())
    }

    fn parent(&self, of: usize) -> usize {
        self.0.get(of).copied().unwrap_or(of)
    }

    fn set_parent(&mut self, of: usize, parent: usize) {
        if let Some(slot) = self.0.get_mut(of) {
            *slot = parent;
        }
    }

    /// The root of an element's set; halves the path to it.
    fn root(&mut self, mut of: usize) -> usize {
        while self.parent(of) != of {
            let grandparent = self.parent(self.parent(of));
            self.set_parent(of, grandparent);
            of = grandparent;
        }
        of
    }

    /// Makes one set of two. The smaller root stays, so that roots are first elements.
    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.set_parent(a.max(b), a.min(b));
    }
}

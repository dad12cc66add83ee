//! The rules of a StreamGraph. They hold for graphs that were built and for graphs that were read from bytes.

use super::{OperatorKind, Partition, RuntimeMode, StreamEdge, StreamGraph, StreamNode};
use crate::GraphError;
use std::collections::{HashMap, HashSet};
use weft_common::key_group::LARGEST_MAX_PARALLELISM;

/// Whether both ends of an edge exist and it leads to a later operator.
pub(super) fn edge(graph: &StreamGraph, edge: &StreamEdge) -> Result<(), GraphError> {
    let (from, to) = (graph.node(edge.from)?, graph.node(edge.to)?);
    if edge.from >= edge.to {
        return Err(GraphError::BackwardEdge { from: from.label(), to: to.label() });
    }
    if from.output_schema(edge.output).is_none() || from.kind == OperatorKind::Sink {
        let side_outputs = from.side_outputs.len();
        return Err(GraphError::UnknownOutput { operator: from.label(), output: edge.output, side_outputs });
    }
    if edge.input >= to.kind.inputs() {
        return Err(GraphError::UnknownInput { operator: to.label(), input: edge.input, inputs: to.kind.inputs() });
    }
    Ok(())
}

/// Every rule that a job must keep before it is translated.
pub(super) fn graph(graph: &StreamGraph) -> Result<(), GraphError> {
    if graph.nodes().all(|(id, node)| !graph.is_used(id, node)) {
        return Err(GraphError::NoOperators { job: graph.settings.name.clone() });
    }
    graph.edges().iter().try_for_each(|e| edge(graph, e))?;
    job_max_parallelism(graph)?;
    graph.nodes().try_for_each(|(_, node)| parallelism(graph, node))?;
    graph.edges().iter().try_for_each(|e| forward(graph, e))?;
    inputs_connected(graph)?;
    unique_ids(graph)?;
    sources_fit_mode(graph)
}

fn job_max_parallelism(graph: &StreamGraph) -> Result<(), GraphError> {
    graph.settings.max_parallelism.map_or(Ok(()), |max| key_groups_exist(max, || "the job".to_owned()))
}

fn key_groups_exist(max: u32, of: impl FnOnce() -> String) -> Result<(), GraphError> {
    match max {
        1..=LARGEST_MAX_PARALLELISM => Ok(()),
        _ => Err(GraphError::MaxParallelismOutOfRange { of: of(), max }),
    }
}

fn parallelism(graph: &StreamGraph, node: &StreamNode) -> Result<(), GraphError> {
    let parallelism = graph.parallelism_of(node);
    if parallelism == 0 {
        return Err(GraphError::ZeroParallelism { operator: node.label() });
    }
    let max = graph.max_parallelism_of(node).unwrap_or(LARGEST_MAX_PARALLELISM);
    key_groups_exist(max, || format!("operator {}", node.label()))?;
    if parallelism > max {
        return Err(GraphError::ParallelismAboveMax { operator: node.label(), parallelism, max });
    }
    Ok(())
}

fn forward(graph: &StreamGraph, edge: &StreamEdge) -> Result<(), GraphError> {
    let (from, to) = (graph.node(edge.from)?, graph.node(edge.to)?);
    let (from_parallelism, to_parallelism) = (graph.parallelism_of(from), graph.parallelism_of(to));
    if edge.partition == Partition::Forward && from_parallelism != to_parallelism {
        let (from, to) = (from.label(), to.label());
        return Err(GraphError::ForwardParallelism { from, from_parallelism, to, to_parallelism });
    }
    Ok(())
}

fn inputs_connected(graph: &StreamGraph) -> Result<(), GraphError> {
    let connected: HashSet<_> = graph.edges().iter().map(|e| (e.to, e.input)).collect();
    for (id, node) in graph.nodes() {
        if let Some(input) = (0..node.kind.inputs()).find(|&input| !connected.contains(&(id, input))) {
            return Err(GraphError::UnconnectedInput { operator: node.label(), input });
        }
    }
    Ok(())
}

fn unique_ids(graph: &StreamGraph) -> Result<(), GraphError> {
    let mut uids = HashMap::new();
    for (_, node) in graph.nodes() {
        let Some(uid) = &node.uid else { continue };
        if let Some(first) = uids.insert(uid, node) {
            let (first, second) = (StreamNode::label(first), node.label());
            return Err(GraphError::DuplicateUid { uid: uid.clone(), first, second });
        }
    }
    let mut ids = HashMap::new();
    for ((_, node), id) in graph.nodes().zip(graph.operator_ids()) {
        if let Some(first) = ids.insert(id, node) {
            return Err(GraphError::DuplicateId { id, first: StreamNode::label(first), second: node.label() });
        }
    }
    Ok(())
}

fn sources_fit_mode(graph: &StreamGraph) -> Result<(), GraphError> {
    let unbounded = OperatorKind::Source { bounded: false };
    let found = graph.nodes().find(|(id, node)| node.kind == unbounded && graph.is_used(*id, node));
    match (graph.settings.runtime_mode, found) {
        (RuntimeMode::Batch, Some((_, node))) => Err(GraphError::UnboundedSourceInBatch { operator: node.label() }),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[path = "validate_test.rs"]
mod tests;

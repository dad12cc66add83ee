//! Pipelines as StreamGraphs.

use super::{ChainCall, Input, Kind, Node, Pipeline};
use std::collections::HashMap;
use weft_graph::{
    ChainingStrategy, GraphError, JobSettings, NodeId, OperatorKind, SchemaRef, StreamEdge, StreamGraph, StreamNode,
};

/// Builds the program that a pipeline describes, as the calls of a DataStream program would.
pub(crate) fn stream_graph(pipeline: &Pipeline) -> Result<StreamGraph, GraphError> {
    let mut graph = StreamGraph::new(JobSettings {
        default_parallelism: pipeline.default_parallelism,
        chaining: pipeline.chaining,
        ..JobSettings::new("pipeline")
    });
    let mut ids = HashMap::new();
    for node in &pipeline.nodes {
        let id = graph.add_node(stream_node(node));
        ids.insert(node.id.as_str(), id);
        for (position, input) in node.inputs.iter().enumerate() {
            graph.add_edge(stream_edge(node.kind, ids[input.from.as_str()], id, position, input))?;
        }
    }
    Ok(graph)
}

fn stream_node(node: &Node) -> StreamNode {
    let (kind, operation) = match node.kind {
        Kind::Source => (OperatorKind::Source { bounded: true }, "source"),
        Kind::Map | Kind::UnionMap => (OperatorKind::OneInput, "map"),
        Kind::Filter => (OperatorKind::OneInput, "filter"),
        Kind::KeyedReduce => (OperatorKind::OneInput, "reduce"),
        Kind::Connect => (OperatorKind::TwoInput, "co-map"),
        Kind::Sink => (OperatorKind::Sink, "sink"),
    };
    StreamNode {
        name: node.id.clone(),
        parallelism: node.parallelism,
        max_parallelism: node.max_parallelism,
        slot_sharing_group: node.slot_sharing_group.clone(),
        chaining: chaining(node),
        ..StreamNode::new(kind, operation, SchemaRef::new("u64", 1))
    }
}

/// A sink has no call to start a new chain; the rows that name one for a sink were made without it.
fn chaining(node: &Node) -> ChainingStrategy {
    match node.chain {
        Some(ChainCall::DisableChaining) => ChainingStrategy::Never,
        Some(ChainCall::StartNewChain) if node.kind != Kind::Sink => ChainingStrategy::Head,
        _ => ChainingStrategy::Always,
    }
}

fn stream_edge(kind: Kind, from: NodeId, to: NodeId, position: usize, input: &Input) -> StreamEdge {
    let input_number = if kind == Kind::Connect { position as u32 } else { 0 };
    StreamEdge::new(from, to).to_input(input_number).with_partition(input.partition)
}

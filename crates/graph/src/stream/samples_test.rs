//! Small graphs for the tests of this crate.

use super::{JobSettings, NodeId, OperatorKind, StreamEdge, StreamGraph, StreamNode};
use crate::SchemaRef;

/// The schema all sample streams have.
pub(crate) fn schema() -> SchemaRef {
    SchemaRef::new("u64", 64)
}

/// An empty graph of parallelism 2.
pub(crate) fn graph() -> StreamGraph {
    StreamGraph::new(JobSettings { default_parallelism: 2, ..JobSettings::new("sample") })
}

/// Adds an operator of a kind with a name.
pub(crate) fn operator(graph: &mut StreamGraph, kind: OperatorKind, name: &str) -> NodeId {
    graph.add_node(StreamNode { name: name.into(), ..StreamNode::new(kind, "sample", schema()) })
}

/// Adds a bounded source.
pub(crate) fn source(graph: &mut StreamGraph, name: &str) -> NodeId {
    operator(graph, OperatorKind::Source { bounded: true }, name)
}

/// Adds a one-input operator that reads `from` without a partition call.
pub(crate) fn node(graph: &mut StreamGraph, name: &str, from: NodeId) -> NodeId {
    let to = operator(graph, OperatorKind::OneInput, name);
    edge(graph, StreamEdge::new(from, to));
    to
}

/// Adds an edge that must be valid.
pub(crate) fn edge(graph: &mut StreamGraph, edge: StreamEdge) {
    graph.add_edge(edge).unwrap();
}

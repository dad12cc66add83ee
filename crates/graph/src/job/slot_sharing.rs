//! Whose slots an operator shares.

use crate::stream::StreamGraph;

/// The group of operators about which nothing is said and whose inputs do not agree.
const DEFAULT_GROUP: &str = "default";

/// The slot-sharing group of each node: its own, else the one all its inputs are in, else `default`.
pub(super) fn groups(graph: &StreamGraph) -> Vec<String> {
    let mut groups: Vec<String> = Vec::with_capacity(graph.nodes().len());
    for (id, node) in graph.nodes() {
        let group = node.slot_sharing_group.clone().unwrap_or_else(|| {
            let mut inputs = graph.inputs_of(id).filter_map(|edge| groups.get(edge.from.0 as usize));
            let first = inputs.next();
            let agreed = first.filter(|first| inputs.all(|other| other == *first));
            agreed.map_or_else(|| DEFAULT_GROUP.to_owned(), Clone::clone)
        });
        groups.push(group);
    }
    groups
}

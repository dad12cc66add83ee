//! Operator ids: what state is found by in a checkpoint.
//!
//! With a uid, the id is a hash of the uid and of nothing else. Without, it is a hash of the operator's place: its
//! kind, the ids of the operators it reads (with their outputs and its inputs), and how many operators of the same
//! place were made before it. So an id survives renaming, another parallelism or partition call, and changes in
//! branches that do not lead to the operator; it changes when an operator before it comes, goes or gets another uid.

use super::{NodeId, StreamGraph, StreamNode};
use crate::digest::Digest;
use std::collections::HashMap;
use weft_common::OperatorId;

impl StreamGraph {
    /// The operators' ids, in the order of the nodes. Equal for two runs of one program.
    pub fn operator_ids(&self) -> Vec<OperatorId> {
        let mut ids: Vec<OperatorId> = Vec::with_capacity(self.nodes().len());
        let mut same_place: HashMap<u128, u64> = HashMap::new();
        let inputs = inputs(self);
        for ((_, node), inputs) in self.nodes().zip(&inputs) {
            let id = match &node.uid {
                Some(uid) => Digest::new("uid").text(uid),
                None => {
                    let place = place(node, inputs, &ids);
                    let earlier = same_place.entry(place.finish()).or_default();
                    *earlier += 1;
                    place.number(*earlier)
                }
            };
            ids.push(OperatorId(id.finish()));
        }
        ids
    }
}

/// Per node: what it reads, as (own input, sender, sender's output).
fn inputs(graph: &StreamGraph) -> Vec<Vec<(u32, NodeId, u32)>> {
    let mut inputs = vec![Vec::new(); graph.nodes().len()];
    for edge in graph.edges() {
        if let Some(inputs) = inputs.get_mut(edge.to.0 as usize) {
            inputs.push((edge.input, edge.from, edge.output));
        }
    }
    inputs
}

fn place(node: &StreamNode, inputs: &[(u32, NodeId, u32)], ids: &[OperatorId]) -> Digest {
    inputs.iter().fold(Digest::new("place").number(node.kind.tag()), |digest, &(input, from, output)| {
        let from = ids.get(from.0 as usize).map_or(0, |id| id.0);
        digest.number(input.into()).id(from).number(output.into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::samples::{edge, graph, node, source};
    use crate::{Partition, StreamEdge};

    /// source → two maps → union into a third.
    fn diamond() -> StreamGraph {
        let mut g = graph();
        let s = source(&mut g, "s");
        let (a, b) = (node(&mut g, "a", s), node(&mut g, "b", s));
        let c = node(&mut g, "c", a);
        edge(&mut g, StreamEdge::new(b, c));
        g
    }

    #[test]
    fn all_differ_and_two_runs_agree() {
        let ids = diamond().operator_ids();
        assert_eq!(ids, diamond().operator_ids());
        let mut unique = ids.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), 4);
    }

    #[test]
    fn derived_ids_are_frozen() {
        let ids: Vec<_> = diamond().operator_ids().iter().map(ToString::to_string).collect();
        assert_eq!(ids, include_str!("../../testdata/operator-ids.txt").lines().collect::<Vec<_>>());
    }

    #[test]
    fn names_parallelism_and_partitioning_do_not_matter() {
        let mut changed = diamond();
        let b = changed.node_mut(NodeId(2)).unwrap();
        b.name = "renamed".into();
        b.parallelism = Some(7);
        b.max_parallelism = Some(77);
        b.slot_sharing_group = Some("g".into());
        changed.edges.iter_mut().for_each(|e| e.partition = Partition::Rebalance);
        changed.settings.default_parallelism = 9;
        assert_eq!(changed.operator_ids(), diamond().operator_ids());
    }

    #[test]
    fn an_unrelated_branch_changes_nothing() {
        let mut g = graph();
        let s = source(&mut g, "s");
        let a = node(&mut g, "a", s);
        let before = g.operator_ids();
        let other = source(&mut g, "other");
        node(&mut g, "x", other);
        node(&mut g, "y", a);
        assert_eq!(g.operator_ids()[..2], before);
    }

    #[test]
    fn a_uid_decides_alone() {
        let mut g = diamond();
        g.node_mut(NodeId(3)).unwrap().uid = Some("counts".into());
        let mut other = graph();
        let s = source(&mut other, "elsewhere");
        other.node_mut(s).unwrap().uid = Some("counts".into());
        assert_eq!(g.operator_ids()[3], other.operator_ids()[0]);
        assert_ne!(g.operator_ids()[3], diamond().operator_ids()[3]);
    }

    #[test]
    fn a_uid_upstream_fixes_what_follows() {
        let ids = |extra: bool| {
            let mut g = graph();
            let s = source(&mut g, "s");
            let s = if extra { node(&mut g, "extra", s) } else { s };
            let a = node(&mut g, "a", s);
            g.node_mut(a).unwrap().uid = Some("a".into());
            node(&mut g, "b", a);
            g.operator_ids().split_off(if extra { 2 } else { 1 })
        };
        assert_eq!(ids(false), ids(true));
    }
}

//! Operators that must run where another runs.
//!
//! A slot takes subtask i of every vertex of a slot-sharing group, and keeps them when they are restarted. Operators of one co-location
//! group are therefore together exactly when they share slots and have as many subtasks; a graph in which they do not is refused.

use crate::GraphError;
use crate::stream::{NodeId, StreamGraph, StreamNode};
use std::collections::HashMap;

/// Whether the operators of each co-location group can be together; `groups` has the slot-sharing group of each node.
pub(super) fn check(graph: &StreamGraph, groups: &[String]) -> Result<(), GraphError> {
    let mut first_of: HashMap<&str, (NodeId, &StreamNode)> = HashMap::new();
    for (id, node) in graph.nodes() {
        let Some(group) = node.co_location_group.as_deref() else { continue };
        let (first_id, first) = *first_of.entry(group).or_insert((id, node));
        let (parallelism, of_first) = (graph.parallelism_of(node), graph.parallelism_of(first));
        if parallelism != of_first {
            return Err(GraphError::CoLocatedParallelism {
                group: group.to_owned(),
                first: first.label(),
                first_parallelism: of_first,
                second: node.label(),
                second_parallelism: parallelism,
            });
        }
        let slots_of = |id: NodeId| groups.get(id.0 as usize).cloned().unwrap_or_default();
        let (slots, of_first) = (slots_of(id), slots_of(first_id));
        if slots != of_first {
            return Err(GraphError::CoLocatedSlots {
                group: group.to_owned(),
                first: first.label(),
                second: node.label(),
                slots: Box::new((of_first, slots)),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::stream::samples::{edge, graph, node, operator, source};
    use crate::{ExecutionGraph, GraphError, NodeId, OperatorKind, Partition, StreamEdge, StreamGraph};

    /// A source and two operators behind shuffles, the two of them in one co-location group.
    fn pair() -> (StreamGraph, NodeId, NodeId) {
        let mut g = graph();
        let s = source(&mut g, "s");
        let (a, b) = (operator(&mut g, OperatorKind::OneInput, "a"), operator(&mut g, OperatorKind::OneInput, "b"));
        for (from, to) in [(s, a), (a, b)] {
            edge(&mut g, StreamEdge::new(from, to).with_partition(Partition::Rebalance));
        }
        for id in [a, b] {
            g.node_mut(id).unwrap().co_location_group = Some("pair".into());
        }
        (g, a, b)
    }

    #[test]
    fn subtasks_of_one_number_share_a_slot() {
        let (mut g, a, b) = pair();
        for id in [a, b] {
            g.node_mut(id).unwrap().slot_sharing_group = Some("own".into());
        }
        let job = g.to_job_graph().unwrap();
        let slices = ExecutionGraph::new(&job).slot_sharing_slices();
        let [.., first, second] = slices.as_slice() else { panic!("two slots of the group expected: {slices:?}") };
        for (number, slice) in (0u32..).zip([first, second]) {
            assert_eq!(slice.subtasks.len(), 2);
            assert!(slice.subtasks.iter().all(|task| task.subtask == number), "{slice:?}");
        }
    }

    #[test]
    fn operators_of_unequal_parallelism_cannot_be_together() {
        let (mut g, _, b) = pair();
        g.node_mut(b).unwrap().parallelism = Some(3);
        let refused = g.to_job_graph().unwrap_err();
        assert!(matches!(
            refused,
            GraphError::CoLocatedParallelism { first_parallelism: 2, second_parallelism: 3, .. }
        ));
        assert_eq!(
            refused.to_string(),
            "operators \"a\" with parallelism 2 and \"b\" with parallelism 3 cannot be in co-location group \"pair\": \
             subtask i of the one runs where subtask i of the other does, so give both the same parallelism"
        );
    }

    #[test]
    fn operators_that_share_no_slots_cannot_be_together() {
        let (mut g, _, b) = pair();
        g.node_mut(b).unwrap().slot_sharing_group = Some("own".into());
        let refused = g.to_job_graph().unwrap_err();
        assert_eq!(
            refused.to_string(),
            "operators \"a\" of slot-sharing group \"default\" and \"b\" of slot-sharing group \"own\" cannot be in \
             co-location group \"pair\": they never share a slot, so give both the same slot-sharing group"
        );
    }

    #[test]
    fn an_inherited_group_counts() {
        let (mut g, a, b) = pair();
        g.node_mut(a).unwrap().slot_sharing_group = Some("own".into());
        assert!(g.to_job_graph().is_ok());
        let other = source(&mut g, "other");
        let both = node(&mut g, "both", b);
        edge(&mut g, StreamEdge::new(other, both));
        g.node_mut(both).unwrap().co_location_group = Some("pair".into());
        assert!(matches!(g.to_job_graph(), Err(GraphError::CoLocatedSlots { .. })));
    }
}

//! Jobs unrolled.

use super::{ExecutionGraph, ExecutionVertexId};
use crate::stream::samples::{edge, graph, node, operator, source};
use crate::{ChainingStrategy, EdgeExchange, NodeId, OperatorKind, Partition, StreamEdge, StreamGraph};
use weft_common::KeyGroupRange;

fn unroll(graph: &StreamGraph) -> ExecutionGraph {
    ExecutionGraph::new(&graph.to_job_graph().unwrap())
}

/// Adds an operator of its own parallelism that reads `from`.
fn wide(g: &mut StreamGraph, name: &str, from: NodeId, partition: Partition, parallelism: u32) -> NodeId {
    let to = operator(g, OperatorKind::OneInput, name);
    g.node_mut(to).unwrap().parallelism = Some(parallelism);
    g.node_mut(to).unwrap().chaining = ChainingStrategy::Head;
    edge(g, StreamEdge::new(from, to).with_partition(partition));
    to
}

/// A chain of two at parallelism 2, then 2, then 1: three vertices, five subtasks.
fn three_vertices() -> StreamGraph {
    let mut g = graph();
    let s = source(&mut g, "s");
    let a = node(&mut g, "a", s);
    let b = wide(&mut g, "b", a, Partition::Key, 2);
    wide(&mut g, "c", b, Partition::None, 1);
    g
}

#[test]
fn every_vertex_has_its_subtasks_and_channels() {
    let g = unroll(&three_vertices());
    let channels: Vec<Vec<(u32, u32)>> = g
        .vertices()
        .iter()
        .map(|vertex| vertex.subtasks().iter().map(|subtask| (subtask.in_channels, subtask.out_channels)).collect())
        .collect();
    assert_eq!(channels, [vec![(0, 2), (0, 2)], vec![(2, 1), (2, 1)], vec![(2, 0)]]);
    assert_eq!(g.needed_slots(), 2);
    let [first, second, third] = g.vertices() else { panic!("three vertices expected: {g:#?}") };
    assert_eq!(
        (&first.outputs, &second.inputs, &second.outputs, &third.inputs),
        (&vec![0], &vec![0], &vec![1], &vec![1])
    );
    let id = ExecutionVertexId { vertex: second.id, subtask: 1 };
    assert_eq!(g.subtask(id).unwrap().id, id);
    assert_eq!(g.subtask(ExecutionVertexId { subtask: 2, ..id }), None);
    assert_eq!((id.attempt(3).vertex, id.attempt(3).subtask, id.attempt(3).attempt), (second.id, 1, 3));
}

#[test]
fn key_groups_are_spread_over_subtasks() {
    let mut g = three_vertices();
    let ranges = |g: &StreamGraph| {
        let g = unroll(g);
        g.vertices()[1].subtasks().iter().map(|subtask| subtask.key_groups).collect::<Vec<_>>()
    };
    assert_eq!(ranges(&g), [KeyGroupRange::new(0, 64), KeyGroupRange::new(64, 128)]);
    g.node_mut(NodeId(2)).unwrap().max_parallelism = Some(5);
    assert_eq!(ranges(&g), [KeyGroupRange::new(0, 3), KeyGroupRange::new(3, 5)]);
}

#[test]
fn a_pipelined_job_is_one_region() {
    let g = unroll(&three_vertices());
    let regions = g.pipelined_regions();
    assert_eq!(regions.len(), 1);
    assert_eq!(regions[0].subtasks.len(), 5);
}

#[test]
fn subtasks_that_never_meet_are_regions_of_their_own() {
    let mut g = graph();
    g.settings.default_parallelism = 4;
    let s = source(&mut g, "s");
    let a = wide(&mut g, "a", s, Partition::Forward, 4);
    wide(&mut g, "b", a, Partition::Rescale, 2);
    let g = unroll(&g);
    let regions = g.pipelined_regions();
    let subtasks = |region: usize| regions[region].subtasks.iter().map(|id| id.subtask).collect::<Vec<_>>();
    assert_eq!(regions.iter().map(|region| region.index).collect::<Vec<_>>(), [0, 1]);
    assert_eq!((subtasks(0), subtasks(1)), (vec![0, 1, 0, 1, 0], vec![2, 3, 2, 3, 1]));

    let mut forward_only = graph();
    forward_only.settings.default_parallelism = 4;
    let s = source(&mut forward_only, "s");
    wide(&mut forward_only, "a", s, Partition::Forward, 4);
    assert_eq!(unroll(&forward_only).pipelined_regions().len(), 4);
}

#[test]
fn a_blocking_exchange_separates_regions() {
    let mut g = graph();
    let s = source(&mut g, "s");
    let a = operator(&mut g, OperatorKind::OneInput, "a");
    edge(&mut g, StreamEdge::new(s, a).with_partition(Partition::Key).with_exchange(EdgeExchange::Blocking));
    wide(&mut g, "b", a, Partition::Rebalance, 3);
    let regions = unroll(&g).pipelined_regions();
    assert_eq!(regions.iter().map(|region| region.subtasks.len()).collect::<Vec<_>>(), [1, 1, 5]);
}

#[test]
fn slots_are_the_sum_over_groups_of_the_widest_vertex() {
    let mut g = graph();
    g.settings.default_parallelism = 3;
    let s = source(&mut g, "s");
    let a = wide(&mut g, "a", s, Partition::Rebalance, 1);
    let b = wide(&mut g, "b", a, Partition::Rebalance, 2);
    g.node_mut(b).unwrap().slot_sharing_group = Some("other".into());
    let g = unroll(&g);
    assert_eq!(g.needed_slots(), 5);
    assert_eq!(g.slots_by_group().into_iter().collect::<Vec<_>>(), [("default", 3), ("other", 2)]);
    let slices = g.slot_sharing_slices();
    let shape: Vec<_> = slices.iter().map(|slice| (slice.group.as_str(), slice.index, slice.subtasks.len())).collect();
    assert_eq!(shape, [("default", 0, 2), ("default", 1, 1), ("default", 2, 1), ("other", 0, 1), ("other", 1, 1)]);
}

#[test]
fn wide_exchanges_hold_no_list_of_channels() {
    let mut g = graph();
    g.settings.default_parallelism = 250;
    let mut last = source(&mut g, "s");
    for name in ["a", "b", "c"] {
        last = wide(&mut g, name, last, Partition::Rebalance, 250);
    }
    let g = unroll(&g);
    assert_eq!(g.results().len(), 3);
    let received: u32 = g.vertices().iter().flat_map(|v| v.subtasks()).map(|subtask| subtask.in_channels).sum();
    assert_eq!(received, 3 * 250 * 250);
    assert_eq!(g.results()[2].sources(249), 0..250);
    assert_eq!(g.results()[2].targets(0), 0..250);
}

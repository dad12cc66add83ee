//! What the golden rows do not show of the translation.

use super::{ChainInput, ExchangeMode, JobGraph, ShipStrategy};
use crate::stream::samples::{edge, graph, node, operator, schema, source};
use crate::{BatchShuffleMode, ChainingStrategy, EdgeExchange, OperatorKind, Partition, RuntimeMode, StreamEdge};
use crate::{DistributionPattern, StreamGraph};

fn names(graph: &StreamGraph) -> Vec<String> {
    graph.to_job_graph().unwrap().vertices.into_iter().map(|vertex| vertex.name).collect()
}

#[test]
fn a_new_chain_takes_what_follows() {
    let mut g = graph();
    let s = source(&mut g, "s");
    let filter = node(&mut g, "filter", s);
    let map = node(&mut g, "map", filter);
    node(&mut g, "last", map);
    g.node_mut(map).unwrap().chaining = ChainingStrategy::Head;
    assert_eq!(names(&g), ["Source: s -> filter", "map -> last"]);
    g.node_mut(map).unwrap().chaining = ChainingStrategy::Never;
    assert_eq!(names(&g), ["Source: s -> filter", "map", "last"]);
    g.settings.chaining = false;
    assert_eq!(names(&g), ["Source: s", "filter", "map", "last"]);
}

#[test]
fn a_chain_is_a_tree_with_ports() {
    let mut g = graph();
    let s = source(&mut g, "s");
    let split = node(&mut g, "split", s);
    let late = g.node_mut(split).unwrap().side_output("late", schema());
    assert_eq!(g.node_mut(split).unwrap().side_output("late", schema()), late);
    let main = node(&mut g, "main", split);
    let side = operator(&mut g, OperatorKind::Sink, "late");
    edge(&mut g, StreamEdge::new(split, side).from_output(late));
    g.node_mut(main).unwrap().blocking = true;
    let job = g.to_job_graph().unwrap();
    let [vertex] = job.vertices.as_slice() else { panic!("one chain expected: {job:#?}") };
    assert_eq!(vertex.name, "Source: s -> split -> (main, Sink: late)");
    let parents: Vec<_> = vertex.operators.iter().map(|operator| operator.parent).collect();
    let link = |operator, output| Some(ChainInput { operator, output });
    assert_eq!(parents, [None, link(0, 0), link(1, 0), link(1, late)]);
    assert_eq!(vertex.id.0, vertex.operators[0].id.0);
    assert!(vertex.blocking);
    assert_eq!(job.vertex(vertex.id), Some(vertex));
}

#[test]
fn an_edge_says_which_operator_of_the_chain_sends() {
    let mut g = graph();
    let s = source(&mut g, "s");
    let words = node(&mut g, "words", s);
    let counts = operator(&mut g, OperatorKind::OneInput, "counts");
    edge(&mut g, StreamEdge::new(words, counts).with_partition(Partition::Key));
    let job = g.to_job_graph().unwrap();
    let [from, to] = job.vertices.as_slice() else { panic!("two chains expected: {job:#?}") };
    let inputs: Vec<_> = job.inputs_of(to.id).collect();
    assert_eq!(inputs, job.outputs_of(from.id).collect::<Vec<_>>());
    let [only] = inputs.as_slice() else { panic!("one edge expected: {job:#?}") };
    assert_eq!((only.from, only.from_operator, only.to), (from.id, from.operators[1].id, to.id));
    assert_eq!((only.ship, only.distribution), (ShipStrategy::Hash, DistributionPattern::AllToAll));
    assert_eq!(only.exchange, ExchangeMode::Pipelined);
}

#[test]
fn ship_strategies_of_partition_calls() {
    use Partition as P;
    use ShipStrategy as S;
    let rows = [
        (P::None, 2, 2, S::Forward),
        (P::None, 2, 3, S::Rebalance),
        (P::Forward, 2, 2, S::Forward),
        (P::Rebalance, 2, 2, S::Rebalance),
        (P::Shuffle, 2, 2, S::Shuffle),
        (P::Rescale, 2, 4, S::Rescale),
        (P::Global, 2, 2, S::Global),
        (P::Broadcast, 2, 2, S::Broadcast),
        (P::Key, 2, 2, S::Hash),
        (P::Custom, 2, 2, S::Custom),
    ];
    for (partition, from, to, ship) in rows {
        assert_eq!(ShipStrategy::resolve(partition, from, to), ship);
        let pointwise = matches!(ship, S::Forward | S::Rescale);
        assert_eq!(ship.distribution() == DistributionPattern::Pointwise, pointwise);
        assert_eq!(serde_json::to_value(ship).unwrap(), ship.to_string());
    }
}

#[test]
fn the_mode_decides_exchanges_about_which_nothing_is_said() {
    use BatchShuffleMode::{AllExchangesBlocking, AllExchangesPipelined};
    use ExchangeMode as X;
    use RuntimeMode::{Batch, Streaming};
    let rows = [
        (Streaming, AllExchangesBlocking, EdgeExchange::Undefined, X::Pipelined),
        (Streaming, AllExchangesBlocking, EdgeExchange::Blocking, X::Blocking),
        (Batch, AllExchangesBlocking, EdgeExchange::Undefined, X::Blocking),
        (Batch, AllExchangesBlocking, EdgeExchange::Pipelined, X::Pipelined),
        (Batch, AllExchangesPipelined, EdgeExchange::Undefined, X::Pipelined),
        (Batch, AllExchangesPipelined, EdgeExchange::Blocking, X::Blocking),
    ];
    for (runtime_mode, batch_shuffle_mode, said, expected) in rows {
        let mut g = graph();
        (g.settings.runtime_mode, g.settings.batch_shuffle_mode) = (runtime_mode, batch_shuffle_mode);
        let s = source(&mut g, "s");
        let a = operator(&mut g, OperatorKind::OneInput, "a");
        edge(&mut g, StreamEdge::new(s, a).with_partition(Partition::Rebalance).with_exchange(said));
        assert_eq!(g.to_job_graph().unwrap().edges[0].exchange, expected);
    }
}

#[test]
fn groups_are_inherited_from_inputs_that_agree() {
    let mut g = graph();
    let (a, b) = (source(&mut g, "a"), source(&mut g, "b"));
    g.node_mut(a).unwrap().slot_sharing_group = Some("g".into());
    let of_a = node(&mut g, "of_a", a);
    let of_both = node(&mut g, "of_both", of_a);
    edge(&mut g, StreamEdge::new(b, of_both));
    let again = node(&mut g, "again", of_a);
    g.node_mut(again).unwrap().slot_sharing_group = Some("own".into());
    let job = g.to_job_graph().unwrap();
    let groups: Vec<_> = job.vertices.iter().map(|v| (v.name.as_str(), v.slot_sharing_group.as_str())).collect();
    let expected = [("Source: a -> of_a", "g"), ("Source: b", "default"), ("of_both", "default"), ("again", "own")];
    assert_eq!(groups, expected);
}

#[test]
fn the_jobs_max_parallelism_stands_in() {
    let mut g = graph();
    let s = source(&mut g, "s");
    let a = node(&mut g, "a", s);
    g.node_mut(a).unwrap().chaining = ChainingStrategy::Head;
    g.node_mut(a).unwrap().max_parallelism = Some(200);
    g.settings.max_parallelism = Some(100);
    let max = |job: JobGraph| job.vertices.iter().map(|v| v.max_parallelism).collect::<Vec<_>>();
    assert_eq!(max(g.to_job_graph().unwrap()), [Some(100), Some(200)]);
}

#[test]
fn a_source_that_nobody_reads_is_left_out() {
    let mut g = graph();
    operator(&mut g, OperatorKind::Source { bounded: false }, "unread");
    let s = source(&mut g, "s");
    node(&mut g, "a", s);
    assert!(g.is_bounded());
    g.settings.runtime_mode = RuntimeMode::Batch;
    assert_eq!(names(&g), ["Source: s -> a"]);
}

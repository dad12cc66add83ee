//! What the fingerprint covers, and the sentences about differences.

use super::first_difference;
use crate::stream::samples::{edge, graph, node, operator, schema, source};
use crate::{ChainingStrategy, NodeId, OperatorKind, Partition, SchemaRef, StreamEdge, StreamGraph};

/// source → words → (by key) counts, which keeps a state.
fn word_count() -> StreamGraph {
    let mut g = graph();
    let s = source(&mut g, "lines");
    let words = node(&mut g, "words", s);
    let counts = operator(&mut g, OperatorKind::OneInput, "counts");
    g.node_mut(counts).unwrap().states.insert("sum".into(), schema());
    edge(&mut g, StreamEdge::new(words, counts).with_partition(Partition::Key));
    g
}

const WORDS: NodeId = NodeId(1);
const COUNTS: NodeId = NodeId(2);

#[test]
fn two_runs_of_one_program_agree() {
    assert_eq!(word_count().fingerprint(), word_count().fingerprint());
    assert_eq!(first_difference(&word_count(), &word_count()), None);
}

#[test]
fn names_parallelism_and_configuration_do_not_matter() {
    let mut g = word_count();
    let counts = g.node_mut(COUNTS).unwrap();
    counts.name = "renamed".into();
    counts.parallelism = Some(9);
    counts.max_parallelism = Some(99);
    counts.slot_sharing_group = Some("g".into());
    counts.chaining = ChainingStrategy::Never;
    counts.blocking = true;
    counts.output.text = "shown differently".into();
    g.settings.name = "another job".into();
    g.settings.default_parallelism = 5;
    g.settings.chaining = false;
    assert_eq!(g.fingerprint(), word_count().fingerprint());
    assert_eq!(first_difference(&g, &word_count()), None);
}

/// Changes a word count and returns the sentence about it; the fingerprint must differ too.
fn sentence(change: impl FnOnce(&mut StreamGraph)) -> String {
    let mut g = word_count();
    change(&mut g);
    assert_ne!(g.fingerprint(), word_count().fingerprint());
    assert!(first_difference(&g, &word_count()).is_some());
    first_difference(&word_count(), &g).unwrap()
}

#[test]
fn the_first_difference_is_told() {
    let words = |g: &mut StreamGraph, schema| g.node_mut(WORDS).unwrap().output = schema;
    assert_eq!(
        sentence(|g| words(g, SchemaRef::new("Str", 1))),
        "operator \"words\" differs: output schema is u64 in the first graph and Str in the second"
    );
    assert_eq!(
        sentence(|g| words(g, SchemaRef::new("u64", 1))),
        "operator \"words\" differs: output schema is u64 [0000000000000040] in the first graph and \
         u64 [0000000000000001] in the second"
    );
    assert_eq!(
        sentence(|g| g.node_mut(WORDS).unwrap().operation = "filter".into()),
        "operator \"words\" differs: kind is one-input operator sample in the first graph and \
         one-input operator filter in the second"
    );
    assert_eq!(
        sentence(|g| _ = g.node_mut(COUNTS).unwrap().states.insert("max".into(), schema())),
        "operator \"counts\" differs: state \"max\" is missing in the first graph and u64 in the second"
    );
    assert_eq!(
        sentence(|g| g.node_mut(COUNTS).unwrap().states.clear()),
        "operator \"counts\" differs: state \"sum\" is u64 in the first graph and missing in the second"
    );
    assert_eq!(
        sentence(|g| g.edges[1].partition = Partition::Rebalance),
        "operator \"counts\" differs: incoming stream 0 is \"words\" output 0 into input 0, partitioning key in the first graph \
         and \"words\" output 0 into input 0, partitioning rebalance in the second"
    );
    assert_eq!(sentence(|g| _ = node(g, "more", COUNTS)), "operator \"more\" exists only in the second graph");
    assert!(
        sentence(|g| g.node_mut(WORDS).unwrap().uid = Some("w".into()))
            .starts_with("operator \"words\" differs: operator id is ")
    );
    assert!(
        sentence(|g| _ = g.node_mut(WORDS).unwrap().side_output("late", schema()))
            .ends_with("side output 1 \"late\" is missing in the first graph and u64 in the second")
    );
}

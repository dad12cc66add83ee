//! Each rule broken alone, and what the author reads about it.

use crate::stream::samples::{edge, graph, node, operator, schema, source};
use crate::*;

/// The message about a graph of a source `s` and a map `a`, after a change.
fn refusal(change: impl FnOnce(&mut StreamGraph, NodeId, NodeId)) -> String {
    let mut g = graph();
    let s = source(&mut g, "s");
    let a = node(&mut g, "a", s);
    assert_eq!(g.validate(), Ok(()));
    change(&mut g, s, a);
    let error = g.to_job_graph().unwrap_err();
    assert_eq!(error.kind(), weft_common::ErrorKind::User);
    error.to_string()
}

#[test]
fn duplicate_uids_name_both_operators_and_their_places() {
    let message = refusal(|g, s, a| {
        g.node_mut(s).unwrap().uid = Some("x".into());
        g.node_mut(a).unwrap().uid = Some("x".into());
        g.node_mut(a).unwrap().place = Some(ProgramPlace { file: "src/main.rs".into(), line: 7 });
    });
    assert_eq!(
        message,
        "uid \"x\" is used by operator \"s\" and again by operator \"a\" (src/main.rs:7): give each a uid of its own"
    );
}

#[test]
fn forward_needs_equal_parallelism() {
    let message = refusal(|g, s, _| {
        let b = operator(g, OperatorKind::OneInput, "b");
        g.node_mut(b).unwrap().parallelism = Some(3);
        edge(g, StreamEdge::new(s, b).with_partition(Partition::Forward));
    });
    assert!(message.starts_with(
        "forward from operator \"s\" with parallelism 2 to operator \"b\" with parallelism 3 is impossible"
    ));
}

#[test]
fn parallelism_and_its_maximum_fit_each_other() {
    type Change = fn(&mut StreamGraph, NodeId);
    let cases: [(Change, &str); 6] = [
        (|g, a| g.node_mut(a).unwrap().parallelism = Some(0), "parallelism of operator \"a\" is 0"),
        (
            |g, a| {
                g.node_mut(a).unwrap().parallelism = Some(5);
                g.node_mut(a).unwrap().max_parallelism = Some(4);
            },
            "parallelism 5 of operator \"a\" is above its max parallelism 4",
        ),
        (|g, _| g.settings.max_parallelism = Some(1), "parallelism 2 of operator \"s\" is above its max parallelism 1"),
        (|g, _| g.settings.max_parallelism = Some(0), "max parallelism 0 of the job is out of range"),
        (
            |g, a| g.node_mut(a).unwrap().max_parallelism = Some(32_769),
            "max parallelism 32769 of operator \"a\" is out of range",
        ),
        (
            |g, a| g.node_mut(a).unwrap().parallelism = Some(32_769),
            "parallelism 32769 of operator \"a\" is above its max parallelism 32768",
        ),
    ];
    for (change, expected) in cases {
        let message = refusal(|g, _, a| change(g, a));
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn batch_needs_bounded_sources() {
    let message = refusal(|g, s, _| {
        g.node_mut(s).unwrap().kind = OperatorKind::Source { bounded: false };
        assert!(!g.is_bounded());
        g.settings.runtime_mode = RuntimeMode::Batch;
    });
    assert!(message.starts_with("source \"s\" is unbounded and cannot run in BATCH mode"), "{message}");
}

#[test]
fn every_input_is_connected() {
    let message = refusal(|g, s, _| {
        let both = operator(g, OperatorKind::TwoInput, "both");
        edge(g, StreamEdge::new(s, both));
    });
    assert_eq!(message, "input 1 of operator \"both\" is not connected: connect a stream to it");
}

#[test]
fn a_program_without_operators_is_refused() {
    let mut g = graph();
    source(&mut g, "unread");
    let message = g.to_job_graph().unwrap_err().to_string();
    assert!(message.starts_with("job \"sample\" has no operators"), "{message}");
}

#[test]
fn edges_need_two_ends_that_exist() {
    let mut g = graph();
    let s = source(&mut g, "s");
    let a = node(&mut g, "a", s);
    let sink = operator(&mut g, OperatorKind::Sink, "sink");
    let after = operator(&mut g, OperatorKind::OneInput, "after");
    let before = g.edges().to_vec();
    let cases = [
        (StreamEdge::new(NodeId(9), a), "the graph has 4 operators and no number 9"),
        (StreamEdge::new(a, a), "an edge from operator \"a\" to operator \"a\" is impossible"),
        (StreamEdge::new(sink, a), "an edge from operator \"sink\" to operator \"a\" is impossible"),
        (StreamEdge::new(a, sink).from_output(1), "operator \"a\" has no output 1"),
        (StreamEdge::new(sink, after), "operator \"sink\" has no output 0"),
        (StreamEdge::new(a, sink).to_input(1), "operator \"sink\" has no input 1: it has 1 inputs"),
    ];
    for (edge, expected) in cases {
        let message = g.add_edge(edge).unwrap_err().to_string();
        assert!(message.starts_with(expected), "{message}");
    }
    assert_eq!(g.edges(), before);
    assert!(g.node(NodeId(9)).is_err() && g.node_mut(NodeId(9)).is_err());
}

#[test]
fn a_graph_read_from_bytes_is_checked_too() {
    let mut g = graph();
    let s = source(&mut g, "s");
    node(&mut g, "a", s);
    let mut value = serde_json::to_value(&g).unwrap();
    value["edges"][0]["from"] = 77.into();
    let read: StreamGraph = serde_json::from_value(value).unwrap();
    assert!(matches!(read.to_job_graph(), Err(GraphError::UnknownNode { node: NodeId(77), nodes: 2 })));
    read.operator_ids();
    read.fingerprint();
}

#[test]
fn places_are_those_of_the_caller() {
    #[track_caller]
    fn map() -> ProgramPlace {
        ProgramPlace::caller()
    }
    let place = map();
    assert!(place.file.ends_with("validate_test.rs"));
    assert!(place.line > 100);
    assert_eq!(StreamNode::new(OperatorKind::Sink, "print", schema()).display_name(), "Sink: print");
}

//! What programs say about operators, and where operators stand in the program.

use crate::support::{TestProgram, end, inputs, node};
use weft_connectors::{EnvironmentSources, StreamSinks};
use weft_graph::{ChainingStrategy, EdgeCompression, Partition, StreamGraph};

#[test]
fn settings_land_on_the_operator_they_follow() {
    let program = TestProgram::new();
    let lengths = program.words().map(|(word, _)| word.len()).name("lengths").uid("lengths-1").set_parallelism(3);
    let lengths = lengths.set_max_parallelism(300).slot_sharing_group("heavy").start_new_chain();
    let lengths = lengths.co_location_group("together");
    lengths.discard().name("nowhere").uid("sink-1").set_parallelism(2).set_max_parallelism(20).disable_chaining();
    end(program.words().filter(|_| true).name("alone").disable_chaining());
    let graph = program.graph();
    let lengths = node(&graph, "lengths");
    assert_eq!(lengths.uid.as_deref(), Some("lengths-1"));
    assert_eq!((lengths.parallelism, lengths.max_parallelism), (Some(3), Some(300)));
    assert_eq!(lengths.slot_sharing_group.as_deref(), Some("heavy"));
    assert_eq!(lengths.co_location_group.as_deref(), Some("together"));
    assert_eq!(lengths.chaining, ChainingStrategy::Head);
    let sink = node(&graph, "nowhere");
    assert_eq!(sink.uid.as_deref(), Some("sink-1"));
    assert_eq!((sink.parallelism, sink.max_parallelism), (Some(2), Some(20)));
    assert_eq!(sink.chaining, ChainingStrategy::Never);
    assert_eq!(node(&graph, "alone").chaining, ChainingStrategy::Never);
}

#[test]
fn settings_of_a_sink_do_not_touch_what_it_reads() {
    let program = TestProgram::new();
    program.words().map(|(_, n)| n).name("map").discard().name("sink").slot_sharing_group("out").set_parallelism(4);
    let graph = program.graph();
    assert_eq!(node(&graph, "sink").slot_sharing_group.as_deref(), Some("out"));
    assert_eq!((node(&graph, "map").parallelism, node(&graph, "map").slot_sharing_group.as_ref()), (None, None));
}

#[test]
fn partition_calls_land_on_the_edge_to_the_next_operator() {
    let program = TestProgram::new();
    let words = || program.words();
    let table = [
        (words().global(), Partition::Global),
        (words().shuffle(), Partition::Shuffle),
        (words().rebalance(), Partition::Rebalance),
        (words().rescale(), Partition::Rescale),
        (words().broadcast(), Partition::Broadcast),
        (words().forward(), Partition::Forward),
        (words().shuffle().rebalance(), Partition::Rebalance),
        (words(), Partition::None),
    ];
    let mut expected = Vec::new();
    for (number, (stream, partition)) in table.into_iter().enumerate() {
        end(stream.map(|(_, n)| n).name(&number.to_string()));
        expected.push(partition);
    }
    let graph = program.graph();
    let found: Vec<_> = (0..expected.len()).map(|number| inputs(&graph, &number.to_string())[0].partition).collect();
    assert_eq!(found, expected);
}

#[test]
fn compression_is_said_of_the_edge_to_the_next_operator() {
    let program = TestProgram::new();
    let lz4 = || program.words().exchange_compression(EdgeCompression::Lz4);
    end(lz4().rebalance().map(|(_, n)| n).name("before the partition call"));
    end(lz4().key_by(|(word, _)| word).sum(|(_, n)| n).name("keyed"));
    end(program.words().shuffle().exchange_compression(EdgeCompression::None).map(|(_, n)| n).name("never"));
    end(program.words().map(|(_, n)| n).name("nothing said"));
    let graph = program.graph();
    let said = |name| inputs(&graph, name)[0].compression;
    assert_eq!(said("before the partition call"), EdgeCompression::Lz4);
    assert_eq!(said("keyed"), EdgeCompression::Lz4);
    assert_eq!(said("never"), EdgeCompression::None);
    assert_eq!(said("nothing said"), EdgeCompression::Undefined);
}

#[test]
fn a_stream_can_be_partitioned_differently_for_each_reader() {
    let program = TestProgram::new();
    let words = program.words();
    end(words.clone().rebalance().map(|(_, n)| n).name("a"));
    end(words.map(|(_, n)| n).name("b"));
    let graph = program.graph();
    assert_eq!(inputs(&graph, "a")[0].partition, Partition::Rebalance);
    assert_eq!(inputs(&graph, "b")[0].partition, Partition::None);
}

/// Asserts that an operator says it was made at a line of this file.
fn assert_made_at(graph: &StreamGraph, name: &str, line: u32) {
    let place = node(graph, name).place.clone().expect("every operator has a place");
    assert_eq!((place.file.as_str(), place.line), (file!(), line), "{name}");
}

#[test]
fn operators_know_the_line_that_made_them() {
    let program = TestProgram::new();
    let start = line!();
    let source = program.env.from_sequence(1, 9).name("source");
    #[rustfmt::skip]
    let union = source
        .clone()
        .map(|n| n)
        .name("map")
        .union(source.clone())
        .filter(|n| *n > 0)
        .name("filter");
    let sum = union.clone().key_by(|n| n).sum(|n| n).name("sum");
    let min = union.clone().key_by_value(|n| n % 2).min_by(|n| n).name("min");
    let reduced = union.key_by(|n| n).reduce(|sum, n| *sum += n).name("reduce");
    let connected = sum.connect(min).map(|n| n, |n| n).name("connected");
    connected.clone().discard().name("sink");
    end(reduced.connect(connected).flat_map_with(|_| (|n, out| out.emit(n), |n, out| out.emit(n))).name("last"));
    let graph = program.graph();
    let offsets = [
        ("source", 1),
        ("map", 5),
        ("filter", 8),
        ("sum", 10),
        ("min", 11),
        ("reduce", 12),
        ("connected", 13),
        ("sink", 14),
        ("last", 15),
    ];
    offsets.into_iter().for_each(|(name, offset)| assert_made_at(&graph, name, start + offset));
}

//! Closures say no types: what the compiler must infer for each transformation, and what each makes of the graph.

use crate::support::{TestProgram, end, inputs, names, node};
use weft_connectors::EnvironmentSources;
use weft_graph::{OperatorKind, Partition, SchemaRef, StreamGraph};
use weft_record::Record;

type Word = (String, u64);

/// The one operator between source and sink: what it does and what its records are.
fn only_operator<T: Record>(program: &TestProgram) -> String {
    let graph = program.graph();
    let (_, node) = graph.nodes().nth(1).expect("source, operator, sink");
    assert_eq!((graph.nodes().len(), node.kind), (3, OperatorKind::OneInput));
    assert_eq!(node.output, SchemaRef::from(&T::schema()));
    node.operation.clone()
}

#[test]
fn map() {
    let program = TestProgram::new();
    end(program.words().map(|(word, n)| (word.len(), n)));
    assert_eq!(only_operator::<(usize, u64)>(&program), "Map");
    end(program.words().map_with(|context| {
        let subtask = context.subtask();
        move |(word, n)| (word, n, subtask)
    }));
    assert_eq!(only_operator::<(String, u64, u32)>(&program), "Map");
}

#[test]
fn flat_map() {
    let program = TestProgram::new();
    end(program.words().flat_map(|(word, n), out| (0..n).for_each(|_| out.emit(word.clone()))));
    assert_eq!(only_operator::<String>(&program), "Flat Map");
    end(program.words().flat_map(|(word, _), out| {
        out.emit(word.parse::<u64>()?);
        Ok::<(), std::num::ParseIntError>(())
    }));
    assert_eq!(only_operator::<u64>(&program), "Flat Map");
    end(program.words().flat_map_with(|context| {
        let parallelism = context.parallelism;
        move |(word, _), out| out.emit((parallelism, word))
    }));
    assert_eq!(only_operator::<(u32, String)>(&program), "Flat Map");
}

#[test]
fn flat_map_iter() {
    let program = TestProgram::new();
    end(program.words().flat_map_iter(|(word, n)| (0..n).map(move |i| (word.clone(), i))));
    assert_eq!(only_operator::<Word>(&program), "Flat Map");
    end(program.words().flat_map_iter_with(|_| |(word, _)| word.into_bytes()));
    assert_eq!(only_operator::<u8>(&program), "Flat Map");
}

#[test]
fn filter() {
    let program = TestProgram::new();
    end(program.words().filter(|(word, n)| word.len() as u64 > *n));
    assert_eq!(only_operator::<Word>(&program), "Filter");
    end(program.words().filter_with(|context| {
        let least = u64::from(context.parallelism);
        move |(_, n)| *n >= least
    }));
    assert_eq!(only_operator::<Word>(&program), "Filter");
}

#[test]
fn keys_by_reference_and_by_value() {
    let program = TestProgram::new();
    end(program.words().key_by(|(word, _)| word).sum(|(_, n)| n).name("by reference"));
    end(program.words().key_by_value(|(word, n)| (word.len(), n % 2)).sum(|(_, n)| n).name("by value"));
    let graph = program.graph();
    for name in ["by reference", "by value"] {
        assert_eq!(inputs(&graph, name)[0].partition, Partition::Key);
        assert_eq!(node(&graph, name).operation, "Keyed Aggregation");
    }
}

#[test]
fn aggregates() {
    let program = TestProgram::new();
    let words = || program.words().key_by(|(word, _)| word);
    end(words().sum(|(_, n)| n));
    end(words().min(|(_, n)| n));
    end(words().max(|(_, n)| n));
    end(words().min_by(|(_, n)| n));
    end(words().max_by(|(_, n)| n));
    end(words().reduce(|(_, sum), (_, n)| *sum += n));
    end(words().reduce(|(_, sum), (_, n)| sum.checked_add(n).map(|s| *sum = s).ok_or("too many")));
    end(words().reduce_with(|_| |(_, sum), (_, n)| *sum += n));
    let graph = program.graph();
    let operations: Vec<_> = graph.nodes().map(|(_, node)| node.operation.as_str()).collect();
    let operations: Vec<_> = operations.into_iter().skip(1).step_by(3).collect();
    let (aggregation, reduce) = ("Keyed Aggregation", "Keyed Reduce");
    let expected = [[aggregation; 5].as_slice(), [reduce; 3].as_slice()].concat();
    assert_eq!(operations, expected);
}

#[test]
fn union() {
    let program = TestProgram::new();
    let all = program.words().union(program.words()).union_all([program.words(), program.words().rebalance()]);
    end(all.map(|(_, n)| n).name("all"));
    let graph = program.graph();
    let partitions: Vec<_> = inputs(&graph, "all").iter().map(|edge| (edge.input, edge.partition)).collect();
    let none = (0, Partition::None);
    assert_eq!(partitions, [none, none, none, (0, Partition::Rebalance)]);
}

#[test]
fn connect() {
    let program = TestProgram::new();
    let connected = || program.words().connect(program.env.from_elements([1u8, 2]).broadcast());
    end(connected().map(|(_, n)| n, |rule| 2 * u64::from(rule)).name("map"));
    end(connected().map_with(|_| (|(_, n)| n, |rule| u64::from(rule))).name("map with"));
    end(connected().flat_map(|(_, n), out| out.emit(n), |rule, out| out.emit(rule.into())).name("flat map"));
    end(connected()
        .flat_map_with(|_| (|(word, _), out| out.emit(word), |rule, out| out.emit(rule.to_string())))
        .name("flat map with"));
    let graph = program.graph();
    assert_two_inputs(&graph, "map", "Co-Map", Partition::Broadcast);
    assert_two_inputs(&graph, "map with", "Co-Map", Partition::Broadcast);
    assert_two_inputs(&graph, "flat map", "Co-Flat Map", Partition::Broadcast);
    assert_two_inputs(&graph, "flat map with", "Co-Flat Map", Partition::Broadcast);
}

pub(crate) fn assert_two_inputs(graph: &StreamGraph, name: &str, operation: &str, second: Partition) {
    let node = node(graph, name);
    assert_eq!((node.kind, node.operation.as_str()), (OperatorKind::TwoInput, operation));
    let edges: Vec<_> = inputs(graph, name).iter().map(|edge| (edge.input, edge.partition)).collect();
    let first = if second == Partition::Key { second } else { Partition::None };
    assert_eq!(edges, [(0, first), (1, second)]);
}

#[test]
fn partition_custom() {
    let program = TestProgram::new();
    let stream = program.words().partition_custom(|(word, _)| word, |word, subtasks| word.len() % subtasks);
    end(stream.map(|(_, n)| n).name("reader"));
    let graph = program.graph();
    assert_eq!(inputs(&graph, "reader")[0].partition, Partition::Custom);
    assert_eq!(names(&graph).len(), 3);
}

#[test]
fn functions_may_be_of_types_that_only_a_factory_can_give() {
    struct NotClone(u64);
    let program = TestProgram::new();
    end(program.words().map_with(|context| {
        let mut state = NotClone(u64::from(context.subtask()));
        move |(_, n)| {
            state.0 += n;
            state.0
        }
    }));
    assert_eq!(only_operator::<u64>(&program), "Map");
}

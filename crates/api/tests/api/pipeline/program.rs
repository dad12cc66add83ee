//! Pipelines as programs.

use std::collections::HashMap;

use super::{ChainCall, Input, Kind, Node, Pipeline};
use crate::support::TestProgram;
use weft_api::{DataStream, DataStreamSink};
use weft_connectors::{Sequence, StreamSinks};
use weft_graph::Partition;

/// Makes the calls that a pipeline describes.
pub(crate) fn program(pipeline: &Pipeline) -> TestProgram {
    let program = TestProgram::new();
    program.env.set_parallelism(pipeline.default_parallelism);
    if !pipeline.chaining {
        program.env.disable_operator_chaining();
    }
    let mut streams = HashMap::new();
    for node in &pipeline.nodes {
        let inputs: Vec<_> = node.inputs.iter().map(|input| partitioned(&streams, input)).collect();
        if node.kind == Kind::Sink {
            let [input] = inputs.try_into().ok().expect("a sink has one input");
            configure_sink(input.discard(), node);
        } else {
            let stream = configured(operator(&program, node, inputs), node);
            streams.insert(node.id.as_str(), stream);
        }
    }
    program
}

/// An input with its partition call, except that `key_by` belongs to the operator that follows.
fn partitioned(streams: &HashMap<&str, DataStream<i64>>, input: &Input) -> DataStream<i64> {
    let stream = streams[input.from.as_str()].clone();
    match input.partition {
        Partition::None | Partition::Key => stream,
        Partition::Forward => stream.forward(),
        Partition::Rebalance => stream.rebalance(),
        Partition::Shuffle => stream.shuffle(),
        Partition::Rescale => stream.rescale(),
        Partition::Global => stream.global(),
        Partition::Broadcast => stream.broadcast(),
        Partition::Custom => stream.partition_custom(|n| n, |n, subtasks| *n as usize % subtasks),
    }
}

fn operator(program: &TestProgram, node: &Node, inputs: Vec<DataStream<i64>>) -> DataStream<i64> {
    let mut inputs = inputs.into_iter();
    let Some(first) = inputs.next() else {
        return program.env.from_source(Sequence::new(1, 9), &node.id);
    };
    match node.kind {
        Kind::Map => first.map(|n| n + 1),
        Kind::Filter => first.filter(|n| n % 2 == 0),
        Kind::KeyedReduce => first.key_by(|n| n).reduce(|sum, n| *sum += n),
        Kind::UnionMap => first.union_all(inputs).map(|n| n + 1),
        Kind::Connect => {
            let second = inputs.next().expect("a connect has two inputs");
            first.connect(second).map(|n| n, |n| -n)
        }
        Kind::Source | Kind::Sink => unreachable!("a source has no input, a sink makes no stream"),
    }
}

fn configured(stream: DataStream<i64>, node: &Node) -> DataStream<i64> {
    let mut stream = stream.name(&node.id);
    if let Some(parallelism) = node.parallelism {
        stream = stream.set_parallelism(parallelism);
    }
    if let Some(max_parallelism) = node.max_parallelism {
        stream = stream.set_max_parallelism(max_parallelism);
    }
    if let Some(group) = &node.slot_sharing_group {
        stream = stream.slot_sharing_group(group);
    }
    match node.chain {
        None => stream,
        Some(ChainCall::StartNewChain) => stream.start_new_chain(),
        Some(ChainCall::DisableChaining) => stream.disable_chaining(),
    }
}

/// A sink has no call to start a new chain; the rows that name one for a sink were made without it.
fn configure_sink(sink: DataStreamSink, node: &Node) {
    let mut sink = sink.name(&node.id);
    if let Some(parallelism) = node.parallelism {
        sink = sink.set_parallelism(parallelism);
    }
    if let Some(max_parallelism) = node.max_parallelism {
        sink = sink.set_max_parallelism(max_parallelism);
    }
    if let Some(group) = &node.slot_sharing_group {
        sink = sink.slot_sharing_group(group);
    }
    if node.chain == Some(ChainCall::DisableChaining) {
        sink.disable_chaining();
    }
}

//! Streams and what can be done with them.

use std::sync::Arc;

use crate::builder::{Code, schema_of};
use crate::keyed::KeyedStream;
use crate::partition::{ByFunction, EdgeCode, Upstream};
use crate::sink::DataStreamSink;
use crate::{ConnectedStreams, Error, OutputTag, StreamExecutionEnvironment};
use weft_graph::{ChainingStrategy, NodeId, OperatorKind, Partition, ProgramPlace, SchemaRef, StreamEdge, StreamNode};
use weft_record::{Key, Record};
use weft_runtime::operators::{
    ByRef, ByValue, Filter, FlatMap, FlatMapIter, Map, ProcessFunction, ProcessOperator, Prototype, SidePorts,
    per_subtask,
};
use weft_runtime::sink::{Sink, sink_coordinator, sink_factory};
use weft_runtime::{Collector, IntoResult, OperatorContext, OperatorFactory};

/// A stream of records of one type.
///
/// Functions given to its methods are prototypes: each subtask, and each attempt of it, works with a clone. The `…_with` forms take
/// a function that makes the function where it will run, for what cannot be cloned or must be opened there.
pub struct DataStream<T> {
    pub(crate) env: StreamExecutionEnvironment,
    pub(crate) upstreams: Vec<Upstream<T>>,
    /// Where the side outputs of the operator this is the main output of are declared, if it has any.
    sides: Option<SidePorts>,
}

impl<T> Clone for DataStream<T> {
    fn clone(&self) -> Self {
        DataStream { env: self.env.clone(), upstreams: self.upstreams.clone(), sides: self.sides.clone() }
    }
}

impl<T: Record> DataStream<T> {
    pub(crate) fn of_node(env: StreamExecutionEnvironment, node: NodeId) -> Self {
        let upstream = Upstream { node, output: 0, partition: Partition::None, code: EdgeCode::Plain };
        DataStream { env, upstreams: vec![upstream], sides: None }
    }

    /// One record for each.
    #[track_caller]
    pub fn map<U: Record>(self, function: impl FnMut(T) -> U + Clone + Send + 'static) -> DataStream<U> {
        self.one_input("Map", per_subtask(function, |f, _| Ok(Box::new(Map::new(f)))))
    }

    /// One record for each, by a function made in every subtask.
    #[track_caller]
    pub fn map_with<U: Record, F: FnMut(T) -> U + 'static>(
        self,
        make: impl Fn(&OperatorContext) -> F + Clone + Send + 'static,
    ) -> DataStream<U> {
        self.one_input("Map", per_subtask(make, |make, context| Ok(Box::new(Map::new(make(context))))))
    }

    /// Any number of records for each, pushed into the collector. The function may return `()` or a `Result`.
    #[track_caller]
    pub fn flat_map<U: Record, R: IntoResult + 'static>(
        self,
        function: impl FnMut(T, &mut Collector<U>) -> R + Clone + Send + 'static,
    ) -> DataStream<U> {
        self.one_input("Flat Map", per_subtask(function, |f, _| Ok(Box::new(FlatMap::new(f)))))
    }

    /// Any number of records for each, by a function made in every subtask.
    #[track_caller]
    pub fn flat_map_with<U: Record, R: IntoResult + 'static, F: FnMut(T, &mut Collector<U>) -> R + 'static>(
        self,
        make: impl Fn(&OperatorContext) -> F + Clone + Send + 'static,
    ) -> DataStream<U> {
        self.one_input("Flat Map", per_subtask(make, |make, context| Ok(Box::new(FlatMap::new(make(context))))))
    }

    /// Any number of records for each, pulled from an iterator: however many there are, they are taken as there is room, and the job
    /// can be cancelled in between.
    #[track_caller]
    pub fn flat_map_iter<I>(self, function: impl FnMut(T) -> I + Clone + Send + 'static) -> DataStream<I::Item>
    where
        I: IntoIterator + 'static,
        I::Item: Record,
    {
        self.one_input("Flat Map", per_subtask(function, |f, _| Ok(Box::new(FlatMapIter::new(f)))))
    }

    /// The records for which the function says so.
    #[track_caller]
    pub fn filter(self, predicate: impl FnMut(&T) -> bool + Clone + Send + 'static) -> DataStream<T> {
        self.one_input("Filter", per_subtask(predicate, |f, _| Ok(Box::new(Filter::new(f)))))
    }

    /// The records for which a function made in every subtask says so.
    #[track_caller]
    pub fn filter_with<F: FnMut(&T) -> bool + 'static>(
        self,
        make: impl Fn(&OperatorContext) -> F + Clone + Send + 'static,
    ) -> DataStream<T> {
        self.one_input("Filter", per_subtask(make, |make, context| Ok(Box::new(Filter::new(make(context))))))
    }

    /// Gives every record to a process function, which has a lifecycle and side outputs.
    #[track_caller]
    pub fn process<P: ProcessFunction<T>>(self, function: P) -> DataStream<P::Out> {
        let sides = SidePorts::default();
        let ports = sides.clone();
        let factory = per_subtask(function, move |f, _| Ok(Box::new(ProcessOperator::new(f, ports.clone()))));
        let mut stream = self.one_input("Process", factory);
        stream.sides = Some(sides);
        stream
    }

    /// Groups by a part of the record: all records of one key go to the same subtask.
    pub fn key_by<K: Key, F>(self, key: F) -> KeyedStream<T, ByRef<F>>
    where
        F: for<'a> Fn(&'a T) -> &'a K + Clone + Send + 'static,
    {
        KeyedStream::new(self, ByRef(key))
    }

    /// Groups by a key computed from the record.
    pub fn key_by_value<K: Key, F>(self, key: F) -> KeyedStream<T, ByValue<F>>
    where
        F: Fn(&T) -> K + Clone + Send + 'static,
    {
        KeyedStream::new(self, ByValue(key))
    }

    /// This stream and another of the same type as one.
    pub fn union(mut self, other: DataStream<T>) -> DataStream<T> {
        self.upstreams.extend(other.upstreams);
        self.sides = None;
        self
    }

    /// This stream and another, perhaps of another type, as the two inputs of one operator.
    pub fn connect<B: Record>(self, other: DataStream<B>) -> ConnectedStreams<T, B> {
        ConnectedStreams { first: self, second: other }
    }

    /// The records that the operator before emitted to a side output.
    #[track_caller]
    pub fn side_output<S: Record>(&self, tag: &OutputTag<S>) -> DataStream<S> {
        let (Some(sides), [upstream]) = (&self.sides, self.upstreams.as_slice()) else {
            let place = ProgramPlace::caller();
            self.env.fail(Error::user(format!("side_output(\"{}\") at {place} follows an operator that has no side outputs: call it on the stream that process() returned", tag.name())));
            return DataStream { env: self.env.clone(), upstreams: Vec::new(), sides: None };
        };
        sides.declare::<S>(tag.name());
        let mut output = 0;
        let schema = schema_of::<S>();
        self.env.inner.builder.borrow_mut().node(upstream.node, |node| output = node.side_output(tag.name(), schema));
        let upstream = Upstream { node: upstream.node, output, partition: Partition::None, code: EdgeCode::Plain };
        DataStream { env: self.env.clone(), upstreams: vec![upstream], sides: None }
    }

    /// Writes the stream to a sink.
    #[track_caller]
    pub fn sink_to<S: Sink<Item = T>>(self, sink: S) -> DataStreamSink {
        self.sink_named(sink, "Writer")
    }

    /// Writes the stream to a sink whose operator is called `name`.
    #[track_caller]
    pub fn sink_named<S: Sink<Item = T>>(self, sink: S, name: &str) -> DataStreamSink {
        let mut node = StreamNode::new(OperatorKind::Sink, "Sink", SchemaRef::default());
        node.name = name.to_owned();
        let code = Code { factory: sink_factory(sink.clone()), coordinator: Some(sink_coordinator(sink)) };
        let id = self.env.inner.builder.borrow_mut().add_node(node, ProgramPlace::caller(), code);
        self.feed(id, 0);
        DataStreamSink { env: self.env.clone(), node: id }
    }

    /// Sends every record to the first subtask.
    pub fn global(self) -> DataStream<T> {
        self.partition(Partition::Global)
    }

    /// Sends every record to a subtask drawn at random.
    pub fn shuffle(self) -> DataStream<T> {
        self.partition(Partition::Shuffle)
    }

    /// Deals records out to all subtasks in turn.
    pub fn rebalance(self) -> DataStream<T> {
        self.partition(Partition::Rebalance)
    }

    /// Deals records out in turn to the few subtasks nearby: each producer serves its own share of the consumers.
    pub fn rescale(self) -> DataStream<T> {
        self.partition(Partition::Rescale)
    }

    /// Sends every record to every subtask.
    pub fn broadcast(self) -> DataStream<T> {
        self.partition(Partition::Broadcast)
    }

    /// Sends the records of subtask i to subtask i; both operators must have the same parallelism.
    pub fn forward(self) -> DataStream<T> {
        self.partition(Partition::Forward)
    }

    /// Sends every record to the subtask that `choose` says, given the key and the number of subtasks. A number out of range fails
    /// the job with the operator's name.
    pub fn partition_custom<K>(
        self,
        choose: impl Fn(&K, usize) -> usize + Clone + Send + 'static,
        key: impl for<'a> Fn(&'a T) -> &'a K + Clone + Send + 'static,
    ) -> DataStream<T> {
        let function = move |record: &T, consumers: usize| choose(key(record), consumers);
        let make = Arc::new(ByFunction(Prototype::new(function)));
        self.with_partition(Partition::Custom, EdgeCode::Custom(make))
    }

    fn partition(self, partition: Partition) -> DataStream<T> {
        self.with_partition(partition, EdgeCode::Plain)
    }

    pub(crate) fn with_partition(mut self, partition: Partition, code: EdgeCode<T>) -> DataStream<T> {
        for upstream in &mut self.upstreams {
            upstream.partition = partition;
            upstream.code = code.clone();
        }
        self
    }

    /// Names the operator this stream comes from, for plans, logs and messages.
    #[track_caller]
    pub fn name(self, name: &str) -> Self {
        self.operator("name", |node| node.name = name.to_owned())
    }

    /// Gives the operator an id that stays when the program changes; by it state is found again. Unique in the program.
    #[track_caller]
    pub fn uid(self, uid: &str) -> Self {
        self.operator("uid", |node| node.uid = Some(uid.to_owned()))
    }

    /// How many subtasks the operator has; over every other setting.
    #[track_caller]
    pub fn set_parallelism(self, parallelism: u32) -> Self {
        self.operator("set_parallelism", |node| node.parallelism = Some(parallelism))
    }

    /// How many key groups the operator has.
    #[track_caller]
    pub fn set_max_parallelism(self, max_parallelism: u32) -> Self {
        self.operator("set_max_parallelism", |node| node.max_parallelism = Some(max_parallelism))
    }

    /// Which slots the operator may share: only those of operators in the same group. Operators inherit the group of their inputs.
    #[track_caller]
    pub fn slot_sharing_group(self, group: &str) -> Self {
        self.operator("slot_sharing_group", |node| node.slot_sharing_group = Some(group.to_owned()))
    }

    /// Starts a new chain at the operator: it is never put into one task with the one before.
    #[track_caller]
    pub fn start_new_chain(self) -> Self {
        self.operator("start_new_chain", |node| node.chaining = ChainingStrategy::Head)
    }

    /// Keeps the operator in a task of its own.
    #[track_caller]
    pub fn disable_chaining(self) -> Self {
        self.operator("disable_chaining", |node| node.chaining = ChainingStrategy::Never)
    }

    #[track_caller]
    fn operator(self, call: &str, change: impl FnOnce(&mut StreamNode)) -> Self {
        match self.upstreams.as_slice() {
            [upstream] if upstream.output == 0 => self.env.inner.builder.borrow_mut().node(upstream.node, change),
            _ => {
                let place = ProgramPlace::caller();
                self.env.fail(Error::user(format!(
                    "{call}() at {place} does not follow an operator: call it before union and side_output"
                )));
            }
        }
        self
    }

    /// Adds an operator with this stream as its only input.
    #[track_caller]
    pub(crate) fn one_input<U: Record>(self, operation: &str, factory: Arc<dyn OperatorFactory>) -> DataStream<U> {
        let node = StreamNode::new(OperatorKind::OneInput, operation, schema_of::<U>());
        self.transform(node, factory)
    }

    #[track_caller]
    pub(crate) fn transform<U: Record>(self, node: StreamNode, factory: Arc<dyn OperatorFactory>) -> DataStream<U> {
        let code = Code { factory, coordinator: None };
        let id = self.env.inner.builder.borrow_mut().add_node(node, ProgramPlace::caller(), code);
        self.feed(id, 0);
        DataStream::of_node(self.env.clone(), id)
    }

    /// Leads this stream into an input of an operator.
    pub(crate) fn feed(&self, node: NodeId, input: u32) {
        let mut builder = self.env.inner.builder.borrow_mut();
        for upstream in &self.upstreams {
            let mut edge = StreamEdge::new(upstream.node, node).with_partition(upstream.partition);
            edge.output = upstream.output;
            edge.input = input;
            builder.add_edge(edge, upstream.edge());
        }
    }

    pub(crate) fn with_sides(mut self, sides: SidePorts) -> Self {
        self.sides = Some(sides);
        self
    }
}

//! Transformations of streams, each an operator of the program.

use crate::builder::schema_of;
use crate::keyed::KeyedStream;
use crate::mistake::Mistake;
use crate::upstream::Upstream;
use crate::{ConnectedStreams, DataStream, OutputTag};
use weft_graph::ProgramPlace;
use weft_record::{Key, Record};
use weft_runtime::operators::{
    ByRef, ByValue, Filter, FlatMap, FlatMapIter, Map, ProcessFunction, ProcessOperator, SidePorts, per_subtask,
};
use weft_runtime::{Collector, IntoResult, OperatorContext};

impl<T: Record> DataStream<T> {
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

    /// Any number of records for each, pulled from an iterator that a function made in every subtask returns.
    #[track_caller]
    pub fn flat_map_iter_with<I, F: FnMut(T) -> I + 'static>(
        self,
        make: impl Fn(&OperatorContext) -> F + Clone + Send + 'static,
    ) -> DataStream<I::Item>
    where
        I: IntoIterator + 'static,
        I::Item: Record,
    {
        self.one_input("Flat Map", per_subtask(make, |make, context| Ok(Box::new(FlatMapIter::new(make(context))))))
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
    pub fn process<P: ProcessFunction<T> + Clone + Send>(self, function: P) -> DataStream<P::Out> {
        self.process_with(move |_| function.clone())
    }

    /// Gives every record to a process function made in every subtask.
    #[track_caller]
    pub fn process_with<P: ProcessFunction<T>>(
        self,
        make: impl Fn(&OperatorContext) -> P + Clone + Send + 'static,
    ) -> DataStream<P::Out> {
        let sides = SidePorts::default();
        let ports = sides.clone();
        let factory =
            per_subtask(make, move |make, context| Ok(Box::new(ProcessOperator::new(make(context), ports.clone()))));
        self.one_input("Process", factory).with_sides(sides)
    }

    /// Groups by a part of the record: all records of one key go to the same subtask.
    pub fn key_by<K: Key, F>(self, key: F) -> KeyedStream<T, ByRef<F>>
    where
        F: for<'a> Fn(&'a T) -> &'a K + Clone + Send + 'static,
    {
        KeyedStream::new(self, ByRef(key))
    }

    /// Groups by a key computed from the record, always the same for the same record.
    pub fn key_by_value<K: Key, F>(self, key: F) -> KeyedStream<T, ByValue<F>>
    where
        F: Fn(&T) -> K + Clone + Send + 'static,
    {
        KeyedStream::new(self, ByValue(key))
    }

    /// This stream and another of the same type as one.
    pub fn union(self, other: DataStream<T>) -> DataStream<T> {
        self.union_all([other])
    }

    /// This stream and any number of others of the same type as one.
    pub fn union_all(mut self, others: impl IntoIterator<Item = DataStream<T>>) -> DataStream<T> {
        self.upstreams.extend(others.into_iter().flat_map(|other| other.upstreams));
        self.sides = self.sides.filter(|_| self.upstreams.len() == 1);
        self
    }

    /// This stream and another, perhaps of another type, as the two inputs of one operator. A second stream that is
    /// [`broadcast`](Self::broadcast) reaches every subtask of it.
    pub fn connect<B: Record>(self, other: DataStream<B>) -> ConnectedStreams<T, B> {
        ConnectedStreams { first: self, second: other }
    }

    /// The records that the operator before emitted to a side output.
    #[track_caller]
    pub fn side_output<S: Record>(&self, tag: &OutputTag<S>) -> DataStream<S> {
        let upstreams = self.side_upstream(tag, ProgramPlace::caller()).into_iter().collect();
        DataStream { env: self.env.clone(), upstreams, sides: None }
    }

    fn side_upstream<S: Record>(&self, tag: &OutputTag<S>, place: ProgramPlace) -> Option<Upstream<S>> {
        if self.upstreams.is_empty() {
            return None;
        }
        let mut builder = self.env.inner.builder.borrow_mut();
        if self.upstreams.iter().any(|upstream| !builder.owns(upstream.operator)) {
            builder.fail(Mistake::ForeignOperator { call: "side_output", place });
            return None;
        }
        let (Some(sides), [upstream]) = (&self.sides, self.upstreams.as_slice()) else {
            let origin = builder.origin(self.upstreams.iter().map(|upstream| upstream.operator.node));
            builder.fail(Mistake::NoSideOutputs { tag: tag.name().to_owned(), place, origin });
            return None;
        };
        if !sides.declare(tag) {
            let operator = builder.label(upstream.operator.node);
            builder.fail(Mistake::SideOutputOfTwoTypes { tag: tag.name().to_owned(), place, operator });
            return None;
        }
        let declare = |node: &mut weft_graph::StreamNode| node.side_output(tag.name(), schema_of::<S>());
        let output = builder.change(upstream.operator, "side_output", place, declare)?;
        Some(Upstream::new(upstream.operator, output))
    }
}

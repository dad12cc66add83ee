//! Two streams as the inputs of one operator.

use crate::DataStream;
use crate::keyed::{ConnectedKeyedStreams, KeyedStream};
use weft_record::{Key, Record};
use weft_runtime::operators::{ByRef, CoFlatMap, CoMap, CoProcessFunction, CoProcessOperator, SidePorts, per_subtask};
use weft_runtime::{Collector, IntoResult, OperatorContext};

/// Two streams that feed the two inputs of the next operator. Its functions for the one and for the other run on the same thread and
/// see each record as it comes; nothing is said about the order between the two.
pub struct ConnectedStreams<A, B> {
    pub(crate) first: DataStream<A>,
    pub(crate) second: DataStream<B>,
}

impl<A: Record, B: Record> ConnectedStreams<A, B> {
    /// One record for each: by one function for the first stream's, by the other for the second's.
    #[track_caller]
    pub fn map<U: Record>(
        self,
        first: impl FnMut(A) -> U + Clone + Send + 'static,
        second: impl FnMut(B) -> U + Clone + Send + 'static,
    ) -> DataStream<U> {
        let factory = per_subtask((first, second), |(f, g), _| Ok(Box::new(CoMap::new(f, g))));
        self.first.two_inputs(self.second, "Co-Map", factory)
    }

    /// One record for each, by two functions made together in every subtask: they may share what they capture.
    #[track_caller]
    pub fn map_with<U: Record, F: FnMut(A) -> U + 'static, G: FnMut(B) -> U + 'static>(
        self,
        make: impl Fn(&OperatorContext) -> (F, G) + Clone + Send + 'static,
    ) -> DataStream<U> {
        let factory = per_subtask(make, |make, context| {
            let (first, second) = make(context);
            Ok(Box::new(CoMap::new(first, second)))
        });
        self.first.two_inputs(self.second, "Co-Map", factory)
    }

    /// Any number of records for each: by one function for the first stream's, by the other for the second's.
    #[track_caller]
    pub fn flat_map<U: Record, R: IntoResult + 'static, Q: IntoResult + 'static>(
        self,
        first: impl FnMut(A, &mut Collector<U>) -> R + Clone + Send + 'static,
        second: impl FnMut(B, &mut Collector<U>) -> Q + Clone + Send + 'static,
    ) -> DataStream<U> {
        let factory = per_subtask((first, second), |(f, g), _| Ok(Box::new(CoFlatMap::new(f, g))));
        self.first.two_inputs(self.second, "Co-Flat Map", factory)
    }

    /// Any number of records for each, by two functions made together in every subtask: they may share what they capture.
    #[track_caller]
    pub fn flat_map_with<U: Record, R: IntoResult + 'static, Q: IntoResult + 'static, F, G>(
        self,
        make: impl Fn(&OperatorContext) -> (F, G) + Clone + Send + 'static,
    ) -> DataStream<U>
    where
        F: FnMut(A, &mut Collector<U>) -> R + 'static,
        G: FnMut(B, &mut Collector<U>) -> Q + 'static,
    {
        let factory = per_subtask(make, |make, context| {
            let (first, second) = make(context);
            Ok(Box::new(CoFlatMap::new(first, second)))
        });
        self.first.two_inputs(self.second, "Co-Flat Map", factory)
    }

    /// Gives every record of both to a process function, which has a lifecycle and side outputs.
    #[track_caller]
    pub fn process<P: CoProcessFunction<A, B> + Clone + Send>(self, function: P) -> DataStream<P::Out> {
        self.process_with(move |_| function.clone())
    }

    /// Gives every record of both to a process function made in every subtask.
    #[track_caller]
    pub fn process_with<P: CoProcessFunction<A, B>>(
        self,
        make: impl Fn(&OperatorContext) -> P + Clone + Send + 'static,
    ) -> DataStream<P::Out> {
        let sides = SidePorts::default();
        let ports = sides.clone();
        let factory =
            per_subtask(make, move |make, context| Ok(Box::new(CoProcessOperator::new(make(context), ports.clone()))));
        self.first.two_inputs(self.second, "Co-Process", factory).with_sides(sides)
    }

    /// Groups both by a part of the record: records of one key go to the same subtask, whichever stream they came on.
    pub fn key_by<K: Key, F, G>(self, first: F, second: G) -> ConnectedKeyedStreams<A, B, ByRef<F>, ByRef<G>>
    where
        F: for<'a> Fn(&'a A) -> &'a K + Clone + Send + 'static,
        G: for<'a> Fn(&'a B) -> &'a K + Clone + Send + 'static,
    {
        self.first.key_by(first).connect(KeyedStream::new(self.second, ByRef(second)))
    }
}

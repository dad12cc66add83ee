//! A stream grouped by key.

use std::sync::Arc;

use super::ConnectedKeyedStreams;
use crate::DataStream;
use crate::upstream::{ByKey, EdgeCode};
use weft_graph::Partition;
use weft_record::Record;
use weft_runtime::OperatorContext;
use weft_runtime::operators::{
    KeySelector, KeyedProcessFunction, KeyedProcessOperator, Prototype, SelectorHasher, SidePorts, per_subtask,
};

/// A stream whose records of one key all go to the same subtask, in which state is kept by key.
#[derive(Clone)]
pub struct KeyedStream<T, S> {
    pub(super) stream: DataStream<T>,
    pub(super) selector: S,
}

impl<T: Record, S: KeySelector<T>> KeyedStream<T, S> {
    pub(crate) fn new(stream: DataStream<T>, selector: S) -> Self {
        let make = Arc::new(ByKey(Prototype::new(SelectorHasher(selector.clone()))));
        KeyedStream { stream: stream.with_partition(Partition::Key, EdgeCode::Function(make)), selector }
    }

    /// Gives every record to a keyed process function, which has state and timers of its key and side outputs.
    #[track_caller]
    pub fn process<P>(self, function: P) -> DataStream<P::Out>
    where
        P: KeyedProcessFunction<S::Key, T> + Clone + Send,
    {
        self.process_with(move |_| function.clone())
    }

    /// Gives every record to a keyed process function made in every subtask.
    #[track_caller]
    pub fn process_with<P: KeyedProcessFunction<S::Key, T>>(
        self,
        make: impl Fn(&OperatorContext) -> P + Clone + Send + 'static,
    ) -> DataStream<P::Out> {
        let sides = SidePorts::default();
        let ports = sides.clone();
        let factory = per_subtask((self.selector, make), move |(selector, make), context| {
            Ok(Box::new(KeyedProcessOperator::new(selector, make(context), ports.clone())))
        });
        self.stream.one_input("KeyedProcess", factory).with_sides(sides)
    }

    /// This stream and another with keys of the same type as the two inputs of one operator: records of one key meet in the same
    /// subtask, whichever stream they came on.
    pub fn connect<B: Record, Z>(self, other: KeyedStream<B, Z>) -> ConnectedKeyedStreams<T, B, S, Z>
    where
        Z: KeySelector<B, Key = S::Key>,
    {
        ConnectedKeyedStreams { first: self, second: other }
    }

    /// The records without their keys; whatever reads them still gets all of one key in the same subtask.
    pub fn into_stream(self) -> DataStream<T> {
        self.stream
    }
}

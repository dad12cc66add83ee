//! Streams grouped by key.

use std::ops::AddAssign;
use std::sync::Arc;

use crate::partition::{ByKey, EdgeCode};
use crate::{DataStream, IntoResult, TaskError};
use weft_graph::Partition;
use weft_record::Record;
use weft_runtime::operators::{
    KeySelector, KeyedProcessFunction, KeyedProcessOperator, Prototype, Rolling, SelectorHasher, SidePorts, per_subtask,
};

/// A stream whose records of one key all go to the same subtask, in which state is kept by key.
pub struct KeyedStream<T, S> {
    stream: DataStream<T>,
    selector: S,
}

impl<T: Record, S: KeySelector<T>> KeyedStream<T, S> {
    pub(crate) fn new(stream: DataStream<T>, selector: S) -> Self {
        let make = Arc::new(ByKey(Prototype::new(SelectorHasher(selector.clone()))));
        KeyedStream { stream: stream.with_partition(Partition::Key, EdgeCode::Keyed(make)), selector }
    }

    /// Merges every record into the one accumulated for its key. STREAMING emits each update, BATCH the last value of each key.
    #[track_caller]
    pub fn reduce<R: IntoResult + 'static>(
        self,
        function: impl FnMut(&mut T, T) -> R + Clone + Send + 'static,
    ) -> DataStream<T> {
        let mut function = function;
        self.rolling("Keyed Reduce", move |accumulated, record| function(accumulated, record.clone()).into_result())
    }

    /// Adds up a field. The other fields keep the values of the key's first record.
    #[track_caller]
    pub fn sum<N, F>(self, field: F) -> DataStream<T>
    where
        N: Clone + AddAssign + 'static,
        F: for<'a> Fn(&'a mut T) -> &'a mut N + Clone + Send + 'static,
    {
        self.rolling("Keyed Aggregation", move |accumulated, record| {
            *field(accumulated) += field(record).clone();
            Ok(())
        })
    }

    /// Keeps the smallest value of a field. The other fields keep the values of the key's first record.
    #[track_caller]
    pub fn min<N, F>(self, field: F) -> DataStream<T>
    where
        N: Clone + PartialOrd + 'static,
        F: for<'a> Fn(&'a mut T) -> &'a mut N + Clone + Send + 'static,
    {
        self.better(field, |new, old| new < old)
    }

    /// Keeps the largest value of a field. The other fields keep the values of the key's first record.
    #[track_caller]
    pub fn max<N, F>(self, field: F) -> DataStream<T>
    where
        N: Clone + PartialOrd + 'static,
        F: for<'a> Fn(&'a mut T) -> &'a mut N + Clone + Send + 'static,
    {
        self.better(field, |new, old| new > old)
    }

    #[track_caller]
    fn better<N: Clone + 'static, F>(self, field: F, better: fn(&N, &N) -> bool) -> DataStream<T>
    where
        F: for<'a> Fn(&'a mut T) -> &'a mut N + Clone + Send + 'static,
    {
        self.rolling("Keyed Aggregation", move |accumulated, record| {
            let (kept, new) = (field(accumulated), field(record));
            if better(new, kept) {
                *kept = new.clone();
            }
            Ok(())
        })
    }

    #[track_caller]
    fn rolling(
        self,
        operation: &str,
        accumulate: impl FnMut(&mut T, &mut T) -> Result<(), TaskError> + Clone + Send + 'static,
    ) -> DataStream<T> {
        let factory = per_subtask((self.selector, accumulate), |(selector, accumulate), context| {
            Ok(Box::new(Rolling::new(selector, accumulate, context.batch_mode)))
        });
        self.stream.one_input(operation, factory)
    }

    /// Gives every record to a keyed process function, which has state and timers of its key and side outputs.
    #[track_caller]
    pub fn process<P: KeyedProcessFunction<S::Key, T>>(self, function: P) -> DataStream<P::Out> {
        let sides = SidePorts::default();
        let ports = sides.clone();
        let factory = per_subtask((self.selector, function), move |(selector, function), _| {
            Ok(Box::new(KeyedProcessOperator::new(selector, function, ports.clone())))
        });
        self.stream.one_input("KeyedProcess", factory).with_sides(sides)
    }
}

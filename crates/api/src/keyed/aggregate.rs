//! Rolling aggregation. STREAMING emits the aggregate of a key at each of its records, BATCH once, at the end of input.

use std::ops::AddAssign;

use super::KeyedStream;
use crate::{DataStream, IntoResult, TaskError};
use weft_record::Record;
use weft_runtime::OperatorContext;
use weft_runtime::operators::{KeySelector, Rolling, per_subtask};

const REDUCE: &str = "Keyed Reduce";
const AGGREGATION: &str = "Keyed Aggregation";

impl<T: Record, S: KeySelector<T>> KeyedStream<T, S> {
    /// Merges every record into the one accumulated for its key, which is the key's first record to begin with. The function may
    /// return `()` or a `Result`.
    #[track_caller]
    pub fn reduce<R: IntoResult + 'static>(
        self,
        function: impl FnMut(&mut T, T) -> R + Clone + Send + 'static,
    ) -> DataStream<T> {
        self.reduce_with(move |_| function.clone())
    }

    /// Merges every record into the one accumulated for its key, by a function made in every subtask.
    #[track_caller]
    pub fn reduce_with<R: IntoResult + 'static, F: FnMut(&mut T, T) -> R + 'static>(
        self,
        make: impl Fn(&OperatorContext) -> F + Clone + Send + 'static,
    ) -> DataStream<T> {
        let factory = per_subtask((self.selector, make), |(selector, make), context| {
            let mut function = make(context);
            let accumulate =
                move |accumulated: &mut T, record: &mut T| function(accumulated, record.clone()).into_result();
            Ok(Box::new(Rolling::new(selector, accumulate, context.batch_mode)))
        });
        self.stream.one_input(REDUCE, factory)
    }

    /// Adds up a field. The other fields keep the values of the key's first record.
    #[track_caller]
    pub fn sum<N, F>(self, field: F) -> DataStream<T>
    where
        N: Clone + AddAssign + 'static,
        F: for<'a> Fn(&'a mut T) -> &'a mut N + Clone + Send + 'static,
    {
        self.aggregation(move |accumulated, record| *field(accumulated) += field(record).clone())
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

    /// Keeps the whole record with the smallest value of a field; of several, the first.
    #[track_caller]
    pub fn min_by<N, F>(self, field: F) -> DataStream<T>
    where
        N: PartialOrd + 'static,
        F: for<'a> Fn(&'a T) -> &'a N + Clone + Send + 'static,
    {
        self.best(field, |new, old| new < old)
    }

    /// Keeps the whole record with the largest value of a field; of several, the first.
    #[track_caller]
    pub fn max_by<N, F>(self, field: F) -> DataStream<T>
    where
        N: PartialOrd + 'static,
        F: for<'a> Fn(&'a T) -> &'a N + Clone + Send + 'static,
    {
        self.best(field, |new, old| new > old)
    }

    #[track_caller]
    fn better<N: Clone + 'static, F>(self, field: F, better: fn(&N, &N) -> bool) -> DataStream<T>
    where
        F: for<'a> Fn(&'a mut T) -> &'a mut N + Clone + Send + 'static,
    {
        self.aggregation(move |accumulated, record| {
            let (kept, new) = (field(accumulated), field(record));
            if better(new, kept) {
                *kept = new.clone();
            }
        })
    }

    #[track_caller]
    fn best<N: 'static, F>(self, field: F, better: fn(&N, &N) -> bool) -> DataStream<T>
    where
        F: for<'a> Fn(&'a T) -> &'a N + Clone + Send + 'static,
    {
        self.aggregation(move |accumulated, record| {
            if better(field(record), field(accumulated)) {
                accumulated.clone_from(record);
            }
        })
    }

    #[track_caller]
    fn aggregation(self, mut update: impl FnMut(&mut T, &mut T) + Clone + Send + 'static) -> DataStream<T> {
        let accumulate = move |accumulated: &mut T, record: &mut T| {
            update(accumulated, record);
            Ok::<(), TaskError>(())
        };
        let factory = per_subtask((self.selector, accumulate), |(selector, accumulate), context| {
            Ok(Box::new(Rolling::new(selector, accumulate, context.batch_mode)))
        });
        self.stream.one_input(AGGREGATION, factory)
    }
}

//! Records made by a function, at a rate.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use weft_common::Mono;
use weft_record::{Batch, MAX_BATCH_RECORDS, Record};
use weft_runtime::coordinator::CoordinatorContext;
use weft_runtime::operators::Prototype;
use weft_runtime::source::{Boundedness, NextSplit, Source, SourcePoll, SourceReader, SplitEnumerator};
use weft_runtime::{Clock, OperatorContext, TaskError};

/// After a pause (back-pressure, a busy machine) at most this much time is made up for at once.
const CATCH_UP: Duration = Duration::from_secs(1);
/// How long a reader that makes fewer than a thousand records a second gathers them: less than anyone sees.
const TICK_MS: i64 = 1;

/// Records made from their numbers by a function, so many a second over all subtasks, within 10 %; with or without end.
/// Subtask *i* of *p* makes those with the numbers *i*, *i* + *p*, *i* + 2*p*, … and starts over when it is restarted.
pub struct DataGen<F> {
    count: Option<u64>,
    per_second: f64,
    function: Arc<Prototype<F>>,
}

impl<F: Clone> DataGen<F> {
    /// `function(0)`, `function(1)`, … without end, `per_second` records a second. Rates that are no positive number count
    /// as one record a second.
    pub fn new(per_second: f64, function: F) -> Self {
        let per_second = if per_second > 0.0 && per_second.is_finite() { per_second } else { 1.0 };
        DataGen { count: None, per_second, function: Arc::new(Prototype::new(function)) }
    }

    /// Ends after `count` records.
    pub fn limit(self, count: u64) -> Self {
        DataGen { count: Some(count), ..self }
    }
}

impl<F> Clone for DataGen<F> {
    fn clone(&self) -> Self {
        DataGen { count: self.count, per_second: self.per_second, function: self.function.clone() }
    }
}

impl<T: Record, F: FnMut(u64) -> T + Clone + Send + 'static> Source for DataGen<F> {
    type Item = T;
    type Split = Stride;
    type Enumerator = DataGenEnumerator;
    type Reader = DataGenReader<F>;

    fn boundedness(&self) -> Boundedness {
        if self.count.is_some() { Boundedness::Bounded } else { Boundedness::Unbounded }
    }

    fn enumerator(&self, context: &CoordinatorContext) -> Result<DataGenEnumerator, TaskError> {
        let stride = |first| Stride { first, step: context.parallelism, end: self.count.unwrap_or(u64::MAX) };
        Ok(DataGenEnumerator { waiting: (0..context.parallelism).map(|i| (i, stride(i))).collect() })
    }

    fn reader(&self, context: &OperatorContext) -> Result<DataGenReader<F>, TaskError> {
        Ok(DataGenReader {
            function: self.function.get(),
            per_second: self.per_second / f64::from(context.parallelism.max(1)),
            clock: context.clock.clone(),
            stride: None,
            paid_until: context.clock.mono(),
            next_time: None,
        })
    }
}

/// Every `step`-th number from `first` to before `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Record)]
pub struct Stride {
    /// The first, and the subtask it belongs to.
    pub first: u32,
    /// The distance between two.
    pub step: u32,
    /// Behind the last.
    pub end: u64,
}

/// Gives each subtask its own stride, so that the rate is spread evenly.
#[derive(Debug)]
pub struct DataGenEnumerator {
    waiting: BTreeMap<u32, Stride>,
}

impl SplitEnumerator for DataGenEnumerator {
    type Split = Stride;

    fn next_split(&mut self, subtask: u32) -> Result<NextSplit<Stride>, TaskError> {
        Ok(self.waiting.remove(&subtask).map_or(NextSplit::NoMore, NextSplit::Split))
    }

    fn add_back(&mut self, splits: Vec<Stride>) {
        self.waiting.extend(splits.into_iter().map(|split| (split.first, split)));
    }
}

/// Makes the records that are due.
pub struct DataGenReader<F> {
    function: F,
    per_second: f64,
    clock: Arc<dyn Clock>,
    /// The next number, and where it ends.
    stride: Option<(u64, Stride)>,
    /// The time that the records made so far account for.
    paid_until: Mono,
    next_time: Option<i64>,
}

impl<F> DataGenReader<F> {
    /// How many records are due; the time they stand for is taken off.
    fn take_due(&mut self, now: Mono) -> usize {
        // More than one record's time, or slow rates would never get there.
        let owed = (now - self.paid_until).min(CATCH_UP.max(self.time_of(1.5)));
        self.paid_until = Mono(now.0 - owed.as_nanos() as u64);
        let due = (owed.as_secs_f64() * self.per_second).min(MAX_BATCH_RECORDS as f64) as usize;
        self.paid_until = self.paid_until + self.time_of(due as f64);
        due
    }

    fn time_of(&self, records: f64) -> Duration {
        Duration::try_from_secs_f64(records / self.per_second).unwrap_or(Duration::MAX)
    }

    /// When the next record is due, in wall-clock milliseconds.
    fn wait_for_next(&self) -> i64 {
        let now = self.clock.now();
        let wait = (self.paid_until + self.time_of(1.0)) - now.mono;
        let wait_ms = i64::try_from(wait.as_nanos().div_ceil(1_000_000)).unwrap_or(i64::MAX);
        now.wall_ms.saturating_add(wait_ms.max(TICK_MS))
    }
}

impl<T: Record, F: FnMut(u64) -> T + 'static> SourceReader for DataGenReader<F> {
    type Item = T;
    type Split = Stride;

    fn add_split(&mut self, split: Stride) -> Result<(), TaskError> {
        self.stride = Some((u64::from(split.first), split));
        self.paid_until = self.clock.mono();
        Ok(())
    }

    fn poll(&mut self) -> Result<SourcePoll<T>, TaskError> {
        self.next_time = None;
        let now = self.clock.mono();
        let Some((from, stride)) = self.stride.filter(|(next, stride)| *next < stride.end) else {
            self.stride = None;
            return Ok(SourcePoll::End);
        };
        let due = self.take_due(now);
        if due == 0 {
            self.next_time = Some(self.wait_for_next());
            return Ok(SourcePoll::Pending);
        }
        let step = u64::from(stride.step.max(1));
        let numbers = (from..stride.end).step_by(step as usize).take(due);
        let rows = numbers.map(&mut self.function).collect();
        self.stride = Some((from.saturating_add(step.saturating_mul(due as u64)), stride));
        Ok(SourcePoll::Batch(Batch::of(rows)))
    }

    fn next_time(&self) -> Option<i64> {
        self.next_time
    }
}

#[cfg(test)]
#[path = "datagen_test.rs"]
mod tests;

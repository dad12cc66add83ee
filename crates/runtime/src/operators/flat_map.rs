//! One record in, any number out, pushed.

use std::marker::PhantomData;

use super::pace::{Pace, Stint};
use super::typed;
use crate::output::{Collector, OutputLimits, Outputs};
use crate::{Flow, IntoResult, Operator, OperatorContext, TaskError};
use weft_record::{AnyBatch, Batch, Record};

/// Records still to be taken, with their event times.
pub(super) struct Rest<T> {
    rows: std::vec::IntoIter<T>,
    times: Option<std::vec::IntoIter<i64>>,
}

impl<T> Rest<T> {
    pub(super) fn of(batch: Batch<T>) -> Self {
        Rest { rows: batch.rows.into_iter(), times: batch.times.map(Vec::into_iter) }
    }

    pub(super) fn empty() -> Self {
        Rest { rows: Vec::new().into_iter(), times: None }
    }

    /// The next record and its event time.
    #[inline]
    pub(super) fn next(&mut self) -> Option<(T, Option<i64>)> {
        let row = self.rows.next()?;
        Some((row, self.times.as_mut().and_then(Iterator::next)))
    }
}

/// Gives record after record to a function that emits what it likes, until the output is full or the time is up.
pub(super) fn push_each<T, U: Record, R: IntoResult>(
    rest: &mut Rest<T>,
    collector: &mut Collector<U>,
    mut stint: Stint<'_>,
    function: &mut impl FnMut(T, &mut Collector<U>) -> R,
) -> Result<Flow, TaskError> {
    while let Some((row, time)) = rest.next() {
        collector.set_time(time);
        function(row, collector).into_result()?;
        if stint.is_over() || collector.is_full() {
            return Ok(Flow::More);
        }
    }
    Ok(Flow::Done)
}

/// Gives every record to a function that emits what it likes. Between records it stops when its output is full or its time is up.
pub struct FlatMap<T, U, F> {
    function: F,
    rest: Rest<T>,
    pace: Pace,
    types: PhantomData<fn(T) -> U>,
}

impl<T: Record, U: Record, F, R: IntoResult> FlatMap<T, U, F>
where
    F: FnMut(T, &mut Collector<U>) -> R,
{
    /// The operator of `function`.
    pub fn new(function: F) -> Self {
        FlatMap { function, rest: Rest::empty(), pace: Pace::new(), types: PhantomData }
    }

    fn run(&mut self, out: &mut Outputs) -> Result<Flow, TaskError> {
        push_each(&mut self.rest, out.main::<U>()?, self.pace.start()?, &mut self.function)
    }
}

impl<T: Record, U: Record, F, R: IntoResult> Operator for FlatMap<T, U, F>
where
    F: FnMut(T, &mut Collector<U>) -> R,
{
    fn outputs(&self, limits: &OutputLimits) -> Outputs {
        Outputs::of::<U>(limits)
    }

    fn open(&mut self, context: &OperatorContext) -> Result<(), TaskError> {
        self.pace.open(&context.clock);
        Ok(())
    }

    fn process(&mut self, _input: usize, batch: AnyBatch, out: &mut Outputs) -> Result<Flow, TaskError> {
        self.rest = Rest::of(typed(batch)?);
        self.run(out)
    }

    fn resume(&mut self, out: &mut Outputs) -> Result<Flow, TaskError> {
        self.run(out)
    }
}

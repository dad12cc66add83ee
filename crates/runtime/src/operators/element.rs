//! One record in, at most one out: whole batches are transformed in place.

use std::marker::PhantomData;

use super::typed;
use crate::output::{OutputLimits, Outputs};
use crate::{Flow, Operator, TaskError};
use weft_record::{AnyBatch, Batch, Record};

/// Applies a function to every record.
pub struct Map<T, U, F> {
    function: F,
    types: PhantomData<fn(T) -> U>,
}

impl<T: Record, U: Record, F: FnMut(T) -> U> Map<T, U, F> {
    /// The operator of `function`.
    pub fn new(function: F) -> Self {
        Map { function, types: PhantomData }
    }
}

impl<T: Record, U: Record, F: FnMut(T) -> U> Operator for Map<T, U, F> {
    fn outputs(&self, limits: &OutputLimits) -> Outputs {
        Outputs::of::<U>(limits)
    }

    fn process(&mut self, _input: usize, batch: AnyBatch, out: &mut Outputs) -> Result<Flow, TaskError> {
        let Batch { rows, times, .. } = typed::<T>(batch)?;
        let rows = rows.into_iter().map(&mut self.function).collect();
        out.main::<U>()?.emit_batch(Batch { rows, times, hashes: None });
        Ok(Flow::Done)
    }
}

/// Keeps the records for which a function says so.
pub struct Filter<T, F> {
    predicate: F,
    types: PhantomData<fn(T)>,
}

impl<T: Record, F: FnMut(&T) -> bool> Filter<T, F> {
    /// The operator of `predicate`.
    pub fn new(predicate: F) -> Self {
        Filter { predicate, types: PhantomData }
    }
}

impl<T: Record, F: FnMut(&T) -> bool> Operator for Filter<T, F> {
    fn outputs(&self, limits: &OutputLimits) -> Outputs {
        Outputs::of::<T>(limits)
    }

    fn process(&mut self, _input: usize, batch: AnyBatch, out: &mut Outputs) -> Result<Flow, TaskError> {
        let Batch { mut rows, mut times, .. } = typed::<T>(batch)?;
        match &mut times {
            None => rows.retain(&mut self.predicate),
            Some(times) => {
                let kept: Vec<bool> = rows.iter().map(&mut self.predicate).collect();
                let (mut of_rows, mut of_times) = (kept.iter(), kept.iter());
                rows.retain(|_| of_rows.next().is_some_and(|k| *k));
                times.retain(|_| of_times.next().is_some_and(|k| *k));
            }
        }
        out.main::<T>()?.emit_batch(Batch { rows, times, hashes: None });
        Ok(Flow::Done)
    }
}

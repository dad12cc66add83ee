//! Two inputs, one function each.

use std::marker::PhantomData;

use super::typed;
use crate::output::{OutputLimits, Outputs};
use crate::{Flow, Operator, TaskError};
use weft_record::{AnyBatch, Batch, Record};

/// Applies one function to the records of the first input, another to those of the second.
pub struct CoMap<A, B, U, F, G> {
    first: F,
    second: G,
    types: PhantomData<fn(A, B) -> U>,
}

impl<A: Record, B: Record, U: Record, F: FnMut(A) -> U, G: FnMut(B) -> U> CoMap<A, B, U, F, G> {
    /// The operator of the two functions.
    pub fn new(first: F, second: G) -> Self {
        CoMap { first, second, types: PhantomData }
    }
}

impl<A: Record, B: Record, U: Record, F: FnMut(A) -> U, G: FnMut(B) -> U> Operator for CoMap<A, B, U, F, G> {
    fn outputs(&self, limits: &OutputLimits) -> Outputs {
        Outputs::of::<U>(limits)
    }

    fn process(&mut self, input: usize, batch: AnyBatch, out: &mut Outputs) -> Result<Flow, TaskError> {
        let batch = match input {
            0 => apply(typed(batch)?, &mut self.first),
            _ => apply(typed(batch)?, &mut self.second),
        };
        out.main::<U>()?.emit_batch(batch);
        Ok(Flow::Done)
    }
}

fn apply<T, U>(batch: Batch<T>, function: &mut impl FnMut(T) -> U) -> Batch<U> {
    Batch { rows: batch.rows.into_iter().map(function).collect(), times: batch.times, hashes: None }
}

//! What an operator of two inputs still has to take: a batch of the one or of the other, never both.

use super::flat_map::Rest;
use super::typed;
use crate::TaskError;
use weft_record::{AnyBatch, Record};

/// Records of the first input or of the second.
pub(super) enum CoInput<A, B> {
    First(Rest<A>),
    Second(Rest<B>),
}

impl<A: Record, B: Record> CoInput<A, B> {
    pub(super) fn empty() -> Self {
        CoInput::First(Rest::empty())
    }

    /// A batch that came on an input, 0 or 1.
    pub(super) fn of(input: usize, batch: AnyBatch) -> Result<Self, TaskError> {
        Ok(match input {
            0 => CoInput::First(Rest::of(typed(batch)?)),
            _ => CoInput::Second(Rest::of(typed(batch)?)),
        })
    }
}

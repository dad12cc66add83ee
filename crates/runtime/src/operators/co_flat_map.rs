//! Two inputs, one function each, any number of records out.

use std::marker::PhantomData;

use super::co_input::CoInput;
use super::flat_map::push_each;
use super::pace::Pace;
use crate::output::{Collector, OutputLimits, Outputs};
use crate::{Flow, IntoResult, Operator, OperatorContext, TaskError};
use weft_record::{AnyBatch, Record};

/// Gives the records of the first input to one function, those of the second to another; both emit what they like.
pub struct CoFlatMap<A, B, U, F, G> {
    first: F,
    second: G,
    rest: CoInput<A, B>,
    pace: Pace,
    types: PhantomData<fn() -> U>,
}

impl<A: Record, B: Record, U: Record, F, G, R: IntoResult, Q: IntoResult> CoFlatMap<A, B, U, F, G>
where
    F: FnMut(A, &mut Collector<U>) -> R,
    G: FnMut(B, &mut Collector<U>) -> Q,
{
    /// The operator of the two functions.
    pub fn new(first: F, second: G) -> Self {
        CoFlatMap { first, second, rest: CoInput::empty(), pace: Pace::new(), types: PhantomData }
    }
}

impl<A: Record, B: Record, U: Record, F, G, R: IntoResult, Q: IntoResult> Operator for CoFlatMap<A, B, U, F, G>
where
    F: FnMut(A, &mut Collector<U>) -> R,
    G: FnMut(B, &mut Collector<U>) -> Q,
{
    fn outputs(&self, limits: &OutputLimits) -> Outputs {
        Outputs::of::<U>(limits)
    }

    fn open(&mut self, context: &OperatorContext) -> Result<(), TaskError> {
        self.pace.open(&context.clock);
        Ok(())
    }

    fn process(&mut self, input: usize, batch: AnyBatch, out: &mut Outputs) -> Result<Flow, TaskError> {
        self.rest = CoInput::of(input, batch)?;
        self.resume(out)
    }

    fn resume(&mut self, out: &mut Outputs) -> Result<Flow, TaskError> {
        let (collector, stint) = (out.main::<U>()?, self.pace.start()?);
        match &mut self.rest {
            CoInput::First(rest) => push_each(rest, collector, stint, &mut self.first),
            CoInput::Second(rest) => push_each(rest, collector, stint, &mut self.second),
        }
    }
}

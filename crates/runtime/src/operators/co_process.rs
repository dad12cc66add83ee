//! Functions over two connected streams, with a lifecycle and side outputs.

use super::co_input::CoInput;
use super::pace::Pace;
use super::process::{ProcessContext, process_each};
use super::sides::SidePorts;
use crate::output::{Collector, OutputLimits, Outputs};
use crate::{BoxError, Flow, Operator, OperatorContext, TaskError};
use weft_record::{AnyBatch, Record};

/// A function over single records of two streams, with a lifecycle and side outputs. What it keeps in its fields, both streams share.
pub trait CoProcessFunction<A: Record, B: Record>: 'static {
    /// What it emits to its main output.
    type Out: Record;

    /// Called once before the first record.
    fn open(&mut self, _context: &OperatorContext) -> Result<(), BoxError> {
        Ok(())
    }

    /// Takes a record of the first stream.
    fn process_first(
        &mut self,
        record: A,
        context: &mut ProcessContext<'_>,
        out: &mut Collector<Self::Out>,
    ) -> Result<(), BoxError>;

    /// Takes a record of the second stream.
    fn process_second(
        &mut self,
        record: B,
        context: &mut ProcessContext<'_>,
        out: &mut Collector<Self::Out>,
    ) -> Result<(), BoxError>;

    /// Called once after the last record of both, with a last chance to emit.
    fn finish(&mut self, _out: &mut Collector<Self::Out>) -> Result<(), BoxError> {
        Ok(())
    }
}

/// The operator of a [`CoProcessFunction`].
pub struct CoProcessOperator<A, B, P> {
    function: P,
    sides: SidePorts,
    rest: CoInput<A, B>,
    pace: Pace,
}

impl<A: Record, B: Record, P: CoProcessFunction<A, B>> CoProcessOperator<A, B, P> {
    /// The operator of `function`, with the side outputs that are declared for it.
    pub fn new(function: P, sides: SidePorts) -> Self {
        CoProcessOperator { function, sides, rest: CoInput::empty(), pace: Pace::new() }
    }
}

impl<A: Record, B: Record, P: CoProcessFunction<A, B>> Operator for CoProcessOperator<A, B, P> {
    fn outputs(&self, limits: &OutputLimits) -> Outputs {
        self.sides.outputs::<P::Out>(limits)
    }

    fn open(&mut self, context: &OperatorContext) -> Result<(), TaskError> {
        self.pace.open(&context.clock);
        Ok(self.function.open(context)?)
    }

    fn process(&mut self, input: usize, batch: AnyBatch, out: &mut Outputs) -> Result<Flow, TaskError> {
        self.rest = CoInput::of(input, batch)?;
        self.resume(out)
    }

    fn resume(&mut self, out: &mut Outputs) -> Result<Flow, TaskError> {
        let (function, stint) = (&mut self.function, self.pace.start()?);
        match &mut self.rest {
            CoInput::First(rest) => process_each(rest, stint, out, |r, c, out| function.process_first(r, c, out)),
            CoInput::Second(rest) => process_each(rest, stint, out, |r, c, out| function.process_second(r, c, out)),
        }
    }

    fn finish(&mut self, out: &mut Outputs) -> Result<Flow, TaskError> {
        self.function.finish(out.main()?)?;
        Ok(Flow::Done)
    }
}

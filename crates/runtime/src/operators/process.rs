//! Functions with a lifecycle and side outputs.

use std::marker::PhantomData;

use super::flat_map::Rest;
use super::pace::{Pace, Stint};
use super::sides::{OutputTag, SidePorts};
use super::typed;
use crate::output::{Collector, OutputLimits, Outputs, SideOutputs};
use crate::{BoxError, Clock, Flow, Operator, OperatorContext, TaskError};
use weft_record::{AnyBatch, Record};

/// A function over single records with a lifecycle and side outputs.
pub trait ProcessFunction<T: Record>: 'static {
    /// What it emits to its main output.
    type Out: Record;

    /// Called once before the first record.
    fn open(&mut self, _context: &OperatorContext) -> Result<(), BoxError> {
        Ok(())
    }

    /// Takes a record.
    fn process(
        &mut self,
        record: T,
        context: &mut ProcessContext<'_>,
        out: &mut Collector<Self::Out>,
    ) -> Result<(), BoxError>;

    /// Called once after the last record, with a last chance to emit.
    fn finish(&mut self, _out: &mut Collector<Self::Out>) -> Result<(), BoxError> {
        Ok(())
    }
}

/// What a process function may ask and do while it has a record in hand.
pub struct ProcessContext<'a> {
    sides: SideOutputs<'a>,
    time: Option<i64>,
    clock: &'a dyn Clock,
}

impl<'a> ProcessContext<'a> {
    pub(super) fn new(sides: SideOutputs<'a>, clock: &'a dyn Clock) -> Self {
        ProcessContext { sides, time: None, clock }
    }

    pub(super) fn set_time(&mut self, time: Option<i64>) {
        self.time = time;
    }

    /// Whether a full batch waits at a side output.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.sides.is_full()
    }

    /// The record's event time, where the stream has them; milliseconds since the epoch.
    pub fn timestamp(&self) -> Option<i64> {
        self.time
    }

    /// The wall clock; milliseconds since the epoch.
    pub fn processing_time(&self) -> i64 {
        self.clock.now().wall_ms
    }

    /// Emits a record to a side output, with the event time of the record in hand. A side output that nobody reads swallows its
    /// records.
    pub fn emit_to<S: Record>(&mut self, tag: &OutputTag<S>, record: S) -> Result<(), BoxError> {
        Ok(self.sides.emit(tag.name(), record, self.time)?)
    }
}

/// The operator of a [`ProcessFunction`].
pub struct ProcessOperator<T, P> {
    function: P,
    sides: SidePorts,
    rest: Rest<T>,
    pace: Pace,
    types: PhantomData<fn(T)>,
}

impl<T: Record, P: ProcessFunction<T>> ProcessOperator<T, P> {
    /// The operator of `function`, with the side outputs that are declared for it.
    pub fn new(function: P, sides: SidePorts) -> Self {
        ProcessOperator { function, sides, rest: Rest::empty(), pace: Pace::new(), types: PhantomData }
    }

    fn run(&mut self, out: &mut Outputs) -> Result<Flow, TaskError> {
        let function = &mut self.function;
        process_each(&mut self.rest, self.pace.start()?, out, |row, context, out| function.process(row, context, out))
    }
}

/// Gives record after record to `function`, until an output is full or the time is up.
pub(super) fn process_each<T, U: Record>(
    rest: &mut Rest<T>,
    mut stint: Stint<'_>,
    out: &mut Outputs,
    mut function: impl FnMut(T, &mut ProcessContext<'_>, &mut Collector<U>) -> Result<(), BoxError>,
) -> Result<Flow, TaskError> {
    let (collector, sides) = out.split::<U>()?;
    let mut context = ProcessContext::new(sides, stint.clock);
    while let Some((row, time)) = rest.next() {
        collector.set_time(time);
        context.set_time(time);
        function(row, &mut context, collector)?;
        if stint.is_over() || collector.is_full() || context.is_full() {
            return Ok(Flow::More);
        }
    }
    Ok(Flow::Done)
}

pub(super) fn not_open() -> TaskError {
    TaskError::fatal("the operator was given records before it was opened")
}

impl<T: Record, P: ProcessFunction<T>> Operator for ProcessOperator<T, P> {
    fn outputs(&self, limits: &OutputLimits) -> Outputs {
        self.sides.outputs::<P::Out>(limits)
    }

    fn open(&mut self, context: &OperatorContext) -> Result<(), TaskError> {
        self.pace.open(&context.clock);
        Ok(self.function.open(context)?)
    }

    fn process(&mut self, _input: usize, batch: AnyBatch, out: &mut Outputs) -> Result<Flow, TaskError> {
        self.rest = Rest::of(typed(batch)?);
        self.run(out)
    }

    fn resume(&mut self, out: &mut Outputs) -> Result<Flow, TaskError> {
        self.run(out)
    }

    fn finish(&mut self, out: &mut Outputs) -> Result<Flow, TaskError> {
        self.function.finish(out.main()?)?;
        Ok(Flow::Done)
    }
}

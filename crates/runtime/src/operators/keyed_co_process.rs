//! Functions over two connected keyed streams, with state and timers of the current key.

use super::co_input::CoInput;
use super::key::KeySelector;
use super::keyed_process::KeyedContext;
use super::keyed_run::KeyedRun;
use super::sides::SidePorts;
use super::typed;
use crate::output::{Collector, OutputLimits, Outputs};
use crate::{BoxError, Flow, Operator, OperatorContext, TaskError};
use weft_record::{AnyBatch, Key, Record};
use weft_state::KeyedState;

/// A function over the records of two keyed streams. State and timers belong to the key of the record in hand, whichever stream it
/// came on.
pub trait KeyedCoProcessFunction<K: Key, A: Record, B: Record>: 'static {
    /// What it emits to its main output.
    type Out: Record;

    /// Called once before the first record; states are registered here.
    fn open(&mut self, _states: &mut KeyedState<K>, _context: &OperatorContext) -> Result<(), BoxError> {
        Ok(())
    }

    /// Takes a record of the first stream.
    fn process_first(
        &mut self,
        record: A,
        context: &mut KeyedContext<'_, K>,
        out: &mut Collector<Self::Out>,
    ) -> Result<(), BoxError>;

    /// Takes a record of the second stream.
    fn process_second(
        &mut self,
        record: B,
        context: &mut KeyedContext<'_, K>,
        out: &mut Collector<Self::Out>,
    ) -> Result<(), BoxError>;

    /// A timer of a key is due; `time` is what it was registered for.
    fn on_timer(
        &mut self,
        _time: i64,
        _context: &mut KeyedContext<'_, K>,
        _out: &mut Collector<Self::Out>,
    ) -> Result<(), BoxError> {
        Ok(())
    }
}

/// The operator of a [`KeyedCoProcessFunction`].
pub struct KeyedCoProcessOperator<A: Record, B: Record, S: KeySelector<A>, Z: KeySelector<B>, P> {
    first: S,
    second: Z,
    function: P,
    sides: SidePorts,
    keyed: KeyedRun<S::Key>,
    rest: CoInput<A, B>,
}

impl<A: Record, B: Record, S, Z, P> KeyedCoProcessOperator<A, B, S, Z, P>
where
    S: KeySelector<A>,
    Z: KeySelector<B, Key = S::Key>,
    P: KeyedCoProcessFunction<S::Key, A, B>,
{
    /// The operator of `function`, with a selector for each input and the side outputs that are declared for it.
    pub fn new(first: S, second: Z, function: P, sides: SidePorts) -> Self {
        KeyedCoProcessOperator { first, second, function, sides, keyed: KeyedRun::new(), rest: CoInput::empty() }
    }

    fn run(&mut self, out: &mut Outputs) -> Result<Flow, TaskError> {
        let (first, second, function) = (&self.first, &self.second, &mut self.function);
        match &mut self.rest {
            CoInput::First(rest) => {
                let key_of = |row: &A| first.key_of(row);
                self.keyed.records(rest, out, key_of, |row, context, out| function.process_first(row, context, out))
            }
            CoInput::Second(rest) => {
                let key_of = |row: &B| second.key_of(row);
                self.keyed.records(rest, out, key_of, |row, context, out| function.process_second(row, context, out))
            }
        }
    }

    fn fire(&mut self, until: i64, out: &mut Outputs) -> Result<Flow, TaskError> {
        let function = &mut self.function;
        self.keyed.fire(until, out, |time, context, out| function.on_timer(time, context, out))
    }
}

impl<A: Record, B: Record, S, Z, P> Operator for KeyedCoProcessOperator<A, B, S, Z, P>
where
    S: KeySelector<A>,
    Z: KeySelector<B, Key = S::Key>,
    P: KeyedCoProcessFunction<S::Key, A, B>,
{
    fn outputs(&self, limits: &OutputLimits) -> Outputs {
        self.sides.outputs::<P::Out>(limits)
    }

    fn open(&mut self, context: &OperatorContext) -> Result<(), TaskError> {
        Ok(self.function.open(self.keyed.open(context), context)?)
    }

    fn process(&mut self, input: usize, batch: AnyBatch, out: &mut Outputs) -> Result<Flow, TaskError> {
        self.rest = match input {
            0 => CoInput::First(self.keyed.batch(&self.first, typed(batch)?)),
            _ => CoInput::Second(self.keyed.batch(&self.second, typed(batch)?)),
        };
        self.run(out)
    }

    fn resume(&mut self, out: &mut Outputs) -> Result<Flow, TaskError> {
        match self.keyed.interrupted() {
            Some(until) => self.fire(until, out),
            None => self.run(out),
        }
    }

    fn next_time(&self) -> Option<i64> {
        self.keyed.next_time()
    }

    fn on_time(&mut self, now_ms: i64, out: &mut Outputs) -> Result<Flow, TaskError> {
        self.fire(now_ms, out)
    }

    fn finish(&mut self, out: &mut Outputs) -> Result<Flow, TaskError> {
        self.keyed.last_time().map_or(Ok(Flow::Done), |until| self.fire(until, out))
    }
}

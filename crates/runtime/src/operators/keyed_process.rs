//! Functions with state and timers of the current key.

use super::flat_map::Rest;
use super::key::KeySelector;
use super::keyed_run::KeyedRun;
use super::process::ProcessContext;
use super::sides::{OutputTag, SidePorts};
use super::typed;
use crate::output::{Collector, OutputLimits, Outputs};
use crate::{BoxError, Flow, Operator, OperatorContext, TaskError};
use weft_record::{AnyBatch, Key, Record};
use weft_state::{KeyedState, StateError, TimerQueue, ValueHandle, ValueState};

/// A function over the records of a keyed stream, with state and timers that belong to the key of the record in hand.
pub trait KeyedProcessFunction<K: Key, T: Record>: 'static {
    /// What it emits to its main output.
    type Out: Record;

    /// Called once before the first record; states are registered here.
    fn open(&mut self, _states: &mut KeyedState<K>, _context: &OperatorContext) -> Result<(), BoxError> {
        Ok(())
    }

    /// Takes a record.
    fn process(
        &mut self,
        record: T,
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

/// What a keyed process function may ask and do while it has a record or a timer in hand.
pub struct KeyedContext<'a, K> {
    pub(super) plain: ProcessContext<'a>,
    pub(super) states: &'a mut KeyedState<K>,
    pub(super) timers: &'a mut TimerQueue<K>,
    /// The current key's.
    pub(super) hash: u64,
}

impl<K: Key> KeyedContext<'_, K> {
    /// The current key.
    pub fn key(&self) -> Option<&K> {
        self.states.current()
    }

    /// The current key's value in a state that was registered in `open`.
    pub fn state<V: Record>(&mut self, handle: ValueHandle<V>) -> Result<ValueState<'_, K, V>, StateError> {
        self.states.value(handle)
    }

    /// Asks for [`KeyedProcessFunction::on_timer`] for the current key when the wall clock reaches `time` (milliseconds since the
    /// epoch). Registering the same time twice asks once.
    pub fn register_processing_time_timer(&mut self, time: i64) {
        if let Some(key) = self.states.current() {
            self.timers.register(time, self.hash, key);
        }
    }

    /// Takes a timer of the current key back.
    pub fn delete_processing_time_timer(&mut self, time: i64) {
        if let Some(key) = self.states.current() {
            self.timers.delete(time, self.hash, key);
        }
    }

    /// The record's event time, where the stream has them; milliseconds since the epoch.
    pub fn timestamp(&self) -> Option<i64> {
        self.plain.timestamp()
    }

    /// The wall clock; milliseconds since the epoch.
    pub fn processing_time(&self) -> i64 {
        self.plain.processing_time()
    }

    /// Emits a record to a side output. A side output that nobody reads swallows its records.
    pub fn emit_to<S: Record>(&mut self, tag: &OutputTag<S>, record: S) -> Result<(), BoxError> {
        self.plain.emit_to(tag, record)
    }
}

/// The operator of a [`KeyedProcessFunction`].
pub struct KeyedProcessOperator<T: Record, S: KeySelector<T>, P> {
    selector: S,
    function: P,
    sides: SidePorts,
    keyed: KeyedRun<S::Key>,
    rest: Rest<T>,
}

impl<T: Record, S: KeySelector<T>, P: KeyedProcessFunction<S::Key, T>> KeyedProcessOperator<T, S, P> {
    /// The operator of `function`, with the side outputs that are declared for it.
    pub fn new(selector: S, function: P, sides: SidePorts) -> Self {
        KeyedProcessOperator { selector, function, sides, keyed: KeyedRun::new(), rest: Rest::empty() }
    }

    fn run(&mut self, out: &mut Outputs) -> Result<Flow, TaskError> {
        let (selector, function) = (&self.selector, &mut self.function);
        let key_of = |row: &T| selector.key_of(row);
        self.keyed.records(&mut self.rest, out, key_of, |row, context, out| function.process(row, context, out))
    }

    fn fire(&mut self, until: i64, out: &mut Outputs) -> Result<Flow, TaskError> {
        let function = &mut self.function;
        self.keyed.fire(until, out, |time, context, out| function.on_timer(time, context, out))
    }
}

impl<T: Record, S: KeySelector<T>, P: KeyedProcessFunction<S::Key, T>> Operator for KeyedProcessOperator<T, S, P> {
    fn outputs(&self, limits: &OutputLimits) -> Outputs {
        self.sides.outputs::<P::Out>(limits)
    }

    fn open(&mut self, context: &OperatorContext) -> Result<(), TaskError> {
        Ok(self.function.open(self.keyed.open(context), context)?)
    }

    fn process(&mut self, _input: usize, batch: AnyBatch, out: &mut Outputs) -> Result<Flow, TaskError> {
        self.rest = self.keyed.batch(&self.selector, typed(batch)?);
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

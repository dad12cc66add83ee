//! Functions with state and timers of the current key.

use std::sync::Arc;

use super::flat_map::Rest;
use super::key::{KeySelector, hashes_of};
use super::process::{ProcessContext, not_open};
use super::sides::SidePorts;
use super::typed;
use crate::output::{Collector, OutputLimits, Outputs};
use crate::{BoxError, Clock, Flow, Operator, OperatorContext, TaskError};
use weft_record::{AnyBatch, Batch, Key, Record};
use weft_state::{KeyedState, StateError, TimerQueue, ValueHandle, ValueState};

/// How many records ahead of the one in hand its state is fetched from memory.
const AHEAD: usize = 16;

/// A function over the records of a keyed stream, with state and timers that belong to the key of the record in hand. A
/// prototype: every subtask works with a clone.
pub trait KeyedProcessFunction<K: Key, T: Record>: Clone + Send + 'static {
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
    plain: ProcessContext<'a>,
    states: &'a mut KeyedState<K>,
    timers: &'a mut TimerQueue<K>,
    hash: u64,
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

    /// Emits a record to the side output called `tag`.
    pub fn emit_to<S: Record>(&mut self, tag: &str, record: S) -> Result<(), BoxError> {
        self.plain.emit_to(tag, record)
    }
}

/// The operator of a [`KeyedProcessFunction`].
pub struct KeyedProcessOperator<T: Record, S: KeySelector<T>, P> {
    selector: S,
    function: P,
    sides: SidePorts,
    states: KeyedState<S::Key>,
    timers: TimerQueue<S::Key>,
    rest: Rest<T>,
    hashes: Vec<u64>,
    taken: usize,
    /// Timers up to here are being fired.
    firing: Option<i64>,
    batch_mode: bool,
    clock: Option<Arc<dyn Clock>>,
}

impl<T: Record, S: KeySelector<T>, P: KeyedProcessFunction<S::Key, T>> KeyedProcessOperator<T, S, P> {
    /// The operator of `function`, with the side outputs that are declared for it.
    pub fn new(selector: S, function: P, sides: SidePorts) -> Self {
        KeyedProcessOperator {
            selector,
            function,
            sides,
            states: KeyedState::new(),
            timers: TimerQueue::new(),
            rest: Rest::empty(),
            hashes: Vec::new(),
            taken: 0,
            firing: None,
            batch_mode: false,
            clock: None,
        }
    }

    fn run(&mut self, out: &mut Outputs) -> Result<Flow, TaskError> {
        let clock = self.clock.as_deref().ok_or_else(not_open)?;
        let (collector, sides) = out.split::<P::Out>()?;
        let mut context = KeyedContext {
            plain: ProcessContext::new(sides, clock),
            states: &mut self.states,
            timers: &mut self.timers,
            hash: 0,
        };
        while let Some((row, time)) = self.rest.next() {
            if let Some(ahead) = self.hashes.get(self.taken + AHEAD) {
                context.states.prefetch(*ahead);
            }
            context.hash = self.hashes.get(self.taken).copied().unwrap_or_default();
            self.taken += 1;
            context.states.set_current(context.hash, &self.selector.key_of(&row));
            context.plain.set_time(time);
            collector.set_time(time);
            self.function.process(row, &mut context, collector)?;
            if collector.is_full() {
                return Ok(Flow::More);
            }
        }
        self.states.clear_current();
        Ok(Flow::Done)
    }

    fn fire(&mut self, until: i64, out: &mut Outputs) -> Result<Flow, TaskError> {
        let clock = self.clock.as_deref().ok_or_else(not_open)?;
        let (collector, sides) = out.split::<P::Out>()?;
        collector.set_time(None);
        self.firing = Some(until);
        let mut context = KeyedContext {
            plain: ProcessContext::new(sides, clock),
            states: &mut self.states,
            timers: &mut self.timers,
            hash: 0,
        };
        while let Some(timer) = context.timers.pop_due(until) {
            context.hash = timer.hash;
            context.states.set_current(timer.hash, &timer.key);
            self.function.on_timer(timer.time, &mut context, collector)?;
            if collector.is_full() {
                return Ok(Flow::More);
            }
        }
        self.firing = None;
        self.states.clear_current();
        Ok(Flow::Done)
    }
}

impl<T: Record, S: KeySelector<T>, P: KeyedProcessFunction<S::Key, T>> Operator for KeyedProcessOperator<T, S, P> {
    fn outputs(&self, limits: &OutputLimits) -> Outputs {
        self.sides.outputs::<P::Out>(limits)
    }

    fn open(&mut self, context: &OperatorContext) -> Result<(), TaskError> {
        self.clock = Some(context.clock.clone());
        self.batch_mode = context.batch_mode;
        Ok(self.function.open(&mut self.states, context)?)
    }

    fn process(&mut self, _input: usize, batch: AnyBatch, out: &mut Outputs) -> Result<Flow, TaskError> {
        let mut batch: Batch<T> = typed(batch)?;
        self.hashes = hashes_of(&self.selector, batch.hashes.take(), &batch.rows);
        self.taken = 0;
        self.rest = Rest::of(batch);
        self.run(out)
    }

    fn resume(&mut self, out: &mut Outputs) -> Result<Flow, TaskError> {
        match self.firing {
            Some(until) => self.fire(until, out),
            None => self.run(out),
        }
    }

    fn next_time(&self) -> Option<i64> {
        self.timers.next_time()
    }

    fn on_time(&mut self, now_ms: i64, out: &mut Outputs) -> Result<Flow, TaskError> {
        self.fire(now_ms, out)
    }

    /// BATCH mode has no wall clock: what is still due is fired at the end of input.
    fn finish(&mut self, out: &mut Outputs) -> Result<Flow, TaskError> {
        if self.batch_mode { self.fire(i64::MAX, out) } else { Ok(Flow::Done) }
    }
}

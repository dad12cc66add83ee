//! What keyed process operators of one input and of two share: the current key with its state and timers, and calling the
//! user's function with them.

use super::flat_map::Rest;
use super::key::{KeySelector, hashes_of};
use super::keyed_process::KeyedContext;
use super::pace::Pace;
use super::process::ProcessContext;
use crate::output::{Collector, Outputs};
use crate::{BoxError, Flow, OperatorContext, TaskError};
use weft_record::{Batch, Key, Record};
use weft_state::{KeyedState, TimerQueue};

/// How many records ahead of the one in hand its state is fetched from memory.
const AHEAD: usize = 16;

/// States and timers of a keyed operator, and how far it has come with what it was given last.
pub(super) struct KeyedRun<K> {
    states: KeyedState<K>,
    timers: TimerQueue<K>,
    /// The key hashes of the batch in hand, and how many of its records were taken.
    hashes: Vec<u64>,
    taken: usize,
    /// Timers up to here are being fired.
    firing: Option<i64>,
    batch_mode: bool,
    pace: Pace,
    /// Timers are paced for themselves: what they cost says nothing about records.
    timer_pace: Pace,
}

impl<K: Key> KeyedRun<K> {
    pub(super) fn new() -> Self {
        KeyedRun {
            states: KeyedState::new(),
            timers: TimerQueue::new(),
            hashes: Vec::new(),
            taken: 0,
            firing: None,
            batch_mode: false,
            pace: Pace::new(),
            timer_pace: Pace::new(),
        }
    }

    /// Remembers what it needs of the context; gives the states, for the user's function to register its own.
    pub(super) fn open(&mut self, context: &OperatorContext) -> &mut KeyedState<K> {
        self.pace.open(&context.clock);
        self.timer_pace.open(&context.clock);
        self.batch_mode = context.batch_mode;
        &mut self.states
    }

    /// A new batch is in hand: its records, to be taken one by one.
    pub(super) fn batch<T: Record>(&mut self, selector: &impl KeySelector<T, Key = K>, mut batch: Batch<T>) -> Rest<T> {
        self.hashes = hashes_of(selector, batch.hashes.take(), &batch.rows);
        self.taken = 0;
        Rest::of(batch)
    }

    /// Gives record after record to `function`, each under its key, until an output is full or the time is up.
    pub(super) fn records<T: Record, U: Record>(
        &mut self,
        rest: &mut Rest<T>,
        out: &mut Outputs,
        key_of: impl Fn(&T) -> K,
        mut function: impl FnMut(T, &mut KeyedContext<'_, K>, &mut Collector<U>) -> Result<(), BoxError>,
    ) -> Result<Flow, TaskError> {
        let mut stint = self.pace.start()?;
        let (collector, sides) = out.split::<U>()?;
        let plain = ProcessContext::new(sides, stint.clock);
        let mut context = KeyedContext { plain, states: &mut self.states, timers: &mut self.timers, hash: 0 };
        while let Some((row, time)) = rest.next() {
            if let Some(ahead) = self.hashes.get(self.taken + AHEAD) {
                context.states.prefetch(*ahead);
            }
            context.hash = self.hashes.get(self.taken).copied().unwrap_or_default();
            self.taken += 1;
            context.states.set_current(context.hash, &key_of(&row));
            context.plain.set_time(time);
            collector.set_time(time);
            function(row, &mut context, collector)?;
            if stint.is_over() || collector.is_full() || context.plain.is_full() {
                return Ok(Flow::More);
            }
        }
        self.states.clear_current();
        Ok(Flow::Done)
    }

    /// What `resume` means: the timers whose firing was interrupted up to a time, if there are any.
    pub(super) fn interrupted(&self) -> Option<i64> {
        self.firing
    }

    /// When the next timer is due.
    pub(super) fn next_time(&self) -> Option<i64> {
        if self.batch_mode { None } else { self.timers.next_time() }
    }

    /// Fires the timers that are due at `until`, in order, each under its key, until an output is full or the time is up.
    pub(super) fn fire<U: Record>(
        &mut self,
        until: i64,
        out: &mut Outputs,
        mut on_timer: impl FnMut(i64, &mut KeyedContext<'_, K>, &mut Collector<U>) -> Result<(), BoxError>,
    ) -> Result<Flow, TaskError> {
        let mut stint = self.timer_pace.start()?;
        let (collector, sides) = out.split::<U>()?;
        collector.set_time(None);
        self.firing = Some(until);
        let plain = ProcessContext::new(sides, stint.clock);
        let mut context = KeyedContext { plain, states: &mut self.states, timers: &mut self.timers, hash: 0 };
        while let Some(timer) = context.timers.pop_due(until) {
            context.hash = timer.hash;
            context.states.set_current(timer.hash, &timer.key);
            on_timer(timer.time, &mut context, collector)?;
            if stint.is_over() || collector.is_full() || context.plain.is_full() {
                return Ok(Flow::More);
            }
        }
        self.firing = None;
        self.states.clear_current();
        Ok(Flow::Done)
    }

    /// Until when timers fire at the end of input. BATCH mode has no wall clock: what is still due fires then; in STREAMING mode it
    /// never does.
    pub(super) fn last_time(&self) -> Option<i64> {
        self.batch_mode.then_some(i64::MAX)
    }
}

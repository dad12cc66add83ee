//! Functions with side outputs, state and timers.

use super::faults::Faults;
use super::row::Row;
use weft_api::{
    BoxError, Collector, KeyedContext, KeyedProcessFunction, KeyedState, OutputTag, ProcessContext, ProcessFunction,
    RuntimeContext, ValueHandle,
};

/// Sends odd records to a side output.
#[derive(Clone)]
pub(super) struct ToSide {
    pub(super) tag: OutputTag<Row>,
}

impl ProcessFunction<Row> for ToSide {
    type Out = Row;

    fn process(
        &mut self,
        row: Row,
        context: &mut ProcessContext<'_>,
        out: &mut Collector<Row>,
    ) -> Result<(), BoxError> {
        if row.id % 2 == 1 {
            return context.emit_to(&self.tag, row);
        }
        out.emit(row);
        Ok(())
    }
}

/// Counts the records of each key in value state and says every second count.
#[derive(Clone, Default)]
pub(super) struct CountInState {
    count: Option<ValueHandle<u64>>,
}

impl KeyedProcessFunction<u64, Row> for CountInState {
    type Out = Row;

    fn open(&mut self, states: &mut KeyedState<u64>, _context: &RuntimeContext) -> Result<(), BoxError> {
        self.count = Some(states.value_state("count")?);
        Ok(())
    }

    fn process(
        &mut self,
        row: Row,
        context: &mut KeyedContext<'_, u64>,
        out: &mut Collector<Row>,
    ) -> Result<(), BoxError> {
        let mut state = context.state(self.count.unwrap())?;
        let count = state.value().copied().unwrap_or_default() + 1;
        state.update(count);
        if count % 2 == 0 {
            out.emit(Row { seq: count, ..Row::of_key(row.key, u32::MAX, count) });
        }
        Ok(())
    }
}

/// Adds up values by key until a processing-time timer comes.
#[derive(Clone)]
pub(super) struct Timers {
    /// In BATCH mode every timer fires at the latest at the end of input, so sums may be left to them. Otherwise records go on at
    /// once, and what the timers say is only noise.
    batch: bool,
    sum: Option<ValueHandle<u64>>,
    faults: Faults,
}

/// The line of what timers emit.
const OF_TIMER: u32 = u32::MAX - 1;

impl Timers {
    pub(super) fn new(batch: bool, faults: Faults) -> Self {
        Timers { batch, sum: None, faults }
    }

    pub(super) fn is_of_timer(row: &Row) -> bool {
        row.line == OF_TIMER
    }
}

impl KeyedProcessFunction<u32, Row> for Timers {
    type Out = Row;

    fn open(&mut self, states: &mut KeyedState<u32>, _context: &RuntimeContext) -> Result<(), BoxError> {
        self.sum = Some(states.value_state("sum")?);
        Ok(())
    }

    fn process(
        &mut self,
        row: Row,
        context: &mut KeyedContext<'_, u32>,
        out: &mut Collector<Row>,
    ) -> Result<(), BoxError> {
        let due = context.processing_time() + (row.id % 40) as i64;
        context.register_processing_time_timer(due);
        if row.id.is_multiple_of(5) {
            context.delete_processing_time_timer(due);
            context.register_processing_time_timer(due + 3);
        }
        let mut state = context.state(self.sum.unwrap())?;
        let sum = state.value().copied().unwrap_or_default() + if self.batch { row.value } else { 1 };
        state.update(sum);
        if !self.batch {
            out.emit(Row { seq: sum, ..Row::of_key(row.key, u32::MAX, sum) });
        }
        Ok(())
    }

    fn on_timer(
        &mut self,
        _time: i64,
        context: &mut KeyedContext<'_, u32>,
        out: &mut Collector<Row>,
    ) -> Result<(), BoxError> {
        self.faults.strike("a timer")?;
        let key = *context.key().unwrap();
        let mut state = context.state(self.sum.unwrap())?;
        if let Some(sum) = state.value().copied() {
            if self.batch {
                state.clear();
            }
            out.emit(Row::of_key(key, OF_TIMER, sum));
        }
        Ok(())
    }
}

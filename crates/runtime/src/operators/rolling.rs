//! Rolling aggregation: one accumulated record per key.
//!
//! In STREAMING mode every record is answered with its key's accumulated record; in BATCH mode each key is emitted once, at
//! the end, in the order in which keys first came.

use std::marker::PhantomData;

use super::key::{KeySelector, hashes_of};
use super::typed;
use crate::output::{OutputLimits, Outputs};
use crate::{Flow, Operator, TaskError};
use weft_record::{AnyBatch, Batch, Record};
use weft_state::{Cursor, Table};

/// Accumulates records by key with a function that takes the accumulated record and the next.
pub struct Rolling<T: Record, S: KeySelector<T>, F> {
    selector: S,
    accumulate: F,
    table: Table<S::Key, T>,
    /// Whether only final values are emitted, and how far that has come.
    emit: Emit,
    types: PhantomData<fn(T)>,
}

enum Emit {
    EveryUpdate,
    AtTheEnd(Cursor),
}

impl<T: Record, S: KeySelector<T>, F: FnMut(&mut T, &mut T) -> Result<(), TaskError>> Rolling<T, S, F> {
    /// The operator of `accumulate`, for BATCH mode where `final_only`.
    pub fn new(selector: S, accumulate: F, final_only: bool) -> Self {
        let emit = if final_only { Emit::AtTheEnd(Cursor::default()) } else { Emit::EveryUpdate };
        Rolling { selector, accumulate, table: Table::new(), emit, types: PhantomData }
    }
}

impl<T: Record, S: KeySelector<T>, F: FnMut(&mut T, &mut T) -> Result<(), TaskError>> Operator for Rolling<T, S, F> {
    fn outputs(&self, limits: &OutputLimits) -> Outputs {
        Outputs::of::<T>(limits)
    }

    fn process(&mut self, _input: usize, batch: AnyBatch, out: &mut Outputs) -> Result<Flow, TaskError> {
        let Batch { rows, times, hashes } = typed::<T>(batch)?;
        let hashes = hashes_of(&self.selector, hashes, &rows);
        let (selector, accumulate) = (&self.selector, &mut self.accumulate);
        let every = matches!(self.emit, Emit::EveryUpdate);
        let mut rows = selector.rows(rows);
        let first = |row: &mut S::Row| {
            let mut kept = selector.record(row).clone();
            kept.detach();
            Ok::<_, TaskError>((selector.key_of(&kept), kept))
        };
        let next = |row: &mut S::Row, accumulated: &mut T| {
            let record = selector.record(row);
            accumulate(accumulated, record)?;
            accumulated.detach();
            if every {
                record.clone_from(accumulated);
            }
            Ok(())
        };
        self.table.try_update_batch(&mut rows, &hashes, |row| selector.key(row), first, next)?;
        if every {
            out.main::<T>()?.emit_batch(Batch { rows: S::records(rows), times, hashes: None });
        }
        Ok(Flow::Done)
    }

    fn resume(&mut self, out: &mut Outputs) -> Result<Flow, TaskError> {
        self.finish(out)
    }

    fn finish(&mut self, out: &mut Outputs) -> Result<Flow, TaskError> {
        let Emit::AtTheEnd(cursor) = &mut self.emit else { return Ok(Flow::Done) };
        let collector = out.main::<T>()?;
        while let Some((_, accumulated)) = self.table.next(cursor) {
            collector.emit(accumulated.clone());
            if collector.is_full() {
                return Ok(Flow::More);
            }
        }
        Ok(Flow::Done)
    }
}

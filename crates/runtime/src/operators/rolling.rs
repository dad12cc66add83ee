//! Rolling aggregation: one accumulated record per key.
//!
//! In STREAMING mode every record is answered with its key's accumulated record; in BATCH mode each key is emitted once, at
//! the end, in the order in which keys first came.
//!
//! What is accumulated is kept with its key: a record that has its key in it is kept alone. A function may change that
//! part of it, and the key it goes by stays the old one; such a record, a *stray*, moves into a table of its own where the key
//! stands beside it.

use std::marker::PhantomData;

use super::key::{KeySelector, hashes_of};
use super::typed;
use crate::output::{OutputLimits, Outputs};
use crate::{Flow, Operator, TaskError};
use weft_record::{AnyBatch, Batch, Key, Record};
use weft_state::{Cursor, Fate, RowTable, RowUpdate, Table};

/// Accumulates records by key with a function that takes the accumulated record and the next.
pub struct Rolling<T: Record, S: KeySelector<T>, F> {
    selector: S,
    accumulate: F,
    table: RowTable<S::Row>,
    strays: Table<S::Key, T>,
    emit: Emit,
    types: PhantomData<fn(T)>,
}

/// Whether only final values are emitted, and how far that has come in the table and among the strays.
enum Emit {
    EveryUpdate,
    AtTheEnd(Cursor, Cursor),
}

impl<T: Record, S: KeySelector<T>, F: FnMut(&mut T, &mut T) -> Result<(), TaskError>> Rolling<T, S, F> {
    /// The operator of `accumulate`, for BATCH mode where `final_only`.
    pub fn new(selector: S, accumulate: F, final_only: bool) -> Self {
        let emit = match final_only {
            true => Emit::AtTheEnd(Cursor::default(), Cursor::default()),
            false => Emit::EveryUpdate,
        };
        Rolling { selector, accumulate, table: RowTable::new(), strays: Table::new(), emit, types: PhantomData }
    }
}

impl<T: Record, S: KeySelector<T>, F: FnMut(&mut T, &mut T) -> Result<(), TaskError>> Operator for Rolling<T, S, F> {
    fn outputs(&self, limits: &OutputLimits) -> Outputs {
        Outputs::of::<T>(limits)
    }

    fn process(&mut self, _input: usize, batch: AnyBatch, out: &mut Outputs) -> Result<Flow, TaskError> {
        let Batch { rows, times, hashes } = typed::<T>(batch)?;
        let hashes = hashes_of(&self.selector, hashes, &rows);
        let mut rows = self.selector.rows(rows);
        let (selector, accumulate, strays) = (&self.selector, &mut self.accumulate, &mut self.strays);
        if matches!(self.emit, Emit::AtTheEnd(..)) {
            let mut update = Accumulation::<T, S, F, false> { selector, accumulate, strays };
            self.table.update_batch(&mut rows, &hashes, &mut update)?;
        } else {
            let mut update = Accumulation::<T, S, F, true> { selector, accumulate, strays };
            self.table.update_batch(&mut rows, &hashes, &mut update)?;
            out.main::<T>()?.emit_batch(Batch { rows: S::records(rows), times, hashes: None });
        }
        Ok(Flow::Done)
    }

    fn resume(&mut self, out: &mut Outputs) -> Result<Flow, TaskError> {
        self.finish(out)
    }

    fn finish(&mut self, out: &mut Outputs) -> Result<Flow, TaskError> {
        let Emit::AtTheEnd(cursor, among_strays) = &mut self.emit else { return Ok(Flow::Done) };
        let collector = out.main::<T>()?;
        while let Some(row) = self.table.next(cursor) {
            collector.emit(S::into_record(row.clone()));
            if collector.is_full() {
                return Ok(Flow::More);
            }
        }
        while let Some((_, accumulated)) = self.strays.next(among_strays) {
            collector.emit(accumulated.clone());
            if collector.is_full() {
                return Ok(Flow::More);
            }
        }
        Ok(Flow::Done)
    }
}

/// What a batch does to the accumulated records; `EVERY` tells each row what its key has come to.
struct Accumulation<'a, T: Record, S: KeySelector<T>, F, const EVERY: bool> {
    selector: &'a S,
    accumulate: &'a mut F,
    strays: &'a mut Table<S::Key, T>,
}

impl<T: Record, S: KeySelector<T>, F, const EVERY: bool> RowUpdate<S::Row, S::Row> for Accumulation<'_, T, S, F, EVERY>
where
    F: FnMut(&mut T, &mut T) -> Result<(), TaskError>,
{
    type Error = TaskError;

    #[inline(always)]
    fn is_it(&self, row: &S::Row, kept: &S::Row) -> bool {
        self.selector.key(kept).same_key(self.selector.key(row))
    }

    #[inline]
    fn vacant(&mut self, row: &mut S::Row, hash: u64) -> Result<Option<S::Row>, TaskError> {
        if self.strays.is_empty() {
            return Ok(Some(self.selector.kept(row)));
        }
        let Some(stray) = self.strays.get_mut(hash, self.selector.key(row)) else {
            return Ok(Some(self.selector.kept(row)));
        };
        let record = self.selector.record(row);
        (self.accumulate)(stray, record)?;
        stray.detach();
        if EVERY {
            record.clone_from(stray);
        }
        Ok(None)
    }

    #[inline(always)]
    fn occupied(&mut self, row: &mut S::Row, hash: u64, kept: &mut S::Row) -> Result<Fate, TaskError> {
        let accumulated = self.selector.record(kept);
        (self.accumulate)(accumulated, self.selector.record(row))?;
        accumulated.detach();
        let fate = match S::KEY_IN_RECORD && !self.is_it(row, kept) {
            false => Fate::Stays,
            true => self.stray(row, hash, kept),
        };
        if EVERY {
            self.selector.record(row).clone_from(self.selector.record(kept));
        }
        Ok(fate)
    }
}

impl<T: Record, S: KeySelector<T>, F, const EVERY: bool> Accumulation<'_, T, S, F, EVERY> {
    /// The function changed the key of what it accumulates; `row` still has the one it goes by.
    #[cold]
    fn stray(&mut self, row: &S::Row, hash: u64, kept: &mut S::Row) -> Fate {
        let mut key = self.selector.key(row).clone();
        key.detach();
        self.strays.insert(hash, key, self.selector.record(kept).clone());
        Fate::Goes
    }
}

#[cfg(test)]
#[path = "rolling_test.rs"]
mod tests;

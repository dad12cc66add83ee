//! A sink whose output is visible only once it is committed, and which complains about every broken promise.

use super::dice::Dice;
use super::faults::Faults;
use super::row::Row;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::task::Waker;
use weft_record::{Batch, Record};
use weft_runtime::coordinator::CoordinatorContext;
use weft_runtime::sink::{Committer, Sink, SinkWriter};
use weft_runtime::{OperatorContext, TaskError};

/// What one attempt of one subtask of one sink wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Record)]
pub(super) struct Part {
    pub(super) sink: u32,
    pub(super) subtask: u32,
    pub(super) attempt: u32,
}

/// Where all sinks of a history write to.
#[derive(Clone, Default)]
pub(super) struct Store(Arc<Mutex<Parts>>);

#[derive(Default)]
struct Parts {
    written: BTreeMap<Part, Vec<Row>>,
    visible: BTreeMap<Part, Vec<Row>>,
}

impl Store {
    /// What was committed.
    pub(super) fn visible(&self) -> BTreeMap<Part, Vec<Row>> {
        self.0.lock().unwrap().visible.clone()
    }

    /// Parts that were neither committed nor discarded.
    pub(super) fn left_over(&self) -> Vec<Part> {
        self.0.lock().unwrap().written.keys().copied().collect()
    }
}

#[derive(Clone)]
pub(super) struct StoreSink {
    pub(super) number: u32,
    pub(super) store: Store,
    pub(super) faults: Faults,
    /// Those of the committer.
    pub(super) commit_faults: Faults,
}

impl Sink for StoreSink {
    type Item = Row;
    type Committable = Part;
    type Writer = Writer;
    type Committer = StoreCommitter;

    fn writer(&self, context: &OperatorContext) -> Result<Writer, TaskError> {
        let part = Part { sink: self.number, subtask: context.subtask(), attempt: context.attempt.attempt };
        if self.store.0.lock().unwrap().written.insert(part, Vec::new()).is_some() {
            return Err(TaskError::fatal(format!("{part:?} is written twice")));
        }
        let (waker, dice) = (context.waker.clone(), Dice::new(context.seed));
        Ok(Writer { part, store: self.store.clone(), faults: self.faults.clone(), waker, dice })
    }

    fn committer(&self, _context: &CoordinatorContext) -> Result<StoreCommitter, TaskError> {
        Ok(StoreCommitter { sink: self.number, store: self.store.clone(), faults: self.commit_faults.clone() })
    }
}

pub(super) struct Writer {
    part: Part,
    store: Store,
    faults: Faults,
    waker: Waker,
    dice: Dice,
}

impl Writer {
    /// Not always, but it wakes when to ask again.
    fn is_through(&mut self) -> bool {
        let through = !self.dice.one_in(4);
        if !through {
            self.waker.wake_by_ref();
        }
        through
    }
}

impl SinkWriter for Writer {
    type Item = Row;
    type Committable = Part;

    fn write(&mut self, batch: Batch<Row>) -> Result<(), TaskError> {
        self.faults.strike("a writer")?;
        let parts = &mut *self.store.0.lock().unwrap();
        let gone = || TaskError::fatal(format!("{:?} was discarded while it was written", self.part));
        parts.written.get_mut(&self.part).ok_or_else(gone)?.extend(batch.rows);
        Ok(())
    }

    fn is_ready(&mut self) -> Result<bool, TaskError> {
        Ok(self.is_through())
    }

    fn finish(&mut self) -> Result<Option<Vec<Part>>, TaskError> {
        self.faults.strike("the end of a writer")?;
        Ok(self.is_through().then(|| vec![self.part]))
    }
}

pub(super) struct StoreCommitter {
    sink: u32,
    store: Store,
    faults: Faults,
}

impl Committer for StoreCommitter {
    type Committable = Part;

    fn commit(&mut self, committables: &[Part]) -> Result<(), TaskError> {
        self.faults.strike("a committer")?;
        let parts = &mut *self.store.0.lock().unwrap();
        for part in committables.iter().filter(|part| !parts.visible.contains_key(part)).collect::<Vec<_>>() {
            let gone = || TaskError::fatal(format!("{part:?} was discarded before it was committed"));
            let rows = parts.written.remove(part).ok_or_else(gone)?;
            parts.visible.insert(*part, rows);
        }
        Ok(())
    }

    /// As the contract says: nothing newer than what was told.
    fn discard(&mut self, subtask: u32, told: &[Part]) {
        let newest = told.iter().map(|part| part.attempt).max();
        self.remove(|part| part.subtask == subtask && Some(part.attempt) <= newest);
    }

    fn finished(&mut self) -> Result<Option<Vec<u8>>, TaskError> {
        self.remove(|_| true);
        Ok(None)
    }

    fn aborted(&mut self) {
        self.remove(|_| true);
    }
}

impl StoreCommitter {
    fn remove(&self, gone: impl Fn(&Part) -> bool) {
        let parts = &mut *self.store.0.lock().unwrap();
        parts.written.retain(|part, _| part.sink != self.sink || !gone(part));
    }
}

//! The producing end of a channel within the slot.

use crate::remote_output::Sending;
use crate::scatter::Run;
use crate::{AnyBatch, LocalChannel, Progress};
use std::collections::VecDeque;
use std::rc::Rc;
use weft_record::{Batch, Record, StreamEvent};

/// How large a batch may become.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BatchLimit {
    pub(crate) records: usize,
    pub(crate) bytes: usize,
}

/// Rows of varying size that are taken before their size is looked at.
const MEASURED_ROWS: usize = 32;

/// Collects rows into batches and puts them, and events in their place, into a [`LocalChannel`].
pub(crate) struct LocalOutput<T> {
    subtask: u32,
    channel: Rc<LocalChannel>,
    limit: BatchLimit,
    rows: Batch<T>,
    /// How many rows the batch before had. The next one often begins with the end of a run, which says little.
    usual: usize,
    bytes: usize,
    /// A batch that the channel did not take.
    refused: Option<AnyBatch>,
    /// Events behind it.
    events: VecDeque<StreamEvent>,
}

impl<T: Record> LocalOutput<T> {
    pub(crate) fn new(subtask: u32, channel: Rc<LocalChannel>, limit: BatchLimit) -> Self {
        let rows = Batch::of(Vec::new());
        LocalOutput { subtask, channel, limit, rows, usual: 0, bytes: 0, refused: None, events: VecDeque::new() }
    }

    /// Takes rows of `run` while the channel does.
    pub(crate) fn accept(&mut self, run: &mut Run<'_, T>, keyed: bool, to: &mut Sending<'_>) -> Progress {
        while run.len() > 0 {
            if !self.rows.is_empty() && self.rows.times.is_some() != run.is_timed() {
                self.flush(to);
            }
            if !self.settle(to) {
                return Progress::Blocked;
            }
            self.collect(run, keyed);
            if self.rows.len() >= self.limit.records || self.bytes >= self.limit.bytes {
                self.flush(to);
            }
        }
        Progress::Done
    }

    /// Moves rows over, at most until the batch is full.
    fn collect(&mut self, run: &mut Run<'_, T>, keyed: bool) {
        if self.rows.is_empty() {
            let rows = self.limit.records.min(run.len().max(self.usual).next_power_of_two());
            self.rows.rows.reserve_exact(rows);
            self.rows.times = run.is_timed().then(|| Vec::with_capacity(rows));
            self.rows.hashes = keyed.then(|| Vec::with_capacity(rows));
        }
        let room = self.limit.records.saturating_sub(self.rows.len()).max(1);
        if T::FIXED_SIZE.is_some() {
            let fitting = self.limit.bytes.saturating_sub(self.bytes) / size_of::<T>().max(1);
            let rows = room.min(fitting.max(1)).min(run.len());
            run.take(rows, &mut self.rows);
            self.bytes += rows * size_of::<T>();
        } else {
            let before = self.rows.len();
            run.take(room.min(MEASURED_ROWS), &mut self.rows);
            let added = self.rows.rows.iter().skip(before);
            self.bytes += added.map(|row| size_of::<T>() + row.heap_bytes()).sum::<usize>();
        }
    }

    /// Takes a batch as it is. Only while nothing is refused.
    pub(crate) fn push(&mut self, batch: AnyBatch, to: &mut Sending<'_>) {
        let bytes = batch.estimated_bytes();
        match self.channel.push_batch(batch) {
            Ok(()) => *to.bytes += bytes as u64,
            Err(batch) => self.refused = Some(batch),
        }
    }

    /// Puts `event` behind everything taken so far.
    pub(crate) fn event(&mut self, event: StreamEvent, to: &mut Sending<'_>) {
        self.flush(to);
        match (&event, self.events.back_mut()) {
            (StreamEvent::Watermark(_), Some(last @ StreamEvent::Watermark(_))) => *last = event,
            _ => self.events.push_back(event),
        }
        self.settle(to);
    }

    /// Hands over what is collected.
    pub(crate) fn flush(&mut self, to: &mut Sending<'_>) {
        if self.settle(to) && !self.rows.is_empty() {
            (self.usual, self.bytes) = (self.rows.len(), 0);
            let rows = std::mem::replace(&mut self.rows, Batch::of(Vec::new()));
            self.push(AnyBatch::new(rows), to);
        }
    }

    /// Offers again what was refused, then the events behind it. Says whether nothing is left of that.
    pub(crate) fn settle(&mut self, to: &mut Sending<'_>) -> bool {
        if let Some(batch) = self.refused.take() {
            self.push(batch, to);
        }
        if self.refused.is_none() {
            self.events.drain(..).for_each(|event| self.channel.push_event(event));
        }
        self.refused.is_none()
    }

    /// Whether the channel refused a batch that is still here.
    pub(crate) fn is_blocked(&self) -> bool {
        self.refused.is_some()
    }

    /// Whether rows are collected that were not offered yet.
    pub(crate) fn has_unflushed(&self) -> bool {
        !self.rows.is_empty()
    }

    /// Whether everything was handed over.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.refused.is_none() && self.events.is_empty()
    }

    /// Estimated memory that collected rows occupy.
    pub(crate) fn held_bytes(&self) -> usize {
        self.bytes + self.refused.as_ref().map_or(0, AnyBatch::estimated_bytes)
    }

    /// What it waits for, in words.
    pub(crate) fn waits_for(&self) -> String {
        format!("subtask {} (same slot): {} bytes wait there", self.subtask, self.channel.bytes())
    }
}

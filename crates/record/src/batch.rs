//! The unit that moves.

use crate::Record;
use std::mem::needs_drop;

/// Rows of one type with optional side arrays; the unit in which records move through the engine.
///
/// Invariant: a side array that is present has as many entries as there are rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch<T> {
    /// The records, in order.
    pub rows: Vec<T>,
    /// Event times in milliseconds since the epoch, where the stream has them.
    pub times: Option<Vec<i64>>,
    /// Key hashes ([`crate::Key::key_hash`]) of the edge the batch came over, where that edge is keyed.
    pub hashes: Option<Vec<u64>>,
}

/// Records a batch holds at most by default.
pub const MAX_BATCH_RECORDS: usize = 1024;
/// Estimated bytes a batch holds at most by default.
pub const MAX_BATCH_BYTES: usize = 64 * 1024;

impl<T> Batch<T> {
    /// A batch without side arrays.
    pub fn of(rows: Vec<T>) -> Self {
        Batch { rows, times: None, hashes: None }
    }

    /// How many records it holds.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it holds no records.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Splits off the records from `at` on, with their side entries; the first `at` stay.
    pub fn split_off(&mut self, at: usize) -> Self {
        Batch {
            rows: self.rows.split_off(at),
            times: self.times.as_mut().map(|t| t.split_off(at)),
            hashes: self.hashes.as_mut().map(|h| h.split_off(at)),
        }
    }
}

/// How many records are looked at to estimate what all of them hold on the heap.
const SAMPLE: usize = 16;

impl<T: Record> Batch<T> {
    /// Estimated bytes of memory: the records, what they hold on the heap (scaled up from 16 of them, spread over the
    /// batch), and the side arrays.
    pub fn estimated_bytes(&self) -> usize {
        let side = |entries: Option<usize>| entries.unwrap_or(0) * size_of::<u64>();
        let times = side(self.times.as_ref().map(Vec::len));
        let hashes = side(self.hashes.as_ref().map(Vec::len));
        self.len() * size_of::<T>() + self.heap_estimate() + times + hashes
    }

    fn heap_estimate(&self) -> usize {
        // What has nothing to drop has nothing on the heap.
        if !needs_drop::<T>() || self.is_empty() {
            return 0;
        }
        let step = self.len().div_ceil(SAMPLE);
        let looked_at = self.len().div_ceil(step);
        let sum: usize = self.rows.iter().step_by(step).map(T::heap_bytes).sum();
        sum * self.len() / looked_at
    }

    /// Makes all records give up shared buffers.
    pub fn detach(&mut self) {
        if needs_drop::<T>() {
            self.rows.iter_mut().for_each(T::detach);
        }
    }
}

#[cfg(test)]
#[path = "batch_test.rs"]
mod tests;

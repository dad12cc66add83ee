//! The unit that moves.

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

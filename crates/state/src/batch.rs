//! Updating a table with a whole batch of rows.
//!
//! A table larger than the caches costs two cache misses a row, one in the index and one in the entries, and a loop that
//! takes row after row waits for both. Here three stages run over the batch at once, each some rows ahead of the next:
//!
//! ```text
//! row i + 32   start loading its bucket of the index
//! row i + 16   search the bucket (loaded by now), start loading the entry it proposes
//! row i        compare keys, update
//! ```
//!
//! A proposal is 16 rows old when it is used. It can have become incomplete (one of those rows inserted the key) but
//! not wrong: entries neither move nor go away meanwhile, and keys are compared. Where a proposal fails, the index
//! is searched again, so rows see exactly what a plain loop would have shown them.
#![allow(unsafe_code)]

use crate::index::Candidate;
use crate::raw::RawTable;

/// How many rows ahead buckets of the index are loaded.
const BUCKETS_AHEAD: usize = 32;
/// How many rows ahead entries are loaded.
const ENTRIES_AHEAD: usize = 16;

/// What a batch does to a table, row by row.
pub(crate) trait RowUpdate<R, E> {
    /// What a failing row answers.
    type Error;
    /// Whether `entry` is the one the row means.
    fn is_it(&self, row: &R, entry: &E) -> bool;
    /// The entry for a row that has none yet.
    fn vacant(&mut self, row: &mut R) -> Result<E, Self::Error>;
    /// Updates the row's entry.
    fn occupied(&mut self, row: &mut R, entry: &mut E) -> Result<(), Self::Error>;
}

impl<E> RawTable<E> {
    /// Applies `update` to every row in order; `hashes` are theirs. Stops at the first error.
    #[inline]
    pub(crate) fn update_batch<R, U: RowUpdate<R, E>>(
        &mut self,
        rows: &mut [R],
        hashes: &[u64],
        update: &mut U,
    ) -> Result<(), U::Error> {
        assert_eq!(rows.len(), hashes.len(), "every row of a batch has a hash");
        hashes.iter().take(BUCKETS_AHEAD).for_each(|hash| self.prefetch(*hash));
        let mut candidates = [0; ENTRIES_AHEAD];
        candidates.iter_mut().zip(hashes).for_each(|(candidate, hash)| *candidate = self.look_ahead(*hash));
        for (at, (row, hash)) in rows.iter_mut().zip(hashes).enumerate() {
            if let Some(hash) = hashes.get(at + BUCKETS_AHEAD) {
                self.prefetch(*hash);
            }
            let next = hashes.get(at + ENTRIES_AHEAD).map_or(0, |hash| self.look_ahead(*hash));
            let candidate = std::mem::replace(&mut candidates[at % ENTRIES_AHEAD], next);
            self.update_candidate(candidate, row, *hash, update)?;
        }
        Ok(())
    }

    #[inline(always)]
    fn update_candidate<R, U: RowUpdate<R, E>>(
        &mut self,
        candidate: Candidate,
        row: &mut R,
        hash: u64,
        update: &mut U,
    ) -> Result<(), U::Error> {
        // SAFETY: the candidate is from this batch, and a batch removes nothing.
        match unsafe { self.confirm(candidate, |entry| update.is_it(row, entry)) } {
            Some(entry) => update.occupied(row, entry),
            None => self.update_row(row, hash, update),
        }
    }

    #[inline]
    fn update_row<R, U: RowUpdate<R, E>>(&mut self, row: &mut R, hash: u64, update: &mut U) -> Result<(), U::Error> {
        match self.find_mut(hash, |entry| update.is_it(row, entry)) {
            Some(entry) => update.occupied(row, entry),
            None => {
                let entry = update.vacant(row)?;
                self.insert(hash, entry);
                Ok(())
            }
        }
    }
}

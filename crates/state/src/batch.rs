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
//! is searched again, so rows see exactly what a plain loop would have shown them. Should an entry go away after all, a
//! rare thing, the rest of the batch is done by the plain loop.
#![allow(unsafe_code)]

use crate::index::Candidate;
use crate::raw::RawTable;

/// How many rows ahead buckets of the index are loaded.
const BUCKETS_AHEAD: usize = 32;
/// How many rows ahead entries are loaded.
const ENTRIES_AHEAD: usize = 16;

/// What a batch does to a table, row by row. `hash` is that of the row's key.
pub trait RowUpdate<R, E> {
    /// What a failing row answers.
    type Error;
    /// Whether `entry` is the one the row means.
    fn is_it(&self, row: &R, entry: &E) -> bool;
    /// The entry for a row that has none yet; `None` inserts nothing.
    fn vacant(&mut self, row: &mut R, hash: u64) -> Result<Option<E>, Self::Error>;
    /// Updates the row's entry.
    fn occupied(&mut self, row: &mut R, hash: u64, entry: &mut E) -> Result<Fate, Self::Error>;
}

/// What becomes of an entry after an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It stays in the table, under the same key.
    Stays,
    /// It is removed.
    Goes,
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
        let mut rest = rows.iter_mut().zip(hashes).enumerate();
        while let Some((at, (row, hash))) = rest.next() {
            if let Some(hash) = hashes.get(at + BUCKETS_AHEAD) {
                self.prefetch(*hash);
            }
            let next = hashes.get(at + ENTRIES_AHEAD).map_or(0, |hash| self.look_ahead(*hash));
            let candidate = std::mem::replace(&mut candidates[at % ENTRIES_AHEAD], next);
            if let Some(gone) = self.update_candidate(candidate, row, *hash, update)? {
                // The candidates may name it; they end here.
                self.remove(*hash, gone);
                return rest.try_for_each(|(_, (row, hash))| self.update_alone(row, *hash, update));
            }
        }
        Ok(())
    }

    /// Answers the number of an entry that is to be removed.
    #[inline(always)]
    fn update_candidate<R, U: RowUpdate<R, E>>(
        &mut self,
        candidate: Candidate,
        row: &mut R,
        hash: u64,
        update: &mut U,
    ) -> Result<Option<u32>, U::Error> {
        // SAFETY: the candidate is from this batch, and nothing was removed since.
        match unsafe { self.confirm(candidate, |entry| update.is_it(row, entry)) } {
            Some(entry) => {
                let fate = update.occupied(row, hash, entry)?;
                Ok((fate == Fate::Goes).then(|| candidate - 1))
            }
            None => self.update_row(row, hash, update),
        }
    }

    #[cold]
    fn update_alone<R, U: RowUpdate<R, E>>(&mut self, row: &mut R, hash: u64, update: &mut U) -> Result<(), U::Error> {
        if let Some(gone) = self.update_row(row, hash, update)? {
            self.remove(hash, gone);
        }
        Ok(())
    }

    #[inline]
    fn update_row<R, U: RowUpdate<R, E>>(
        &mut self,
        row: &mut R,
        hash: u64,
        update: &mut U,
    ) -> Result<Option<u32>, U::Error> {
        match self.find_mut(hash, |entry| update.is_it(row, entry)) {
            Some((number, entry)) => {
                let fate = update.occupied(row, hash, entry)?;
                Ok((fate == Fate::Goes).then_some(number))
            }
            None => {
                if let Some(entry) = update.vacant(row, hash)? {
                    self.insert(hash, entry);
                }
                Ok(None)
            }
        }
    }
}

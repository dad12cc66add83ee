//! From a hash to an entry number.
//!
//! The index is an array of buckets (a power of two of them), each a cache line of eight slots. A slot holds the low 32
//! bits of a hash, its *tag*, and the number of an entry. A tag's home is bucket `tag & mask`; when that is full, the
//! next ones are tried in turn. One cache line therefore answers almost every search, with one comparison per four
//! slots and one branch, and a slot knows its home without its entry: growing and removing never touch entries.
//!
//! Invariant (*reach*): between the home of a taken slot and the bucket it lies in, every bucket is full. A search may
//! therefore stop at the first bucket with an empty slot. Removing restores it by moving a later slot back into the
//! hole instead of leaving a marker, so an index never degrades with churn.
//!
//! Key groups come from the *high* half of the hash, so all tags of a subtask spread evenly.
//!
//! # Growing
//!
//! An index doubles in place and a little at a time, so that no insert takes long. The memory is extended at once, which
//! moves pages and copies nothing; then every insert *splits* a few of the old buckets: what has its home in bucket
//! `b` of `n` has it in `b` or `b + n` of `2n`. Meanwhile the homes of split buckets are told by the new mask, those of
//! the others by the old one ([`Index::mask_of`]).
//!
//! Buckets are split in order, cyclically, beginning behind one that is not full, and always up to one that is not full:
//! a *run*. By *reach* nothing lies outside of the run of its home, so taking everything out of a run and putting it back by
//! the new mask leaves the runs that are not split as they are. Later inserts can make a split run overflow into the
//! first bucket of one that is not; what lies there is taken out and put back with the rest when that is its turn.
//! The other way round, out of the last run over the place where splitting began, is not let happen: the splitting is
//! finished first.
#![allow(unsafe_code)]

use std::ptr::NonNull;

use crate::bucket::{Bucket, SLOTS};
use crate::prefetch::prefetch;
use crate::region::Region;

/// An index starts with this many buckets.
const FIRST_BUCKETS: usize = 4;

/// An insert splits at least so many buckets of a growing index; it is done long before the index is full again.
const SPLIT_AT_ONCE: usize = 8;

/// What the index proposes before any key is compared: an entry number plus one, 0 for none.
pub(crate) type Candidate = u32;

/// Maps hashes to entry numbers. See the module.
pub(crate) struct Index {
    memory: Region,
    /// Number of buckets − 1; the number of buckets is a power of two.
    mask: usize,
    taken: usize,
    /// How many of the old buckets are not split yet; 0 when it is not growing.
    unsplit: usize,
    /// Number of old buckets − 1.
    old_mask: usize,
    /// The old bucket that was split first.
    first_split: usize,
    /// Slots on their way from old to new places.
    moving: Vec<(u32, u32)>,
}

// SAFETY: an index owns its memory, which holds plain integers.
unsafe impl Send for Index {}
// SAFETY: as above; `&Index` only reads.
unsafe impl Sync for Index {}

impl Index {
    pub(crate) fn new() -> Self {
        let buckets = FIRST_BUCKETS;
        Index {
            memory: Region::zeroed(buckets * size_of::<Bucket>()),
            mask: buckets - 1,
            taken: 0,
            unsplit: 0,
            old_mask: buckets - 1,
            first_split: 0,
            moving: Vec::new(),
        }
    }

    /// Bytes of memory it occupies.
    pub(crate) fn bytes(&self) -> usize {
        (self.mask + 1) * size_of::<Bucket>()
    }

    /// Starts loading the home bucket of `hash`.
    #[inline(always)]
    pub(crate) fn prefetch(&self, hash: u64) {
        prefetch(self.address(self.home(tag(hash))).as_ptr());
    }

    /// A guess at the entry of `hash`, almost always right for a key that is there; the caller compares keys.
    #[inline(always)]
    pub(crate) fn candidate(&self, hash: u64) -> Candidate {
        let (tag, mask) = (tag(hash), self.mask_of(tag(hash)));
        let at = tag as usize & mask;
        let home = self.bucket(at);
        match home.tagged(tag).first() {
            Some(slot) => home.number(slot),
            None if home.empty().first().is_some() => 0,
            None => self.candidate_behind(tag, (at + 1) & mask),
        }
    }

    /// What a full bucket did not have room for is in the next one, as a rule.
    #[inline(never)]
    fn candidate_behind(&self, tag: u32, at: usize) -> Candidate {
        let bucket = self.bucket(at);
        bucket.tagged(tag).first().map_or(0, |slot| bucket.number(slot))
    }

    /// By which mask the home of `tag` is told.
    #[inline(always)]
    fn mask_of(&self, tag: u32) -> usize {
        if self.unsplit != 0 && self.is_unsplit(tag) { self.old_mask } else { self.mask }
    }

    #[inline]
    fn is_unsplit(&self, tag: u32) -> bool {
        let split = self.old_mask + 1 - self.unsplit;
        (tag as usize).wrapping_sub(self.first_split) & self.old_mask >= split
    }

    #[inline(always)]
    fn home(&self, tag: u32) -> usize {
        tag as usize & self.mask_of(tag)
    }

    /// The first entry under `hash` for which `is_it` holds.
    #[inline]
    pub(crate) fn find(&self, hash: u64, mut is_it: impl FnMut(u32) -> bool) -> Option<u32> {
        let mask = self.mask_of(tag(hash));
        let mut at = tag(hash) as usize;
        loop {
            let bucket = self.bucket(at & mask);
            for slot in bucket.tagged(tag(hash)) {
                let number = bucket.number(slot);
                if number != 0 && is_it(number - 1) {
                    return Some(number - 1);
                }
            }
            if bucket.empty().first().is_some() {
                return None;
            }
            at += 1;
        }
    }

    /// Adds an entry under `hash`. Whether it was there already is the caller's business.
    pub(crate) fn insert(&mut self, hash: u64, number: u32) {
        if (self.taken + 1) * 8 > (self.mask + 1) * SLOTS * 7 {
            self.begin_growing();
        }
        if self.unsplit != 0 {
            self.split_some();
        }
        self.taken += 1;
        self.place(tag(hash), number + 1);
    }

    fn place(&mut self, tag: u32, stored: u32) {
        let mask = self.mask_of(tag);
        let mut at = tag as usize & mask;
        loop {
            let bucket = self.bucket_mut(at);
            if let Some(slot) = bucket.empty().first() {
                bucket.set(slot, tag, stored);
                return;
            }
            at = (at + 1) & mask;
            if mask != self.mask && at == self.first_split {
                // The last run is about to overflow into the first one, which is split.
                self.split_all();
                return self.place(tag, stored);
            }
        }
    }

    /// Doubles the buckets; none is split yet.
    #[cold]
    fn begin_growing(&mut self) {
        self.split_all();
        let buckets = self.mask + 1;
        let has_room = |at: &usize| self.bucket(*at).empty().first().is_some();
        let room = (0..buckets).find(has_room).expect("invariant: an index is never full");
        self.first_split = (room + 1) & self.mask;
        self.memory.grow(2 * buckets * size_of::<Bucket>());
        self.old_mask = self.mask;
        self.mask = 2 * buckets - 1;
        self.unsplit = buckets;
    }

    #[cold]
    fn split_all(&mut self) {
        while self.unsplit != 0 {
            self.split_some();
        }
    }

    /// Splits whole runs until enough buckets are.
    #[inline(never)]
    fn split_some(&mut self) {
        let enough = self.unsplit.saturating_sub(SPLIT_AT_ONCE);
        while self.unsplit > enough {
            self.split_run();
        }
    }

    fn split_run(&mut self) {
        let mut moving = std::mem::take(&mut self.moving);
        let mut full = true;
        while full && self.unsplit != 0 {
            let at = (self.first_split + (self.old_mask + 1 - self.unsplit)) & self.old_mask;
            let bucket = self.bucket_mut(at);
            full = bucket.empty().first().is_none();
            moving.extend((0..SLOTS).map(|slot| bucket.get(slot)).filter(|(_, stored)| *stored != 0));
            (0..SLOTS).for_each(|slot| bucket.set(slot, 0, 0));
            self.unsplit -= 1;
        }
        for (tag, stored) in moving.drain(..) {
            self.place(tag, stored);
        }
        self.moving = moving;
    }

    /// Takes out entry `number` filed under `hash`; `false` if it is not there.
    pub(crate) fn remove(&mut self, hash: u64, number: u32) -> bool {
        let mask = self.mask_of(tag(hash));
        let Some((at, slot)) = self.locate(hash, number, mask) else { return false };
        self.taken -= 1;
        self.close_hole(at, slot, mask);
        true
    }

    fn locate(&self, hash: u64, number: u32, mask: usize) -> Option<(usize, usize)> {
        let mut at = tag(hash) as usize;
        loop {
            let bucket = self.bucket(at & mask);
            if let Some(slot) = bucket.tagged(tag(hash)).find(|slot| bucket.number(*slot) == number + 1) {
                return Some((at & mask, slot));
            }
            if bucket.empty().first().is_some() {
                return None;
            }
            at += 1;
        }
    }

    /// Empties a slot and keeps *reach*: if its bucket was full, later buckets may hold slots that passed it. `mask` is that of
    /// what lay in the slot.
    fn close_hole(&mut self, mut hole: usize, mut slot: usize, mask: usize) {
        let mut full = self.bucket(hole & mask).empty().first().is_none();
        let mut at = hole;
        while full {
            at += 1;
            full = self.bucket(at & mask).empty().first().is_none();
            if let Some(mover) = self.first_that_passed(hole, at, mask) {
                let (tag, stored) = self.bucket(at & mask).get(mover);
                self.bucket_mut(hole & mask).set(slot, tag, stored);
                (hole, slot) = (at, mover);
            }
        }
        self.bucket_mut(hole & mask).set(slot, 0, 0);
    }

    /// A slot in bucket `at` whose home lies at or before `hole`.
    fn first_that_passed(&self, hole: usize, at: usize, mask: usize) -> Option<usize> {
        let bucket = self.bucket(at & mask);
        (0..SLOTS).find(|slot| {
            let (tag, stored) = bucket.get(*slot);
            let travelled = (at & mask).wrapping_sub(self.home(tag)) & self.mask_of(tag);
            stored != 0 && travelled >= at - hole
        })
    }

    #[inline(always)]
    fn address(&self, at: usize) -> NonNull<Bucket> {
        debug_assert!(at <= self.mask);
        // SAFETY: the memory holds `mask + 1` buckets, and callers apply that mask or the smaller old one.
        unsafe { self.memory.base().cast::<Bucket>().add(at) }
    }

    #[inline(always)]
    fn bucket(&self, at: usize) -> &Bucket {
        // SAFETY: aligned to a cache line; zeroed memory is a valid bucket; shared with `&self`.
        unsafe { self.address(at).as_ref() }
    }

    #[inline(always)]
    fn bucket_mut(&mut self, at: usize) -> &mut Bucket {
        // SAFETY: as `bucket`; exclusive with `&mut self`.
        unsafe { self.address(at).as_mut() }
    }
}

/// The part of a hash the index keeps.
#[inline(always)]
fn tag(hash: u64) -> u32 {
    hash as u32
}

#[cfg(test)]
#[path = "index_test.rs"]
mod tests;

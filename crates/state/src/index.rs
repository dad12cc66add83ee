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
#![allow(unsafe_code)]

use std::ptr::NonNull;

use crate::bucket::{Bucket, SLOTS};
use crate::prefetch::prefetch;
use crate::region::Region;

/// An index starts with this many buckets.
const FIRST_BUCKETS: usize = 4;

/// What the index proposes before any key is compared: an entry number plus one, 0 for none.
pub(crate) type Candidate = u32;

/// Maps hashes to entry numbers. See the module.
pub(crate) struct Index {
    memory: Region,
    /// Number of buckets − 1; the number of buckets is a power of two.
    mask: usize,
    taken: usize,
}

// SAFETY: an index owns its memory, which holds plain integers.
unsafe impl Send for Index {}
// SAFETY: as above; `&Index` only reads.
unsafe impl Sync for Index {}

impl Index {
    pub(crate) fn new() -> Self {
        Self::with_buckets(FIRST_BUCKETS)
    }

    fn with_buckets(buckets: usize) -> Self {
        debug_assert!(buckets.is_power_of_two());
        Index { memory: Region::zeroed(buckets * size_of::<Bucket>()), mask: buckets - 1, taken: 0 }
    }

    /// Bytes of memory it occupies.
    pub(crate) fn bytes(&self) -> usize {
        (self.mask + 1) * size_of::<Bucket>()
    }

    /// Starts loading the home bucket of `hash`.
    #[inline(always)]
    pub(crate) fn prefetch(&self, hash: u64) {
        prefetch(self.address(tag(hash) as usize).as_ptr());
    }

    /// A guess at the entry of `hash`, almost always right for a key that is there; the caller compares keys.
    #[inline(always)]
    pub(crate) fn candidate(&self, hash: u64) -> Candidate {
        let home = self.bucket(tag(hash) as usize);
        home.tagged(tag(hash)).first().map_or(0, |slot| home.number(slot))
    }

    /// The first entry under `hash` for which `is_it` holds.
    #[inline]
    pub(crate) fn find(&self, hash: u64, mut is_it: impl FnMut(u32) -> bool) -> Option<u32> {
        let mut at = tag(hash) as usize;
        loop {
            let bucket = self.bucket(at);
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
            self.grow();
        }
        self.taken += 1;
        self.place(tag(hash), number + 1);
    }

    fn place(&mut self, tag: u32, stored: u32) {
        let mut at = tag as usize;
        loop {
            let bucket = self.bucket_mut(at);
            if let Some(slot) = bucket.empty().first() {
                bucket.set(slot, tag, stored);
                return;
            }
            at += 1;
        }
    }

    /// Twice the buckets. Bucket `b` goes to `b` and `b + n`, so both arrays are walked in order.
    #[cold]
    fn grow(&mut self) {
        let mut grown = Index::with_buckets((self.mask + 1) * 2);
        for at in 0..=self.mask {
            let bucket = self.bucket(at);
            for slot in 0..SLOTS {
                let (tag, stored) = bucket.get(slot);
                if stored != 0 {
                    grown.place(tag, stored);
                }
            }
        }
        grown.taken = self.taken;
        *self = grown;
    }

    /// Takes out entry `number` filed under `hash`; `false` if it is not there.
    pub(crate) fn remove(&mut self, hash: u64, number: u32) -> bool {
        let Some((at, slot)) = self.locate(hash, number) else { return false };
        self.taken -= 1;
        self.close_hole(at, slot);
        true
    }

    fn locate(&self, hash: u64, number: u32) -> Option<(usize, usize)> {
        let mut at = tag(hash) as usize;
        loop {
            let bucket = self.bucket(at);
            if let Some(slot) = bucket.tagged(tag(hash)).find(|slot| bucket.number(*slot) == number + 1) {
                return Some((at & self.mask, slot));
            }
            if bucket.empty().first().is_some() {
                return None;
            }
            at += 1;
        }
    }

    /// Empties a slot and keeps *reach*: if its bucket was full, later buckets may hold slots that passed it.
    fn close_hole(&mut self, mut hole: usize, mut slot: usize) {
        let mut full = self.bucket(hole).empty().first().is_none();
        let mut at = hole;
        while full {
            at += 1;
            full = self.bucket(at).empty().first().is_none();
            if let Some(mover) = self.first_that_passed(hole, at) {
                let (tag, stored) = self.bucket(at).get(mover);
                self.bucket_mut(hole).set(slot, tag, stored);
                (hole, slot) = (at, mover);
            }
        }
        self.bucket_mut(hole).set(slot, 0, 0);
    }

    /// A slot in bucket `at` whose home lies at or before `hole`.
    fn first_that_passed(&self, hole: usize, at: usize) -> Option<usize> {
        let bucket = self.bucket(at);
        (0..SLOTS).find(|slot| {
            let (tag, stored) = bucket.get(*slot);
            let travelled = at.wrapping_sub(tag as usize) & self.mask;
            stored != 0 && travelled >= at - hole
        })
    }

    #[inline(always)]
    fn address(&self, at: usize) -> NonNull<Bucket> {
        // SAFETY: the memory holds `mask + 1` buckets.
        unsafe { self.memory.base().cast::<Bucket>().add(at & self.mask) }
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

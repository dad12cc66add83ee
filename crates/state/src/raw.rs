//! An index over pages, not knowing what an entry is: the callers say which entry they mean.
#![allow(unsafe_code)]

use crate::index::{Candidate, Index};
use crate::pages::Pages;

/// A hash table whose entries never move and are numbered as they come.
///
/// Invariant: the index holds exactly the numbers of the taken places, each once. It is what makes reading a place
/// that was found in the index sound; nothing but this module changes either side.
pub(crate) struct RawTable<E> {
    index: Index,
    pages: Pages<E>,
}

impl<E> RawTable<E> {
    pub(crate) fn new() -> Self {
        RawTable { index: Index::new(), pages: Pages::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.pages.len()
    }

    /// Bytes of memory the table occupies, without what its entries own.
    pub(crate) fn bytes(&self) -> usize {
        self.index.bytes() + self.pages.bytes()
    }

    #[inline(always)]
    pub(crate) fn prefetch(&self, hash: u64) {
        self.index.prefetch(hash);
    }

    /// The number of the entry under `hash` for which `is_it` holds.
    #[inline]
    pub(crate) fn find(&self, hash: u64, is_it: impl Fn(&E) -> bool) -> Option<u32> {
        // SAFETY: a number in the index is a taken place.
        self.index.find(hash, |number| is_it(unsafe { self.pages.read(number) }))
    }

    /// The entry under `hash` for which `is_it` holds.
    #[inline]
    pub(crate) fn find_ref(&self, hash: u64, is_it: impl Fn(&E) -> bool) -> Option<&E> {
        // SAFETY: found in the index.
        self.find(hash, is_it).map(|number| unsafe { self.pages.read(number) })
    }

    /// The entry under `hash` for which `is_it` holds, to be changed, and its number.
    #[inline]
    pub(crate) fn find_mut(&mut self, hash: u64, is_it: impl Fn(&E) -> bool) -> Option<(u32, &mut E)> {
        // SAFETY: found in the index.
        self.find(hash, is_it).map(|number| (number, unsafe { self.pages.write(number) }))
    }

    /// Entry `number`, if there is one.
    pub(crate) fn get(&self, number: u32) -> Option<&E> {
        self.pages.get(number as usize)
    }

    /// Entry `number`, to be changed, if there is one.
    pub(crate) fn get_mut(&mut self, number: u32) -> Option<&mut E> {
        // SAFETY: the place is taken.
        self.pages.get(number as usize).is_some().then(|| unsafe { self.pages.write(number) })
    }

    /// The first entry whose number is at least `from`, with its number.
    pub(crate) fn next(&self, from: usize) -> Option<(usize, &E)> {
        let number = self.pages.next_taken(from)?;
        Some((number, self.pages.get(number)?))
    }

    /// The first number never given out.
    pub(crate) fn end(&self) -> usize {
        self.pages.end()
    }

    /// Adds an entry the table does not have and tells its number.
    pub(crate) fn insert(&mut self, hash: u64, entry: E) -> u32 {
        let number = self.pages.put(entry);
        self.index.insert(hash, number);
        number
    }

    /// Takes out entry `number`, which is filed under `hash`.
    pub(crate) fn remove(&mut self, hash: u64, number: u32) -> Option<E> {
        // SAFETY: the number was in the index, so the place is taken.
        self.index.remove(hash, number).then(|| unsafe { self.pages.take(number) })
    }

    /// A guess at the entry under `hash`; starts loading it.
    #[inline(always)]
    pub(crate) fn look_ahead(&self, hash: u64) -> Candidate {
        let candidate = self.index.candidate(hash);
        if candidate != 0 {
            self.pages.prefetch(candidate - 1);
        }
        candidate
    }

    /// The entry that `candidate` stands for, if `is_it` holds for it.
    ///
    /// # Safety
    /// `candidate` came from [`look_ahead`](Self::look_ahead), and nothing was removed since.
    #[inline(always)]
    pub(crate) unsafe fn confirm(&mut self, candidate: Candidate, is_it: impl Fn(&E) -> bool) -> Option<&mut E> {
        let number = candidate.checked_sub(1)?;
        // SAFETY: the number was in the index and still is, so the place is taken.
        unsafe { is_it(self.pages.read(number)).then(|| self.pages.write(number)) }
    }
}

//! The entries of a table, in pages that never move.
//!
//! Entries are numbered in the order they come. A page holds a power of two of them in at most 64 KiB, so a number is a
//! page and a place in it. Pages are never reallocated: growing copies nothing, and a page can later be
//! frozen and copied on its first write. The first pages are allocated one by one; later ones are cut from segments of at
//! least 2 MiB, which lie in huge pages ([`crate::region`]).
//!
//! Which places are taken is told by a bit map per page. A removed entry's place is given to the next new entry, holes
//! first, so a table under churn stays dense.
//!
//! There are three ways to change an entry: [`put`](Pages::put), [`write`](Pages::write) and [`take`](Pages::take).
//! Whatever must happen before a change (saving a pre-image, marking a page dirty) has its place in these.
#![allow(unsafe_code)]

use std::ptr::NonNull;

use crate::prefetch::prefetch;
use crate::region::{HUGE_PAGE, Region};

/// A number and its successor fit 32 bits.
const MAX_ENTRIES: usize = u32::MAX as usize;
const PAGE_BYTES: usize = 64 * 1024;
/// Bits of the smallest page: one word of the bit map.
const MIN_SHIFT: u32 = 6;
const MAX_SHIFT: u32 = 12;
/// So many pages are allocated on their own before segments begin.
const SINGLE_PAGES: usize = 16;
/// A segment is at most so large.
const MAX_SEGMENT: usize = 32 * HUGE_PAGE;

/// Entries by number. See the module.
pub(crate) struct Pages<E> {
    /// The first entry of each page.
    bases: Vec<NonNull<E>>,
    maps: Vec<PageMap>,
    /// Pages with holes. Each is here once.
    holed: Vec<u32>,
    /// The first number never given out.
    next: usize,
    len: usize,
    /// The memory of the pages, and how much of the last block is not cut yet.
    segments: Vec<Region>,
    spare_pages: usize,
}

/// Which places of a page are taken.
struct PageMap {
    taken: Box<[u64]>,
    live: usize,
    holed: bool,
}

// SAFETY: `Pages` owns its entries like a `Vec<E>`.
unsafe impl<E: Send> Send for Pages<E> {}
// SAFETY: as above.
unsafe impl<E: Sync> Sync for Pages<E> {}

impl<E> Pages<E> {
    const SHIFT: u32 = shift_for(size_of::<E>());
    const CAPACITY: usize = 1 << Self::SHIFT;
    /// Whole cache lines, so that pages cut from one segment are aligned.
    const BYTES: usize = (Self::CAPACITY * Self::ENTRY).next_multiple_of(64);
    /// Entries without size count as one byte.
    const ENTRY: usize = if size_of::<E>() == 0 { 1 } else { size_of::<E>() };
    /// Whether an entry can lie across two cache lines.
    const STRADDLES: bool = !64usize.is_multiple_of(Self::ENTRY);

    pub(crate) fn new() -> Self {
        const { assert!(align_of::<E>() <= 64, "an entry is aligned to at most a cache line") }
        Pages {
            bases: Vec::new(),
            maps: Vec::new(),
            holed: Vec::new(),
            next: 0,
            len: 0,
            segments: Vec::new(),
            spare_pages: 0,
        }
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The first number never given out.
    pub(crate) fn end(&self) -> usize {
        self.next
    }

    /// Bytes of memory the pages occupy.
    pub(crate) fn bytes(&self) -> usize {
        let map = size_of::<PageMap>() + size_of::<NonNull<E>>() + Self::CAPACITY / 8;
        self.bases.len() * (Self::BYTES + map)
    }

    /// Starts loading entry `number`, if there is such a page.
    #[inline(always)]
    pub(crate) fn prefetch(&self, number: u32) {
        let Some(base) = self.bases.get(number as usize >> Self::SHIFT) else { return };
        let first = base.as_ptr().wrapping_add(number as usize & (Self::CAPACITY - 1));
        prefetch(first);
        if Self::STRADDLES {
            prefetch(first.cast::<u8>().wrapping_add(Self::ENTRY - 1));
        }
    }

    /// Entry `number`, if that place is taken.
    pub(crate) fn get(&self, number: usize) -> Option<&E> {
        // SAFETY: the place is taken.
        self.is_taken(number).then(|| unsafe { self.read(number as u32) })
    }

    fn is_taken(&self, number: usize) -> bool {
        let word =
            self.maps.get(number >> Self::SHIFT).and_then(|map| map.taken.get((number & (Self::CAPACITY - 1)) / 64));
        word.is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    /// The first taken place at or after `number`.
    pub(crate) fn next_taken(&self, mut number: usize) -> Option<usize> {
        while number < self.next {
            let map = self.maps.get(number >> Self::SHIFT)?;
            if map.live == 0 {
                number = ((number >> Self::SHIFT) + 1) << Self::SHIFT;
                continue;
            }
            let word = map.taken.get((number & (Self::CAPACITY - 1)) / 64)? >> (number % 64);
            if word != 0 {
                return Some(number + word.trailing_zeros() as usize);
            }
            number = (number / 64 + 1) * 64;
        }
        None
    }

    /// Entry `number`.
    ///
    /// # Safety
    /// The place is taken.
    #[inline(always)]
    pub(crate) unsafe fn read(&self, number: u32) -> &E {
        // SAFETY: a taken place lies in a page and holds an entry.
        unsafe { self.place(number).as_ref() }
    }

    /// Entry `number`, to be changed.
    ///
    /// # Safety
    /// The place is taken.
    #[inline(always)]
    pub(crate) unsafe fn write(&mut self, number: u32) -> &mut E {
        // SAFETY: a taken place lies in a page and holds an entry; `&mut self` makes the reference exclusive.
        unsafe { self.place(number).as_mut() }
    }

    /// Adds an entry and tells its number.
    pub(crate) fn put(&mut self, entry: E) -> u32 {
        let number = self.free_place();
        assert!(number < MAX_ENTRIES, "a state holds at most {MAX_ENTRIES} keys in a subtask: raise the parallelism");
        let map = self.maps.get_mut(number >> Self::SHIFT).expect("invariant: a free place lies in a page");
        map.mark(number & (Self::CAPACITY - 1));
        self.len += 1;
        let number = number as u32;
        // SAFETY: the place lies in a page and was free, so nothing is overwritten.
        unsafe { self.place(number).write(entry) };
        number
    }

    /// Takes entry `number` out.
    ///
    /// # Safety
    /// The place is taken.
    pub(crate) unsafe fn take(&mut self, number: u32) -> E {
        let page = number as usize >> Self::SHIFT;
        let map = self.maps.get_mut(page).expect("invariant: a taken place lies in a page");
        map.clear(number as usize & (Self::CAPACITY - 1));
        if !std::mem::replace(&mut map.holed, true) {
            self.holed.push(page as u32);
        }
        self.len -= 1;
        // SAFETY: the place held an entry; its bit is cleared, so it is not read again.
        unsafe { self.place(number).read() }
    }

    #[inline(always)]
    fn place(&self, number: u32) -> NonNull<E> {
        let (page, within) = (number as usize >> Self::SHIFT, number as usize & (Self::CAPACITY - 1));
        debug_assert!(page < self.bases.len());
        // SAFETY: callers pass numbers that were given out, whose page exists and holds CAPACITY entries.
        unsafe { self.bases.get_unchecked(page).add(within) }
    }

    fn free_place(&mut self) -> usize {
        while let Some(page) = self.holed.last().map(|page| *page as usize) {
            let used = (self.next - (page << Self::SHIFT)).min(Self::CAPACITY);
            let map = self.maps.get_mut(page).expect("invariant: a page with holes exists");
            match map.first_free().filter(|place| *place < used) {
                Some(place) => return page << Self::SHIFT | place,
                None => map.holed = false,
            }
            self.holed.pop();
        }
        if self.next >> Self::SHIFT == self.bases.len() {
            self.add_page();
        }
        self.next += 1;
        self.next - 1
    }

    #[cold]
    fn add_page(&mut self) {
        if self.spare_pages == 0 {
            self.spare_pages = self.segment_pages();
            self.segments.push(Region::uninit(self.spare_pages * Self::BYTES));
        }
        let segment = self.segments.last().expect("invariant: one was just added if there was none");
        self.spare_pages -= 1;
        // Cut from the back, so that what is left needs no total to be found.
        // SAFETY: the segment was made for this many pages more than are left.
        self.bases.push(unsafe { segment.base().add(self.spare_pages * Self::BYTES).cast() });
        self.maps.push(PageMap { taken: vec![0; Self::CAPACITY.div_ceil(64)].into(), live: 0, holed: false });
    }

    /// One page at first, then segments that grow with the table, so that their number stays small.
    fn segment_pages(&self) -> usize {
        if self.bases.len() < SINGLE_PAGES {
            return 1;
        }
        let share = (self.bases.len() * Self::BYTES / 8).next_multiple_of(HUGE_PAGE);
        (share.min(MAX_SEGMENT) / Self::BYTES).max(1)
    }
}

impl<E> Drop for Pages<E> {
    fn drop(&mut self) {
        if !std::mem::needs_drop::<E>() {
            return;
        }
        let mut from = 0;
        while let Some(number) = self.next_taken(from) {
            // SAFETY: the place is taken and visited once.
            unsafe { self.place(number as u32).drop_in_place() };
            from = number + 1;
        }
    }
}

impl PageMap {
    fn mark(&mut self, place: usize) {
        if let Some(word) = self.taken.get_mut(place / 64) {
            *word |= 1 << (place % 64);
            self.live += 1;
        }
    }

    fn clear(&mut self, place: usize) {
        if let Some(word) = self.taken.get_mut(place / 64) {
            *word &= !(1 << (place % 64));
            self.live -= 1;
        }
    }

    fn first_free(&self) -> Option<usize> {
        let word = self.taken.iter().position(|word| *word != u64::MAX)?;
        Some(word * 64 + self.taken.get(word)?.trailing_ones() as usize)
    }
}

/// The largest page of at most 64 KiB, within bounds.
const fn shift_for(entry_bytes: usize) -> u32 {
    let mut shift = MAX_SHIFT;
    while shift > MIN_SHIFT && entry_bytes << shift > PAGE_BYTES {
        shift -= 1;
    }
    shift
}

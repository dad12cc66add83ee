//! A batch taken apart by destination.
//!
//! Rows are looked at destination by destination, not in the order of the batch: within one destination the loop has no
//! unpredictable branch, and a destination that is out of credit does not hold up the others. A counting sort over the
//! destinations gives each one its *span* of `order`, a permutation of the row numbers that keeps their order.
//!
//! Rows leave in order, moved or encoded, and the whole may be dropped at any moment with some rows left. The
//! invariant that makes this sound: **row `i` is initialised exactly as long as `i` stands in the unread part of a
//! span.** `order` holds each row number at most once (each is written to one place), spans do not overlap,
//! and reading a row moves its span forward *before* anything else runs.

#![allow(unsafe_code)]

use std::mem::MaybeUninit;
use weft_record::Batch;

/// The unread part of one destination's rows in `order`.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    next: usize,
    end: usize,
}

/// The rows of a batch, each for one destination.
pub(crate) struct Scattered<T> {
    rows: Vec<MaybeUninit<T>>,
    times: Option<Vec<i64>>,
    hashes: Option<Vec<u64>>,
    order: Vec<u32>,
    spans: Vec<Span>,
    left: usize,
}

/// Allocations to use again for the next batch.
#[derive(Default)]
pub(crate) struct Scratch {
    order: Vec<u32>,
    spans: Vec<Span>,
    pub(crate) hashes: Vec<u64>,
}

impl<T> Scattered<T> {
    /// Groups `batch` by `destinations`: one index below `outputs` for each row.
    pub(crate) fn new(batch: Batch<T>, destinations: &[u32], outputs: usize, scratch: &mut Scratch) -> Self {
        let destinations = destinations.get(..batch.rows.len()).unwrap_or(destinations);
        let mut spans = std::mem::take(&mut scratch.spans);
        let mut order = std::mem::take(&mut scratch.order);
        spans.clear();
        spans.resize(outputs, Span::default());
        order.clear();
        match &mut *spans {
            [first, second] => order_for_two(destinations, first, second, &mut order),
            spans => order_for_many(destinations, spans, &mut order),
        }
        Self::from_parts(batch, order, spans)
    }

    /// All of `batch` for one destination.
    pub(crate) fn whole(batch: Batch<T>, destination: usize, outputs: usize, scratch: &mut Scratch) -> Self {
        let mut spans = std::mem::take(&mut scratch.spans);
        spans.clear();
        spans.resize(outputs, Span::default());
        let mut order = std::mem::take(&mut scratch.order);
        order.clear();
        if let Some(span) = spans.get_mut(destination) {
            order.extend(0..batch.rows.len() as u32);
            span.end = order.len();
        }
        Self::from_parts(batch, order, spans)
    }

    fn from_parts(batch: Batch<T>, order: Vec<u32>, spans: Vec<Span>) -> Self {
        let left = order.len();
        let rows = batch.rows.into_iter().map(MaybeUninit::new).collect();
        Scattered { rows, times: batch.times, hashes: batch.hashes, order, spans, left }
    }

    /// The unread rows of one destination.
    pub(crate) fn run(&mut self, destination: usize) -> Option<Run<'_, T>> {
        let span = self.spans.get_mut(destination).filter(|span| span.next < span.end)?;
        Some(Run {
            rows: &mut self.rows,
            order: &self.order,
            span,
            left: &mut self.left,
            hashes: self.hashes.as_deref().unwrap_or_default(),
            times: self.times.as_deref(),
        })
    }

    /// Whether every row was taken.
    pub(crate) fn is_done(&self) -> bool {
        self.left == 0
    }

    /// Whether rows for `destination` are left.
    pub(crate) fn has_left(&self, destination: usize) -> bool {
        self.spans.get(destination).is_some_and(|span| span.next < span.end)
    }

    /// Gives the allocations back when it is done.
    pub(crate) fn recycle(mut self, scratch: &mut Scratch) {
        scratch.order = std::mem::take(&mut self.order);
        scratch.spans = std::mem::take(&mut self.spans);
        if let Some(hashes) = self.hashes.take() {
            scratch.hashes = hashes;
        }
        // `Drop` finds no spans: rows that were left would leak, so this is for a batch that is done.
        debug_assert!(self.left == 0, "a batch is recycled before it is done");
    }
}

/// A counting sort.
fn order_for_many(destinations: &[u32], spans: &mut [Span], order: &mut Vec<u32>) {
    for destination in destinations {
        if let Some(span) = spans.get_mut(*destination as usize) {
            span.end += 1;
        }
    }
    let mut start = 0;
    for span in &mut *spans {
        let count = span.end;
        *span = Span { next: start, end: start };
        start += count;
    }
    order.resize(start, 0);
    for (row, destination) in (0..).zip(destinations) {
        let Some(span) = spans.get_mut(*destination as usize) else { continue };
        if let Some(place) = order.get_mut(span.end) {
            *place = row;
            span.end += 1;
        }
    }
}

/// The same for two outputs, with both counters in registers: a third of the time, because counting in memory waits for
/// the store before it whenever two neighbours have the same destination.
fn order_for_two(destinations: &[u32], first: &mut Span, second: &mut Span, order: &mut Vec<u32>) {
    let to_second = destinations.iter().filter(|destination| **destination != 0).count();
    let middle = destinations.len() - to_second;
    order.resize(destinations.len(), 0);
    let (mut zero, mut one) = (0, middle);
    for (row, destination) in (0..).zip(destinations) {
        let is_one = usize::from(*destination != 0);
        if let Some(place) = order.get_mut(if is_one == 1 { one } else { zero }) {
            *place = row;
        }
        one += is_one;
        zero += 1 - is_one;
    }
    *first = Span { next: 0, end: middle };
    *second = Span { next: middle, end: destinations.len() };
}

impl<T> Drop for Scattered<T> {
    fn drop(&mut self) {
        if !std::mem::needs_drop::<T>() || self.left == 0 {
            return;
        }
        for destination in 0..self.spans.len() {
            while let Some(mut run) = self.run(destination) {
                run.skip();
            }
        }
    }
}

/// The unread rows of one destination, in order.
pub(crate) struct Run<'a, T> {
    rows: &'a mut [MaybeUninit<T>],
    order: &'a [u32],
    span: &'a mut Span,
    left: &'a mut usize,
    hashes: &'a [u64],
    times: Option<&'a [i64]>,
}

impl<T> Run<'_, T> {
    /// How many rows are left.
    pub(crate) fn len(&self) -> usize {
        self.span.end - self.span.next
    }

    /// Whether the rows have event times.
    pub(crate) fn is_timed(&self) -> bool {
        self.times.is_some()
    }

    /// The next row, its key hash and its event time (0 where there are none).
    #[inline(always)]
    pub(crate) fn head(&self) -> Option<(&T, u64, i64)> {
        let row = self.next_index()?;
        let value = self.rows.get(row)?;
        // SAFETY: `row` stands in the unread part of its span.
        Some((unsafe { value.assume_init_ref() }, self.hash(row), self.time(row)))
    }

    /// Moves the next `count` rows to the end of `rows`, and their side entries likewise.
    pub(crate) fn take(&mut self, count: usize, batch: &mut Batch<T>) {
        let start = self.span.next;
        let taken = self.order.get(start..start + count.min(self.len())).unwrap_or_default();
        self.span.next += taken.len();
        *self.left -= taken.len();
        let rows = &*self.rows;
        batch.rows.extend(taken.iter().map(|row| {
            // SAFETY: `order` holds numbers of rows only. The row stood in the unread part of its span until now, so it is
            // initialised, and stands nowhere else, so nobody reads or drops it again.
            unsafe { rows.get_unchecked(*row as usize).assume_init_read() }
        }));
        if let Some(times) = &mut batch.times {
            times.extend(taken.iter().map(|row| self.time(*row as usize)));
        }
        if let Some(hashes) = &mut batch.hashes {
            hashes.extend(taken.iter().map(|row| self.hash(*row as usize)));
        }
    }

    /// Shows the next rows to `see`, one for each of `entries`, and drops them.
    #[inline(always)]
    pub(crate) fn show<E>(&mut self, entries: impl ExactSizeIterator<Item = E>, mut see: impl FnMut(E, &T, u64, i64)) {
        if std::mem::needs_drop::<T>() {
            for entry in entries {
                if let Some((row, hash, time)) = self.head() {
                    see(entry, row, hash, time);
                }
                self.skip();
            }
            return;
        }
        let start = self.span.next;
        let shown = self.order.get(start..start + entries.len().min(self.len())).unwrap_or_default();
        self.span.next += shown.len();
        *self.left -= shown.len();
        for (entry, row) in entries.zip(shown) {
            let row = *row as usize;
            if let Some(value) = self.rows.get(row) {
                // SAFETY: the row stood in the unread part of its span until now, so it is initialised; it needs no drop.
                see(entry, unsafe { value.assume_init_ref() }, self.hash(row), self.time(row));
            }
        }
    }

    /// Shows the next row, with its key hash and event time, to `take`; drops it when that answers `true`. Answers the same;
    /// `None` when there is no row.
    #[inline(always)]
    pub(crate) fn offer<X>(&mut self, take: impl FnOnce(&T, u64, i64) -> Result<bool, X>) -> Result<Option<bool>, X> {
        let Some(row) = self.next_index() else { return Ok(None) };
        let (hash, time) = (self.hash(row), self.time(row));
        let Some(value) = self.rows.get_mut(row) else { return Ok(None) };
        // SAFETY: `row` stands in the unread part of its span.
        let taken = take(unsafe { value.assume_init_ref() }, hash, time)?;
        if taken {
            self.span.next += 1;
            *self.left -= 1;
            // SAFETY: the row stood in the unread part of its span until two lines before, so it is initialised, and stands
            // nowhere else, so nobody reads or drops it again.
            unsafe { value.assume_init_drop() }
        }
        Ok(Some(taken))
    }

    /// Shows rows to `take` and drops those it takes, up to the first that it does not.
    #[inline(always)]
    pub(crate) fn show_while(&mut self, mut take: impl FnMut(&T, u64, i64) -> bool) {
        let unread = self.order.get(self.span.next..self.span.end).unwrap_or_default();
        let (hashes, times) = (self.hashes, self.times.unwrap_or_default());
        let mut taken = Taken { span: self.span, left: self.left, rows: 0 };
        for row in unread {
            let row = *row as usize;
            let (hash, time) = (hashes.get(row).copied(), times.get(row).copied());
            let Some(value) = self.rows.get_mut(row) else { break };
            // SAFETY: `row` stands in the unread part of its span.
            if !take(unsafe { value.assume_init_ref() }, hash.unwrap_or_default(), time.unwrap_or_default()) {
                break;
            }
            taken.rows += 1;
            // SAFETY: the row stood in the unread part of its span until the line before (`taken` will say so, even if this
            // panics), so it is initialised, and stands nowhere else, so nobody reads or drops it again.
            unsafe { value.assume_init_drop() }
        }
    }

    /// Drops the next row.
    #[inline(always)]
    pub(crate) fn skip(&mut self) {
        if let Some(row) = self.next_index() {
            self.advance();
            if let Some(value) = self.rows.get_mut(row) {
                // SAFETY: the row stood in the unread part of its span until the line before, so it is initialised, and
                // stands nowhere else, so nobody reads or drops it again.
                unsafe { value.assume_init_drop() }
            }
        }
    }

    #[inline(always)]
    fn next_index(&self) -> Option<usize> {
        (self.span.next < self.span.end).then(|| self.order.get(self.span.next).map(|row| *row as usize)).flatten()
    }

    #[inline(always)]
    fn advance(&mut self) {
        self.span.next += 1;
        *self.left -= 1;
    }

    #[inline(always)]
    fn hash(&self, row: usize) -> u64 {
        self.hashes.get(row).copied().unwrap_or_default()
    }

    #[inline(always)]
    fn time(&self, row: usize) -> i64 {
        self.times.and_then(|times| times.get(row)).copied().unwrap_or_default()
    }
}

/// Moves a span forward by the rows that were taken, when it is dropped. Until then their number is in a register.
struct Taken<'a> {
    span: &'a mut Span,
    left: &'a mut usize,
    rows: usize,
}

impl Drop for Taken<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        self.span.next += self.rows;
        *self.left -= self.rows;
    }
}

#[cfg(test)]
#[path = "scatter_test.rs"]
mod tests;

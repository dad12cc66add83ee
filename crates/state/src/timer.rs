//! Timers of a keyed operator.
//!
//! Two structures share the work. A table keyed by (key, time) says which timers are registered. A binary heap ordered by
//! (time, registration) says which comes next; its items name their entry in the table and are left behind when a timer
//! is deleted. Such *stale* items are dropped when they reach the top, and all at once when they outnumber the others,
//! so every operation costs O(log n) amortised and the heap at most twice the timers' memory.
//!
//! Invariant: the top of the heap is not stale.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use weft_record::Key;

use crate::raw::RawTable;

/// Fewer stale items than this are not worth rebuilding a heap for.
const TOLERATED_STALE: usize = 64;

/// A registered timer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer<K> {
    /// When it is due, in milliseconds of the queue's time (processing or event time).
    pub time: i64,
    /// The hash of the key, from which its key group comes.
    pub hash: u64,
    /// The key it was registered for.
    pub key: K,
}

/// The timers of one operator subtask in one kind of time.
///
/// A key has at most one timer for a time: registering it again does nothing.
pub struct TimerQueue<K> {
    registered: RawTable<Registered<K>>,
    heap: BinaryHeap<Reverse<Due>>,
    registrations: u64,
}

struct Registered<K> {
    timer: Timer<K>,
    registration: u64,
}

/// A heap item. Registrations are unique, so the entry number never decides the order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    time: i64,
    registration: u64,
    entry: u32,
}

impl<K: Key> TimerQueue<K> {
    /// No timers.
    pub fn new() -> Self {
        TimerQueue { registered: RawTable::new(), heap: BinaryHeap::new(), registrations: 0 }
    }

    /// How many timers are registered.
    pub fn len(&self) -> usize {
        self.registered.len()
    }

    /// Whether none is registered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Registers a timer for `key` at `time`; `false` if there was one already. The key is detached from shared buffers.
    pub fn register(&mut self, time: i64, hash: u64, key: &K) -> bool {
        if self.find(time, hash, key).is_some() {
            return false;
        }
        let mut key = key.clone();
        key.detach();
        let registration = self.registrations;
        self.registrations += 1;
        let timer = Timer { time, hash, key };
        let entry = self.registered.insert(timer_hash(time, hash), Registered { timer, registration });
        self.heap.push(Reverse(Due { time, registration, entry }));
        true
    }

    /// Deletes the timer of `key` at `time`; `false` if there was none.
    pub fn delete(&mut self, time: i64, hash: u64, key: &K) -> bool {
        let Some(entry) = self.find(time, hash, key) else { return false };
        self.registered.remove(timer_hash(time, hash), entry);
        if self.heap.len() > 2 * self.len() + TOLERATED_STALE {
            self.rebuild();
        }
        self.drop_stale_top();
        true
    }

    /// When the next timer is due.
    pub fn next_time(&self) -> Option<i64> {
        self.heap.peek().map(|Reverse(due)| due.time)
    }

    /// Takes out the next timer if it is due at `now` or before. Timers come in the order of their times, those of one
    /// time in the order of registration. Call it until it answers `None`; timers registered meanwhile take their turn.
    pub fn pop_due(&mut self, now: i64) -> Option<Timer<K>> {
        if self.next_time()? > now {
            return None;
        }
        let Reverse(due) = self.heap.pop()?;
        let hash = timer_hash(due.time, self.registered.get(due.entry)?.timer.hash);
        let registered = self.registered.remove(hash, due.entry)?;
        self.drop_stale_top();
        Some(registered.timer)
    }

    /// All timers, in no particular order that a caller could rely on beyond the history of calls.
    pub fn iter(&self) -> impl Iterator<Item = &Timer<K>> {
        let mut from = 0;
        std::iter::from_fn(move || {
            let (number, registered) = self.registered.next(from)?;
            from = number + 1;
            Some(&registered.timer)
        })
    }

    /// Estimated bytes of memory, with what the keys own estimated from the first few.
    pub fn heap_bytes(&self) -> usize {
        const SAMPLES: usize = 64;
        let sampled: usize = self.iter().take(SAMPLES).map(|timer| timer.key.heap_bytes()).sum();
        let owned = sampled * self.len() / self.len().clamp(1, SAMPLES);
        self.registered.bytes() + self.heap.capacity() * size_of::<Due>() + owned
    }

    fn find(&self, time: i64, hash: u64, key: &K) -> Option<u32> {
        self.registered.find(timer_hash(time, hash), |entry| entry.timer.time == time && entry.timer.key.same_key(key))
    }

    /// Whether the timer a heap item stands for is still registered.
    fn is_live(registered: &RawTable<Registered<K>>, due: &Due) -> bool {
        registered.get(due.entry).is_some_and(|entry| entry.registration == due.registration)
    }

    fn drop_stale_top(&mut self) {
        while self.heap.peek().is_some_and(|Reverse(due)| !Self::is_live(&self.registered, due)) {
            self.heap.pop();
        }
    }

    fn rebuild(&mut self) {
        self.heap.retain(|Reverse(due)| Self::is_live(&self.registered, due));
        self.heap.shrink_to(2 * self.heap.len() + TOLERATED_STALE);
    }
}

impl<K: Key> Default for TimerQueue<K> {
    fn default() -> Self {
        Self::new()
    }
}

/// The hash a timer is filed under: the key's, its low half mixed with the time.
fn timer_hash(time: i64, hash: u64) -> u64 {
    let mixed = time.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash ^ mixed >> 32
}

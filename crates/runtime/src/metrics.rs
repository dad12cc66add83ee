//! What a task counts. Everything is counted per batch, never per record.
//!
//! # Time
//! A task is at any moment busy, idle or back-pressured. A parked task has no turn in which it could say so again, so its slot
//! thread writes down *what* it is and *since when*, and whoever reads adds the time that is still open. Both are one word, so that
//! they are never read apart: the lower two bits say what, the others since when, in units of four nanoseconds. Between
//! closing one stretch and opening the next the word says [`MOVING`], and a reader that finds it so, or changed after it has read the
//! totals, reads again. There is one writer, and it never waits.

use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::time::Duration;

use crate::Accumulators;
use weft_common::Mono;

/// The counters of one subtask, written by its slot thread and read by anybody.
#[derive(Debug, Default)]
pub struct TaskMetrics {
    /// `numRecordsIn`: records the head of the chain took in (for a source: emitted).
    pub records_in: Counter,
    /// `numRecordsOut`: records the chain handed to its output edges.
    pub records_out: Counter,
    /// `numBytesIn`: encoded bytes that came in from other slots, and estimated bytes of the batches that came from tasks of the
    /// same slot, which are never encoded.
    pub bytes_in: Counter,
    /// `numBytesOut`: encoded bytes that went to other slots, and estimated bytes of what stayed in the same slot.
    pub bytes_out: Counter,
    /// What a source has read of its splits, in a unit of its own.
    pub source_done: Counter,
    /// The size of the whole source in that unit; 0 when it is not known.
    pub source_size: Counter,
    /// What its user functions count.
    pub accumulators: Accumulators,
    times: [Counter; 3],
    /// What it is and since when; zero, its default: it has not begun or is over.
    open: AtomicU64,
}

/// What a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occupation {
    /// Working, or waiting for its turn with work to do.
    Busy,
    /// It has no input.
    Idle,
    /// Its output has nowhere to go, or one of its operators waits for the outside world.
    BackPressured,
}

/// No stretch of time is open: the task has not begun, or is over.
const NOTHING: u64 = 0;
/// A stretch is being closed. It is the only word with no occupation and a time.
const MOVING: u64 = 0b100;
/// How often a reader looks again before it takes what it has.
const LOOKS: usize = 1000;

impl TaskMetrics {
    /// The counters of a task that begins at `now`, busy.
    pub(crate) fn begin(accumulators: Accumulators, now: Mono) -> Self {
        let metrics = TaskMetrics { accumulators, ..TaskMetrics::default() };
        metrics.enter(Occupation::Busy, now);
        metrics
    }

    /// `[busy, idle, back-pressured]` milliseconds per second between two readings of [`times`](Self::times) taken `elapsed` apart:
    /// `busyTimeMsPerSecond`, `idleTimeMsPerSecond` and `backPressuredTimeMsPerSecond`.
    pub fn time_per_second(now: [u64; 3], before: [u64; 3], elapsed: Duration) -> [u64; 3] {
        let seconds = elapsed.as_secs_f64().max(1e-9);
        let mut rates = [0; 3];
        for ((rate, now), before) in rates.iter_mut().zip(now).zip(before) {
            *rate = ((now.saturating_sub(before) as f64 / 1e6 / seconds) as u64).min(1000);
        }
        rates
    }

    /// Nanoseconds `[busy, idle, back-pressured]` from the start of the task to `now` on its slot's monotonic clock, or to its end.
    pub fn times(&self, now: Mono) -> [u64; 3] {
        let mut times = [0; 3];
        for _ in 0..LOOKS {
            let open = self.open.load(Ordering::Acquire);
            times = self.times.each_ref().map(Counter::get);
            fence(Ordering::Acquire);
            if open != MOVING && self.open.load(Ordering::Relaxed) == open {
                add_open(&mut times, open, now);
                break;
            }
            std::hint::spin_loop();
        }
        times
    }

    /// From `now` on the task is this; until now it was what it was. Only its own thread says so.
    pub(crate) fn enter(&self, occupation: Occupation, now: Mono) {
        self.change(packed(occupation, now), now);
    }

    /// The task is over: its times stand still.
    pub(crate) fn leave(&self, now: Mono) {
        self.change(NOTHING, now);
    }

    fn change(&self, next: u64, now: Mono) {
        let open = self.open.load(Ordering::Relaxed);
        self.open.store(MOVING, Ordering::Relaxed);
        fence(Ordering::Release);
        let mut gap = [0; 3];
        add_open(&mut gap, open, now);
        self.times.iter().zip(gap).for_each(|(time, gap)| time.add(gap));
        self.open.store(next, Ordering::Release);
    }
}

fn packed(occupation: Occupation, since: Mono) -> u64 {
    let what = match occupation {
        Occupation::Busy => 1,
        Occupation::Idle => 2,
        Occupation::BackPressured => 3,
    };
    since.0 & !0b11 | what
}

/// Adds the stretch that is open at `now` to the time of what it is.
fn add_open(times: &mut [u64; 3], open: u64, now: Mono) {
    let [busy, idle, back_pressured] = times;
    let time = match open & 0b11 {
        1 => busy,
        2 => idle,
        3 => back_pressured,
        _ => return,
    };
    *time += (now.0 & !0b11).saturating_sub(open & !0b11);
}

/// A counter with one writer.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds `n`. Only the owning thread may call it: a plain load and store, no locked instruction.
    pub fn add(&self, n: u64) {
        self.0.store(self.0.load(Ordering::Relaxed).wrapping_add(n), Ordering::Relaxed);
    }

    /// Sets it to a total kept elsewhere.
    pub fn set(&self, total: u64) {
        self.0.store(total, Ordering::Relaxed);
    }

    /// Its value.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
#[path = "metrics_test.rs"]
mod tests;

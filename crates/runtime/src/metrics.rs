//! What a task counts. Everything is counted per batch, never per record.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The counters of one subtask, written by its slot thread and read by anybody.
#[derive(Debug, Default)]
pub struct TaskMetrics {
    /// `numRecordsIn`: records the head of the chain took in (for a source: emitted).
    pub records_in: Counter,
    /// `numRecordsOut`: records the chain handed to its output edges.
    pub records_out: Counter,
    /// `numBytesIn`: encoded bytes that came in from other slots.
    pub bytes_in: Counter,
    /// `numBytesOut`: encoded bytes that went to other slots.
    pub bytes_out: Counter,
    /// Nanoseconds spent working; its rate is `busyTimeMsPerSecond`.
    pub busy: Counter,
    /// Nanoseconds spent with no input; its rate is `idleTimeMsPerSecond`.
    pub idle: Counter,
    /// Nanoseconds in which output had nowhere to go; its rate is `backPressuredTimeMsPerSecond`.
    pub back_pressured: Counter,
}

impl TaskMetrics {
    /// `(busy, idle, back-pressured)` milliseconds per second between two readings taken `elapsed` apart.
    pub fn time_per_second(now: [u64; 3], before: [u64; 3], elapsed: Duration) -> [u64; 3] {
        let seconds = elapsed.as_secs_f64().max(1e-9);
        let mut rates = [0; 3];
        for ((rate, now), before) in rates.iter_mut().zip(now).zip(before) {
            *rate = ((now.saturating_sub(before) as f64 / 1e6 / seconds) as u64).min(1000);
        }
        rates
    }

    /// Nanoseconds `[busy, idle, back-pressured]` so far.
    pub fn times(&self) -> [u64; 3] {
        [self.busy.get(), self.idle.get(), self.back_pressured.get()]
    }
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

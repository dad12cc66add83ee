//! What handles have in common.

use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};

use weft_common::accumulator::Accumulator;

/// A kind of accumulator, as user functions hold it. A clone is the same cell.
pub trait AccumulatorHandle: Clone + Debug + Default + Send + Sync + 'static {
    /// What it has come to.
    fn value(&self) -> Accumulator;
}

/// A word with one writer.
#[derive(Debug)]
pub(super) struct Word(AtomicU64);

impl Word {
    pub(super) const fn new(bits: u64) -> Self {
        Word(AtomicU64::new(bits))
    }

    #[inline]
    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    #[inline]
    pub(super) fn set(&self, bits: u64) {
        self.0.store(bits, Ordering::Relaxed);
    }

    #[inline]
    pub(super) fn double(&self) -> f64 {
        f64::from_bits(self.get())
    }

    #[inline]
    pub(super) fn set_double(&self, value: f64) {
        self.set(value.to_bits());
    }
}

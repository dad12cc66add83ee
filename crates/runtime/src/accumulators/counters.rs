//! Sums.

use std::sync::Arc;

use super::AccumulatorHandle;
use super::handle::Word;
use weft_common::accumulator::Accumulator;

/// A sum of whole numbers; it wraps around.
#[derive(Clone, Debug)]
pub struct LongCounter(Arc<Word>);

impl LongCounter {
    /// Adds to it.
    #[inline]
    pub fn add(&self, n: i64) {
        self.0.set(self.0.get().wrapping_add(n.cast_unsigned()));
    }
}

impl Default for LongCounter {
    fn default() -> Self {
        LongCounter(Arc::new(Word::new(0)))
    }
}

impl AccumulatorHandle for LongCounter {
    fn value(&self) -> Accumulator {
        Accumulator::LongCounter(self.0.get().cast_signed())
    }
}

/// A sum of small whole numbers; it wraps around.
#[derive(Clone, Debug)]
pub struct IntCounter(Arc<Word>);

impl IntCounter {
    /// Adds to it.
    #[inline]
    pub fn add(&self, n: i32) {
        self.0.set(self.0.get().wrapping_add(i64::from(n).cast_unsigned()));
    }
}

impl Default for IntCounter {
    fn default() -> Self {
        IntCounter(Arc::new(Word::new(0)))
    }
}

impl AccumulatorHandle for IntCounter {
    fn value(&self) -> Accumulator {
        // The lower half of a sum that wraps around is the sum that wraps around at half the width.
        Accumulator::IntCounter(self.0.get().cast_signed() as i32)
    }
}

/// A sum.
#[derive(Clone, Debug)]
pub struct DoubleCounter(Arc<Word>);

impl DoubleCounter {
    /// Adds to it.
    #[inline]
    pub fn add(&self, x: f64) {
        self.0.set_double(self.0.double() + x);
    }
}

impl Default for DoubleCounter {
    fn default() -> Self {
        DoubleCounter(Arc::new(Word::new(0.0f64.to_bits())))
    }
}

impl AccumulatorHandle for DoubleCounter {
    fn value(&self) -> Accumulator {
        Accumulator::DoubleCounter(self.0.double())
    }
}

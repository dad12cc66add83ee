//! Least and greatest values.

use std::sync::Arc;

use super::AccumulatorHandle;
use super::handle::Word;
use weft_common::accumulator::Accumulator;

/// The least whole number; `i64::MAX` before the first.
#[derive(Clone, Debug)]
pub struct LongMinimum(Arc<Word>);

impl LongMinimum {
    /// Counts a number in.
    #[inline]
    pub fn add(&self, n: i64) {
        if n < self.0.get().cast_signed() {
            self.0.set(n.cast_unsigned());
        }
    }
}

impl Default for LongMinimum {
    fn default() -> Self {
        LongMinimum(Arc::new(Word::new(i64::MAX.cast_unsigned())))
    }
}

impl AccumulatorHandle for LongMinimum {
    fn value(&self) -> Accumulator {
        Accumulator::LongMinimum(self.0.get().cast_signed())
    }
}

/// The greatest whole number; `i64::MIN` before the first.
#[derive(Clone, Debug)]
pub struct LongMaximum(Arc<Word>);

impl LongMaximum {
    /// Counts a number in.
    #[inline]
    pub fn add(&self, n: i64) {
        if n > self.0.get().cast_signed() {
            self.0.set(n.cast_unsigned());
        }
    }
}

impl Default for LongMaximum {
    fn default() -> Self {
        LongMaximum(Arc::new(Word::new(i64::MIN.cast_unsigned())))
    }
}

impl AccumulatorHandle for LongMaximum {
    fn value(&self) -> Accumulator {
        Accumulator::LongMaximum(self.0.get().cast_signed())
    }
}

/// The least number; infinite before the first. What is not a number does not count.
#[derive(Clone, Debug)]
pub struct DoubleMinimum(Arc<Word>);

impl DoubleMinimum {
    /// Counts a number in.
    #[inline]
    pub fn add(&self, x: f64) {
        if x < self.0.double() {
            self.0.set_double(x);
        }
    }
}

impl Default for DoubleMinimum {
    fn default() -> Self {
        DoubleMinimum(Arc::new(Word::new(f64::INFINITY.to_bits())))
    }
}

impl AccumulatorHandle for DoubleMinimum {
    fn value(&self) -> Accumulator {
        Accumulator::DoubleMinimum(self.0.double())
    }
}

/// The greatest number; negative and infinite before the first. What is not a number does not count.
#[derive(Clone, Debug)]
pub struct DoubleMaximum(Arc<Word>);

impl DoubleMaximum {
    /// Counts a number in.
    #[inline]
    pub fn add(&self, x: f64) {
        if x > self.0.double() {
            self.0.set_double(x);
        }
    }
}

impl Default for DoubleMaximum {
    fn default() -> Self {
        DoubleMaximum(Arc::new(Word::new(f64::NEG_INFINITY.to_bits())))
    }
}

impl AccumulatorHandle for DoubleMaximum {
    fn value(&self) -> Accumulator {
        Accumulator::DoubleMaximum(self.0.double())
    }
}

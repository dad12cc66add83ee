//! Means.

use std::sync::Arc;

use super::AccumulatorHandle;
use super::handle::Word;
use weft_common::accumulator::Accumulator;

/// The mean of numbers. Looked at while its task runs, sum and count may be one number apart.
#[derive(Clone, Debug)]
pub struct Average(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    sum: Word,
    count: Word,
}

impl Average {
    /// Counts a number in.
    #[inline]
    pub fn add(&self, x: f64) {
        self.0.sum.set_double(self.0.sum.double() + x);
        self.0.count.set(self.0.count.get() + 1);
    }
}

impl Default for Average {
    fn default() -> Self {
        Average(Arc::new(Parts { sum: Word::new(0.0f64.to_bits()), count: Word::new(0) }))
    }
}

impl AccumulatorHandle for Average {
    fn value(&self) -> Accumulator {
        Accumulator::Average { sum: self.0.sum.double(), count: self.0.count.get() }
    }
}

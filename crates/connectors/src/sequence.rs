//! Consecutive numbers.

use crate::{IndexRange, RangeEnumerator, RangeReader};
use weft_runtime::coordinator::CoordinatorContext;
use weft_runtime::source::{Boundedness, Source};
use weft_runtime::{OperatorContext, TaskError};

/// The whole numbers from one to another, both included; each subtask reads a contiguous range of them.
#[derive(Clone, Copy, Debug)]
pub struct Sequence {
    from: i64,
    count: u64,
}

impl Sequence {
    /// From `from` to `to`; none when `to` is smaller. At most 2^64 − 1 numbers.
    pub fn new(from: i64, to: i64) -> Self {
        let count = if to < from { 0 } else { to.abs_diff(from).saturating_add(1) };
        Sequence { from, count }
    }
}

impl Source for Sequence {
    type Item = i64;
    type Split = IndexRange;
    type Enumerator = RangeEnumerator;
    type Reader = RangeReader<i64>;

    fn boundedness(&self) -> Boundedness {
        Boundedness::Bounded
    }

    fn enumerator(&self, context: &CoordinatorContext) -> Result<RangeEnumerator, TaskError> {
        Ok(RangeEnumerator::new(self.count, context.parallelism))
    }

    fn reader(&self, _context: &OperatorContext) -> Result<RangeReader<i64>, TaskError> {
        let first = self.from;
        Ok(RangeReader::new(move |range| {
            let from = first.wrapping_add_unsigned(range.start);
            let count = i64::try_from(range.end - range.start).expect("invariant: a batch is short");
            (0..count).map(|i| from.wrapping_add(i)).collect()
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_context;

    #[test]
    fn numbers_are_inclusive_on_both_ends() {
        let table: &[(i64, i64, u32)] =
            &[(1, 10, 1), (1, 10, 3), (-3, 3, 2), (5, 5, 4), (5, 4, 1), (i64::MAX - 2000, i64::MAX, 2)];
        for &(from, to, parallelism) in table {
            let numbers = test_context::read_all(&Sequence::new(from, to), parallelism);
            assert!(numbers.into_iter().eq(from..=to), "{from} to {to} at {parallelism}");
        }
    }
}

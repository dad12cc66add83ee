//! Records made by a function.

use std::sync::Arc;

use crate::{IndexRange, RangeEnumerator, RangeReader};
use weft_record::Record;
use weft_runtime::coordinator::CoordinatorContext;
use weft_runtime::operators::Prototype;
use weft_runtime::source::{Boundedness, Source};
use weft_runtime::{OperatorContext, TaskError};

/// A number of records, each made from its number by a function, as fast as they are taken.
pub struct FromGenerator<F> {
    count: u64,
    function: Arc<Prototype<F>>,
}

impl<F: Clone> FromGenerator<F> {
    /// `function(0)`, `function(1)`, … `function(count − 1)`. Each subtask makes a contiguous range, with its own clone.
    pub fn new(count: u64, function: F) -> Self {
        FromGenerator { count, function: Arc::new(Prototype::new(function)) }
    }
}

impl<F> Clone for FromGenerator<F> {
    fn clone(&self) -> Self {
        FromGenerator { count: self.count, function: self.function.clone() }
    }
}

impl<T: Record, F: FnMut(u64) -> T + Clone + Send + 'static> Source for FromGenerator<F> {
    type Item = T;
    type Split = IndexRange;
    type Enumerator = RangeEnumerator;
    type Reader = RangeReader<T>;

    fn boundedness(&self) -> Boundedness {
        Boundedness::Bounded
    }

    fn enumerator(&self, context: &CoordinatorContext) -> Result<RangeEnumerator, TaskError> {
        Ok(RangeEnumerator::new(self.count, context.parallelism))
    }

    fn reader(&self, _context: &OperatorContext) -> Result<RangeReader<T>, TaskError> {
        let mut function = self.function.get();
        Ok(RangeReader::new(move |range| range.map(&mut function).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_context;

    #[test]
    fn every_number_is_made_once() {
        let squares = FromGenerator::new(3000, |i| i * i);
        let made = test_context::read_all(&squares, 4);
        assert!(made.into_iter().eq((0..3000).map(|i| i * i)));
    }
}

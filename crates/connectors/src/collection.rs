//! Records the program holds.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{IndexRange, RangeEnumerator, RangeReader};
use weft_record::Record;
use weft_runtime::coordinator::CoordinatorContext;
use weft_runtime::source::{Boundedness, Source};
use weft_runtime::{OperatorContext, TaskError};

/// The records of a collection, cloned out of it; each subtask reads a contiguous range.
pub struct FromCollection<T> {
    /// Locked because records need not be `Sync`; a lock is held while one batch is cloned.
    items: Arc<Mutex<Vec<T>>>,
}

impl<T> FromCollection<T> {
    /// These records.
    pub fn new(items: impl IntoIterator<Item = T>) -> Self {
        FromCollection { items: Arc::new(Mutex::new(items.into_iter().collect())) }
    }

    fn with<R>(&self, look: impl FnOnce(&[T]) -> R) -> R {
        // Nothing changes the records, so a poisoned lock guards sound ones.
        look(&self.items.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T> Clone for FromCollection<T> {
    fn clone(&self) -> Self {
        FromCollection { items: self.items.clone() }
    }
}

impl<T: Record> Source for FromCollection<T> {
    type Item = T;
    type Split = IndexRange;
    type Enumerator = RangeEnumerator;
    type Reader = RangeReader<T>;

    fn boundedness(&self) -> Boundedness {
        Boundedness::Bounded
    }

    fn enumerator(&self, context: &CoordinatorContext) -> Result<RangeEnumerator, TaskError> {
        Ok(RangeEnumerator::new(self.with(<[T]>::len) as u64, context.parallelism))
    }

    fn reader(&self, _context: &OperatorContext) -> Result<RangeReader<T>, TaskError> {
        let source = self.clone();
        Ok(RangeReader::new(move |range| {
            // The program is the same everywhere, so the ranges lie in the collection.
            let range = range.start as usize..range.end as usize;
            source.with(|items| items.get(range).unwrap_or_default().to_vec())
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_context;

    #[test]
    fn each_element_comes_once_at_any_parallelism() {
        for parallelism in [1, 2, 4, 50] {
            let words = FromCollection::new(["to", "be", "or", "not"].map(String::from));
            assert_eq!(test_context::read_all(&words, parallelism), ["to", "be", "or", "not"], "{parallelism}");
        }
        assert!(test_context::read_all(&FromCollection::<u32>::new([]), 2).is_empty());
    }
}

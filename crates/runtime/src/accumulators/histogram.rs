//! How often each value came.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::AccumulatorHandle;
use super::handle::Word;
use weft_common::accumulator::Accumulator;

/// Values from 0 up that have a counter of their own.
const DIRECT: usize = 1024;

/// How often each value came. Values from 0 to 1023 are as cheap as a counter. The others are kept in a map behind a lock, which nobody but a
/// report competes for; each that is new is memory for the life of the task, so this is for lengths and codes, not for ids.
#[derive(Clone, Debug)]
pub struct Histogram(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    direct: Box<[Word]>,
    others: Mutex<BTreeMap<i32, u64>>,
}

impl Counts {
    fn others(&self) -> MutexGuard<'_, BTreeMap<i32, u64>> {
        self.others.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Histogram {
    /// Counts a value in.
    #[inline]
    pub fn add(&self, value: i32) {
        match usize::try_from(value).ok().and_then(|value| self.0.direct.get(value)) {
            Some(count) => count.set(count.get() + 1),
            None => *self.0.others().entry(value).or_default() += 1,
        }
    }
}

impl Default for Histogram {
    fn default() -> Self {
        let direct = (0..DIRECT).map(|_| Word::new(0)).collect();
        Histogram(Arc::new(Counts { direct, others: Mutex::default() }))
    }
}

impl AccumulatorHandle for Histogram {
    fn value(&self) -> Accumulator {
        let mut counts = self.0.others().clone();
        let direct = (0..).zip(self.0.direct.iter().map(Word::get));
        counts.extend(direct.filter(|(_, count)| *count > 0));
        Accumulator::Histogram(counts)
    }
}

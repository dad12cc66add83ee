//! The accumulators of a task by name.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::AccumulatorHandle;
use crate::TaskError;
use weft_common::accumulator::{Accumulator, AccumulatorError};

/// The accumulators of one task. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Accumulators(Arc<Mutex<Registry>>);

#[derive(Debug, Default)]
struct Registry {
    cells: BTreeMap<String, Box<dyn Cell>>,
    mistake: Option<AccumulatorError>,
}

/// A cell of some kind.
trait Cell: Send + Debug {
    fn value(&self) -> Accumulator;
    fn as_any(&self) -> &dyn Any;
}

#[derive(Debug)]
struct Of<A>(A);

impl<A: AccumulatorHandle> Cell for Of<A> {
    fn value(&self) -> Accumulator {
        self.0.value()
    }

    fn as_any(&self) -> &dyn Any {
        &self.0
    }
}

impl Accumulators {
    /// The accumulator of this name, which is made when it is asked for first. When it is of another kind, the task fails soon after,
    /// and nobody looks at what is returned.
    pub fn get<A: AccumulatorHandle>(&self, name: &str) -> A {
        let mut registry = self.lock();
        let Some(cell) = registry.cells.get(name) else {
            let made = A::default();
            registry.cells.insert(name.to_owned(), Box::new(Of(made.clone())));
            return made;
        };
        if let Some(there) = cell.as_any().downcast_ref::<A>() {
            return there.clone();
        }
        let (made, first) = (A::default(), cell.value().kind());
        let second = made.value().kind();
        registry.mistake.get_or_insert(AccumulatorError::Kinds { name: name.to_owned(), first, second });
        made
    }

    /// What they have come to, encoded for a report.
    pub fn report(&self) -> Vec<(String, Vec<u8>)> {
        self.lock().cells.iter().map(|(name, cell)| (name.clone(), cell.value().encode())).collect()
    }

    /// An error if a name was asked for as two kinds.
    pub(crate) fn check(&self) -> Result<(), TaskError> {
        let error = |mistake: &AccumulatorError| TaskError::of(mistake.kind(), mistake);
        self.lock().mistake.as_ref().map(error).map_or(Ok(()), Err)
    }

    fn lock(&self) -> MutexGuard<'_, Registry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

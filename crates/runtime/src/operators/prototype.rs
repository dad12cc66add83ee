//! Functions are prototypes: what the program was built with stays behind, every subtask and attempt gets a clone.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{Operator, OperatorContext, OperatorFactory, TaskError};

/// A value that many threads may clone, though it is not `Sync`.
pub struct Prototype<F>(Mutex<F>);

impl<F: Clone> Prototype<F> {
    /// Keeps `value` for cloning.
    pub fn new(value: F) -> Self {
        Prototype(Mutex::new(value))
    }

    /// A clone.
    pub fn get(&self) -> F {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

struct PerSubtask<F, M> {
    prototype: Prototype<F>,
    make: M,
}

impl<F, M> OperatorFactory for PerSubtask<F, M>
where
    F: Clone + Send,
    M: Fn(F, &OperatorContext) -> Result<Box<dyn Operator>, TaskError> + Send + Sync,
{
    fn create(&self, context: &OperatorContext) -> Result<Box<dyn Operator>, TaskError> {
        (self.make)(self.prototype.get(), context)
    }
}

/// A factory that makes each operator from a clone of `prototype`.
pub fn per_subtask<F, M>(prototype: F, make: M) -> Arc<dyn OperatorFactory>
where
    F: Clone + Send + 'static,
    M: Fn(F, &OperatorContext) -> Result<Box<dyn Operator>, TaskError> + Send + Sync + 'static,
{
    Arc::new(PerSubtask { prototype: Prototype::new(prototype), make })
}

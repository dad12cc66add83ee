//! A batch whose type is known to its two ends only.

use crate::{Batch, Record};
use std::any::{Any, type_name};
use std::fmt;

/// A [`Batch`] of some record type, moved by value between operators that know which.
pub struct AnyBatch(Box<dyn Erased>);

impl AnyBatch {
    /// Forgets the type of `batch`.
    pub fn new<T: Record>(batch: Batch<T>) -> Self {
        AnyBatch(Box::new(batch))
    }

    /// The batch, when its records are of type `T`; otherwise itself.
    pub fn downcast<T: Record>(self) -> Result<Batch<T>, AnyBatch> {
        if !self.is::<T>() {
            return Err(self);
        }
        let batch: Box<dyn Any> = self.0;
        Ok(*batch.downcast().expect("invariant: the type was compared above"))
    }

    /// Whether the records are of type `T`.
    #[inline]
    pub fn is<T: Record>(&self) -> bool {
        self.as_any().is::<Batch<T>>()
    }

    /// A look at the batch, when its records are of type `T`.
    pub fn downcast_ref<T: Record>(&self) -> Option<&Batch<T>> {
        self.as_any().downcast_ref()
    }

    /// The batch in place, when its records are of type `T`.
    pub fn downcast_mut<T: Record>(&mut self) -> Option<&mut Batch<T>> {
        let batch: &mut dyn Any = &mut *self.0;
        batch.downcast_mut()
    }

    fn as_any(&self) -> &dyn Any {
        &*self.0
    }

    /// The Rust type of the records, for messages.
    pub fn record_type(&self) -> &'static str {
        self.0.record_type()
    }

    /// How many records it holds.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it holds no records.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A copy, for a fan-out.
    pub fn clone_batch(&self) -> AnyBatch {
        AnyBatch(self.0.clone_batch())
    }

    /// Splits off the records from `at` on, with their side entries; the first `at` stay. All stay when there are not
    /// as many.
    pub fn split_off(&mut self, at: usize) -> AnyBatch {
        AnyBatch(self.0.split_off(at))
    }

    /// Estimated bytes of memory: the records, what they hold on the heap, and the side arrays.
    pub fn estimated_bytes(&self) -> usize {
        self.0.estimated_bytes()
    }

    /// Makes all records give up shared buffers.
    pub fn detach(&mut self) {
        self.0.detach();
    }
}

impl fmt::Debug for AnyBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AnyBatch({} x {})", self.len(), self.record_type())
    }
}

/// What can be done with a batch of any type.
trait Erased: Any + Send {
    fn record_type(&self) -> &'static str;
    fn len(&self) -> usize;
    fn clone_batch(&self) -> Box<dyn Erased>;
    fn split_off(&mut self, at: usize) -> Box<dyn Erased>;
    fn estimated_bytes(&self) -> usize;
    fn detach(&mut self);
}

impl<T: Record> Erased for Batch<T> {
    fn record_type(&self) -> &'static str {
        type_name::<T>()
    }

    fn len(&self) -> usize {
        Batch::len(self)
    }

    fn clone_batch(&self) -> Box<dyn Erased> {
        Box::new(self.clone())
    }

    fn split_off(&mut self, at: usize) -> Box<dyn Erased> {
        Box::new(Batch::split_off(self, at.min(self.len())))
    }

    fn estimated_bytes(&self) -> usize {
        Batch::estimated_bytes(self)
    }

    fn detach(&mut self) {
        Batch::detach(self);
    }
}

#[cfg(test)]
#[path = "any_batch_test.rs"]
mod tests;

//! Stand-in for `weft_record::AnyBatch` until that exists.
#![allow(missing_docs)]

use std::any::Any;
use weft_record::{Batch, Record};

trait Erased: Any {
    fn len(&self) -> usize;
    fn clone_batch(&self) -> AnyBatch;
    fn split_off(&mut self, at: usize) -> AnyBatch;
    fn estimated_bytes(&self) -> usize;
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
    fn is(&self, id: std::any::TypeId) -> bool;
}

impl<T: Record> Erased for Batch<T> {
    fn len(&self) -> usize {
        Batch::len(self)
    }
    fn clone_batch(&self) -> AnyBatch {
        AnyBatch::new(self.clone())
    }
    fn split_off(&mut self, at: usize) -> AnyBatch {
        AnyBatch::new(Batch::split_off(self, at))
    }
    fn estimated_bytes(&self) -> usize {
        self.rows.iter().map(|r| size_of::<T>() + r.heap_bytes()).sum()
    }
    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
    fn is(&self, id: std::any::TypeId) -> bool {
        self.type_id() == id
    }
}

pub struct AnyBatch(Box<dyn Erased>);

impl AnyBatch {
    pub fn new<T: Record>(batch: Batch<T>) -> Self {
        AnyBatch(Box::new(batch))
    }
    pub fn downcast<T: Record>(self) -> Result<Batch<T>, AnyBatch> {
        if !self.0.is(std::any::TypeId::of::<Batch<T>>()) {
            return Err(self);
        }
        Ok(*self.0.into_any().downcast().expect("invariant: the type id was compared"))
    }
    pub fn len(&self) -> usize {
        self.0.len()
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    pub fn clone_batch(&self) -> AnyBatch {
        self.0.clone_batch()
    }
    pub fn split_off(&mut self, at: usize) -> AnyBatch {
        self.0.split_off(at)
    }
    pub fn estimated_bytes(&self) -> usize {
        self.0.estimated_bytes()
    }
}

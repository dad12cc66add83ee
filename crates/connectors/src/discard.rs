//! Nowhere.

use std::marker::PhantomData;

use crate::NothingToCommit;
use weft_record::{Batch, Record};
use weft_runtime::coordinator::CoordinatorContext;
use weft_runtime::sink::{Sink, SinkWriter};
use weft_runtime::{OperatorContext, TaskError};

/// Drops every record: for measuring what is before it.
#[derive(Debug)]
pub struct DiscardSink<T>(PhantomData<fn(T)>);

impl<T> DiscardSink<T> {
    /// The sink.
    pub fn new() -> Self {
        DiscardSink(PhantomData)
    }
}

impl<T> Default for DiscardSink<T> {
    fn default() -> Self {
        DiscardSink::new()
    }
}

impl<T> Clone for DiscardSink<T> {
    fn clone(&self) -> Self {
        DiscardSink::new()
    }
}

impl<T: Record> Sink for DiscardSink<T> {
    type Item = T;
    type Committable = ();
    type Writer = DiscardWriter<T>;
    type Committer = NothingToCommit;

    fn writer(&self, _context: &OperatorContext) -> Result<DiscardWriter<T>, TaskError> {
        Ok(DiscardWriter(PhantomData))
    }

    fn committer(&self, _context: &CoordinatorContext) -> Result<NothingToCommit, TaskError> {
        Ok(NothingToCommit)
    }
}

/// The writer of a [`DiscardSink`].
#[derive(Debug)]
pub struct DiscardWriter<T>(PhantomData<fn(T)>);

impl<T: Record> SinkWriter for DiscardWriter<T> {
    type Item = T;
    type Committable = ();

    fn write(&mut self, _batch: Batch<T>) -> Result<(), TaskError> {
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<Vec<()>>, TaskError> {
        Ok(Some(Vec::new()))
    }
}

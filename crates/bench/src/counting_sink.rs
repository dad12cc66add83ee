//! A sink that drops its records and tells how many there were: a row that lost some must not pass.

use std::hint::black_box;
use std::marker::PhantomData;
use weft::record::{Batch, Record};
use weft::runtime::coordinator::CoordinatorContext;
use weft::runtime::sink::{Committer, Sink, SinkWriter};
use weft::runtime::{OperatorContext, TaskError};

/// Drops every record; the job's result is their number.
pub(crate) struct CountingSink<T>(PhantomData<fn(T)>);

impl<T> CountingSink<T> {
    pub(crate) fn new() -> Self {
        CountingSink(PhantomData)
    }
}

impl<T> Clone for CountingSink<T> {
    fn clone(&self) -> Self {
        CountingSink::new()
    }
}

impl<T: Record> Sink for CountingSink<T> {
    type Item = T;
    type Committable = u64;
    type Writer = CountingWriter<T>;
    type Committer = CountingCommitter;

    fn writer(&self, _context: &OperatorContext) -> Result<CountingWriter<T>, TaskError> {
        Ok(CountingWriter { count: 0, types: PhantomData })
    }

    fn committer(&self, _context: &CoordinatorContext) -> Result<CountingCommitter, TaskError> {
        Ok(CountingCommitter { count: 0 })
    }
}

pub(crate) struct CountingWriter<T> {
    count: u64,
    types: PhantomData<fn(T)>,
}

impl<T: Record> SinkWriter for CountingWriter<T> {
    type Item = T;
    type Committable = u64;

    fn write(&mut self, batch: Batch<T>) -> Result<(), TaskError> {
        self.count += batch.len() as u64;
        black_box(&batch.rows);
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<Vec<u64>>, TaskError> {
        Ok(Some(vec![self.count]))
    }
}

pub(crate) struct CountingCommitter {
    count: u64,
}

impl Committer for CountingCommitter {
    type Committable = u64;

    fn commit(&mut self, counts: &[u64]) -> Result<(), TaskError> {
        self.count += counts.iter().sum::<u64>();
        Ok(())
    }

    fn discard(&mut self, _subtask: u32, _told: &[u64]) {}

    fn finished(&mut self) -> Result<Option<Vec<u8>>, TaskError> {
        let mut bytes = Vec::new();
        self.count.encode(&mut bytes);
        Ok(Some(bytes))
    }
}

//! To the client.

use std::marker::PhantomData;
use std::mem;

use weft_record::{Batch, Record};
use weft_runtime::coordinator::CoordinatorContext;
use weft_runtime::sink::{Committer, Sink, SinkWriter};
use weft_runtime::{OperatorContext, TaskError};

/// Encoded rows of one message to the coordinator.
const CHUNK: usize = 1 << 20;

/// Sends every record to the client, with the result of the job. All of them must fit into memory, there and on the way.
#[derive(Debug)]
pub struct CollectSink<T>(PhantomData<fn(T)>);

impl<T> CollectSink<T> {
    /// The sink.
    pub fn new() -> Self {
        CollectSink(PhantomData)
    }
}

impl<T> Default for CollectSink<T> {
    fn default() -> Self {
        CollectSink::new()
    }
}

impl<T> Clone for CollectSink<T> {
    fn clone(&self) -> Self {
        CollectSink::new()
    }
}

/// Rows one after the other, encoded.
#[derive(Clone, Debug, PartialEq, Eq, Record)]
pub struct CollectedRows {
    /// Their encodings.
    pub bytes: Vec<u8>,
}

impl<T: Record> Sink for CollectSink<T> {
    type Item = T;
    type Committable = CollectedRows;
    type Writer = CollectWriter<T>;
    type Committer = CollectCommitter;

    fn writer(&self, _context: &OperatorContext) -> Result<CollectWriter<T>, TaskError> {
        Ok(CollectWriter { full: Vec::new(), bytes: Vec::new(), rows: PhantomData })
    }

    fn committer(&self, _context: &CoordinatorContext) -> Result<CollectCommitter, TaskError> {
        Ok(CollectCommitter::default())
    }
}

/// Encodes the records of one subtask.
#[derive(Debug)]
pub struct CollectWriter<T> {
    full: Vec<CollectedRows>,
    bytes: Vec<u8>,
    rows: PhantomData<fn(T)>,
}

impl<T> CollectWriter<T> {
    fn close_chunk(&mut self) {
        if !self.bytes.is_empty() {
            self.full.push(CollectedRows { bytes: mem::take(&mut self.bytes) });
        }
    }
}

impl<T: Record> SinkWriter for CollectWriter<T> {
    type Item = T;
    type Committable = CollectedRows;

    fn write(&mut self, batch: Batch<T>) -> Result<(), TaskError> {
        for row in &batch.rows {
            row.encode(&mut self.bytes);
            if self.bytes.len() >= CHUNK {
                self.close_chunk();
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<Vec<CollectedRows>>, TaskError> {
        self.close_chunk();
        Ok(Some(mem::take(&mut self.full)))
    }
}

/// Puts the rows of all subtasks together, in their order.
#[derive(Debug, Default)]
pub struct CollectCommitter {
    all: Vec<u8>,
}

impl Committer for CollectCommitter {
    type Committable = CollectedRows;

    fn commit(&mut self, committables: &[CollectedRows]) -> Result<(), TaskError> {
        // Set, not added to: after an error this is called again with the same.
        self.all = committables.iter().flat_map(|rows| &rows.bytes).copied().collect();
        Ok(())
    }

    fn discard(&mut self, _subtask: u32, _told: &[CollectedRows]) {}

    fn finished(&mut self) -> Result<Option<Vec<u8>>, TaskError> {
        Ok(Some(mem::take(&mut self.all)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_record::Decoder;

    fn decoded(bytes: &[u8]) -> Vec<String> {
        let mut decoder = Decoder::new(bytes);
        let mut rows = Vec::new();
        while !decoder.is_empty() {
            rows.push(String::decode(&mut decoder).expect("what was encoded"));
        }
        rows
    }

    fn collected(rows: Vec<String>) -> Vec<CollectedRows> {
        let mut writer = CollectWriter { full: Vec::new(), bytes: Vec::new(), rows: PhantomData };
        writer.write(Batch::of(rows)).expect("encoding does not fail");
        writer.finish().expect("encoding does not fail").expect("nothing to wait for")
    }

    #[test]
    fn rows_of_all_subtasks_reach_the_client_in_order_of_the_subtasks() {
        let told = [collected(vec!["a".into(), "b".into()]), collected(vec![]), collected(vec!["c".into()])].concat();
        let mut committer = CollectCommitter::default();
        committer.commit(&told).expect("memory only");
        committer.commit(&told).expect("the same again after an error elsewhere");
        let bytes = committer.finished().expect("memory only").expect("a result");
        assert_eq!(decoded(&bytes), ["a", "b", "c"]);
    }

    #[test]
    fn many_rows_travel_in_chunks() {
        let rows: Vec<String> = (0..40_000).map(|i| format!("{i:0100}")).collect();
        let told = collected(rows);
        assert_eq!(told.len(), 4);
        assert!(told.iter().all(|rows| rows.bytes.len() < CHUNK + 200));
    }

    #[test]
    fn no_rows_are_a_result_too() {
        let mut committer = CollectCommitter::default();
        committer.commit(&[]).expect("memory only");
        assert_eq!(committer.finished().expect("memory only"), Some(Vec::new()));
    }
}

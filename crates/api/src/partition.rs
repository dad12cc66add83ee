//! Partition calls: how records find the subtask of the next operator.

use std::sync::Arc;

use crate::DataStream;
use crate::upstream::{ByFunction, EdgeCode};
use weft_graph::{EdgeCompression, Partition};
use weft_record::Record;
use weft_runtime::operators::Prototype;

/// The calls hold for whatever reads the stream they return. Without one, records go from subtask i to subtask i where both operators
/// have the same parallelism, and are dealt out in turn where they have not.
impl<T: Record> DataStream<T> {
    /// Sends every record to the first subtask.
    pub fn global(self) -> DataStream<T> {
        self.partition(Partition::Global)
    }

    /// Sends every record to a subtask drawn at random.
    pub fn shuffle(self) -> DataStream<T> {
        self.partition(Partition::Shuffle)
    }

    /// Deals records out to all subtasks in turn.
    pub fn rebalance(self) -> DataStream<T> {
        self.partition(Partition::Rebalance)
    }

    /// Deals records out in turn to the few subtasks nearby: each producer serves its own share of the consumers.
    pub fn rescale(self) -> DataStream<T> {
        self.partition(Partition::Rescale)
    }

    /// Sends every record to every subtask.
    pub fn broadcast(self) -> DataStream<T> {
        self.partition(Partition::Broadcast)
    }

    /// Sends the records of subtask i to subtask i; both operators must have the same parallelism.
    pub fn forward(self) -> DataStream<T> {
        self.partition(Partition::Forward)
    }

    /// Sends every record to the subtask that `choose` says, given the record's key and the number of subtasks. A number out of range
    /// fails the job with the operator's name.
    pub fn partition_custom<K: 'static>(
        self,
        key: impl for<'a> Fn(&'a T) -> &'a K + Clone + Send + 'static,
        choose: impl Fn(&K, usize) -> usize + Clone + Send + 'static,
    ) -> DataStream<T> {
        let function = move |record: &T, consumers: usize| choose(key(record), consumers);
        let make = Arc::new(ByFunction(Prototype::new(function)));
        self.with_partition(Partition::Custom, EdgeCode::Function(make))
    }

    /// Decides how records are compressed on their way to another process, whatever `exchange.compression` says for the job: worth it
    /// for the one wide edge of a job whose others carry little. Where producer and consumer share a process, nothing is compressed.
    pub fn exchange_compression(mut self, compression: EdgeCompression) -> DataStream<T> {
        self.upstreams.iter_mut().for_each(|upstream| upstream.compression = compression);
        self
    }

    fn partition(self, partition: Partition) -> DataStream<T> {
        self.with_partition(partition, EdgeCode::Plain)
    }

    pub(crate) fn with_partition(mut self, partition: Partition, code: EdgeCode<T>) -> DataStream<T> {
        for upstream in &mut self.upstreams {
            upstream.partition = partition;
            upstream.code = code.clone();
        }
        self
    }
}

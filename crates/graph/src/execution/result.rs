//! What one vertex writes for another to read.

use crate::DistributionPattern;
use crate::job::ExchangeMode;
use std::ops::Range;

/// The result that flows along one edge of the JobGraph: one partition per producing subtask, one subpartition of it
/// per connected consuming subtask. Vertices are given by their position in the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntermediateResult {
    /// The vertex that writes it.
    pub producer: usize,
    /// Its parallelism: the number of partitions.
    pub producers: u32,
    /// The vertex that reads it.
    pub consumer: usize,
    /// Its parallelism.
    pub consumers: u32,
    /// Which subtasks are connected.
    pub distribution: DistributionPattern,
    /// When it may be read.
    pub exchange: ExchangeMode,
}

impl IntermediateResult {
    /// The consuming subtasks of one partition, in the order of its subpartitions.
    pub fn targets(&self, partition: u32) -> Range<u32> {
        self.distribution.targets(partition, self.producers, self.consumers)
    }

    /// The partitions that one consuming subtask reads, in the order of its gate's channels.
    pub fn sources(&self, consumer: u32) -> Range<u32> {
        self.distribution.sources(consumer, self.producers, self.consumers)
    }
}

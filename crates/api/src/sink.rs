//! The ends of a program.

use std::marker::PhantomData;

use crate::{Error, JobResult, StreamExecutionEnvironment};
use weft_common::OperatorId;
use weft_graph::{NodeId, StreamNode};
use weft_record::{Decoder, Record};

/// A sink in a program.
pub struct DataStreamSink {
    pub(crate) env: StreamExecutionEnvironment,
    pub(crate) node: NodeId,
}

impl DataStreamSink {
    /// Names the sink.
    pub fn name(self, name: &str) -> Self {
        self.change(|node| node.name = name.to_owned())
    }

    /// Gives the sink an id that stays when the program changes.
    pub fn uid(self, uid: &str) -> Self {
        self.change(|node| node.uid = Some(uid.to_owned()))
    }

    /// How many subtasks it has.
    pub fn set_parallelism(self, parallelism: u32) -> Self {
        self.change(|node| node.parallelism = Some(parallelism))
    }

    /// Which slots it may share.
    pub fn slot_sharing_group(self, group: &str) -> Self {
        self.change(|node| node.slot_sharing_group = Some(group.to_owned()))
    }

    /// Keeps it in a task of its own.
    pub fn disable_chaining(self) -> Self {
        self.change(|node| node.chaining = weft_graph::ChainingStrategy::Never)
    }

    /// What its committer will have to say, as records of `T`.
    pub fn collected<T: Record>(self) -> Collected<T> {
        let ids = self.env.inner.builder.borrow().graph.operator_ids();
        let operator = ids.get(self.node.0 as usize).copied().unwrap_or(OperatorId(0));
        Collected { operator, records: PhantomData }
    }

    fn change(self, change: impl FnOnce(&mut StreamNode)) -> Self {
        self.env.inner.builder.borrow_mut().node(self.node, change);
        self
    }
}

/// Finds, in the result of a job, what one of its sinks collected.
pub struct Collected<T> {
    operator: OperatorId,
    records: PhantomData<fn() -> T>,
}

impl<T: Record> Collected<T> {
    /// The records, in the order of their subtasks.
    pub fn of(&self, result: &JobResult) -> Result<Vec<T>, Error> {
        let bytes = result.results.get(&self.operator);
        let bytes = bytes.ok_or_else(|| {
            Error::user("this job's result holds nothing of that sink: it belongs to another execute")
        })?;
        let mut decoder = Decoder::new(bytes);
        let mut records = Vec::new();
        while !decoder.is_empty() {
            records.push(T::decode(&mut decoder).map_err(|e| Error::of(weft_common::ErrorKind::Fatal, e))?);
        }
        Ok(records)
    }
}

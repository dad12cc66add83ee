//! The ends of a program.

use std::marker::PhantomData;

use crate::builder::{Code, OperatorRef};
use crate::{DataStream, Error, JobResult, StreamExecutionEnvironment};
use weft_common::OperatorId;
use weft_graph::{ChainingStrategy, OperatorKind, ProgramPlace, SchemaRef, StreamNode};
use weft_record::{Decoder, Record};
use weft_runtime::sink::{Sink, sink_coordinator, sink_factory};

impl<T: Record> DataStream<T> {
    /// Writes the stream to a sink.
    #[track_caller]
    pub fn sink_to<S: Sink<Item = T>>(self, sink: S) -> DataStreamSink {
        self.sink_named(sink, "Writer")
    }

    /// Writes the stream to a sink whose operator is called `name`.
    #[track_caller]
    pub fn sink_named<S: Sink<Item = T>>(self, sink: S, name: &str) -> DataStreamSink {
        let mut node = StreamNode::new(OperatorKind::Sink, "Sink", SchemaRef::default());
        node.name = name.to_owned();
        node.place = Some(ProgramPlace::caller());
        let code = Code { factory: sink_factory(sink.clone()), coordinator: Some(sink_coordinator(sink)) };
        let operator = self.env.inner.builder.borrow_mut().add_operator(node, code);
        self.feed(operator, 0);
        DataStreamSink { env: self.env, operator }
    }
}

/// A sink in a program.
pub struct DataStreamSink {
    env: StreamExecutionEnvironment,
    operator: OperatorRef,
}

impl DataStreamSink {
    /// Names the sink.
    #[track_caller]
    pub fn name(self, name: &str) -> Self {
        self.change("name", |node| node.name = name.to_owned())
    }

    /// Gives the sink an id that stays when the program changes. Unique in the program.
    #[track_caller]
    pub fn uid(self, uid: &str) -> Self {
        self.change("uid", |node| node.uid = Some(uid.to_owned()))
    }

    /// How many subtasks it has; over every other setting.
    #[track_caller]
    pub fn set_parallelism(self, parallelism: u32) -> Self {
        self.change("set_parallelism", |node| node.parallelism = Some(parallelism))
    }

    /// The most subtasks it can ever have. 1 to 32768.
    #[track_caller]
    pub fn set_max_parallelism(self, max_parallelism: u32) -> Self {
        self.change("set_max_parallelism", |node| node.max_parallelism = Some(max_parallelism))
    }

    /// Which slots it may share: only those of operators in the same group. It inherits the group of its input.
    #[track_caller]
    pub fn slot_sharing_group(self, group: &str) -> Self {
        self.change("slot_sharing_group", |node| node.slot_sharing_group = Some(group.to_owned()))
    }

    /// Keeps its subtask i in one slot with subtask i of every other operator of the same group. They must have the same parallelism
    /// and the same slot-sharing group.
    #[track_caller]
    pub fn co_location_group(self, group: &str) -> Self {
        self.change("co_location_group", |node| node.co_location_group = Some(group.to_owned()))
    }

    /// Keeps it in a task of its own.
    #[track_caller]
    pub fn disable_chaining(self) -> Self {
        self.change("disable_chaining", |node| node.chaining = ChainingStrategy::Never)
    }

    /// What its committer will have to say, as records of `T`. The uids of the operators before it must be given by now.
    pub fn collected<T: Record>(self) -> Collected<T> {
        let ids = self.env.inner.builder.borrow().graph.operator_ids();
        let operator = ids.get(self.operator.node.0 as usize).copied().unwrap_or(OperatorId(0));
        Collected { operator, records: PhantomData }
    }

    #[track_caller]
    fn change(self, call: &'static str, change: impl FnOnce(&mut StreamNode)) -> Self {
        let place = ProgramPlace::caller();
        self.env.inner.builder.borrow_mut().change(self.operator, call, place, change);
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
        if result.detached {
            let job = result.job_id;
            return Err(Error::user(format!(
                "job {job} runs detached, so its result is not here: run the program attached (without -d), or in application mode, \
                 where it waits for its jobs"
            )));
        }
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

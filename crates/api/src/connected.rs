//! Two streams as the inputs of one operator.

use crate::DataStream;
use crate::builder::{Code, schema_of};
use weft_graph::{OperatorKind, ProgramPlace, StreamNode};
use weft_record::Record;
use weft_runtime::operators::{CoMap, per_subtask};

/// Two streams that feed the two inputs of the next operator.
pub struct ConnectedStreams<A, B> {
    pub(crate) first: DataStream<A>,
    pub(crate) second: DataStream<B>,
}

impl<A: Record, B: Record> ConnectedStreams<A, B> {
    /// One record for each: by one function for the first stream's, by the other for the second's.
    #[track_caller]
    pub fn map<U: Record>(
        self,
        first: impl FnMut(A) -> U + Clone + Send + 'static,
        second: impl FnMut(B) -> U + Clone + Send + 'static,
    ) -> DataStream<U> {
        let factory = per_subtask((first, second), |(f, g), _| Ok(Box::new(CoMap::new(f, g))));
        let node = StreamNode::new(OperatorKind::TwoInput, "Co-Map", schema_of::<U>());
        let env = self.first.env.clone();
        let code = Code { factory, coordinator: None };
        let id = env.inner.builder.borrow_mut().add_node(node, ProgramPlace::caller(), code);
        self.first.feed(id, 0);
        self.second.feed(id, 1);
        DataStream::of_node(env, id)
    }
}

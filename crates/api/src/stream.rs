//! A stream in a program, and how operators are added behind it.

use std::sync::Arc;

use crate::StreamExecutionEnvironment;
use crate::builder::{Code, OperatorRef, node_of};
use crate::upstream::Upstream;
use weft_graph::{OperatorKind, StreamEdge};
use weft_record::Record;
use weft_runtime::OperatorFactory;
use weft_runtime::operators::SidePorts;

/// A stream of records of one type.
///
/// Functions given to its methods are prototypes: each subtask, and each attempt of it, works with a clone. The `…_with` forms take
/// a function that makes the function where it will run, for what cannot be cloned or must be opened there.
///
/// A clone is the same stream: what is done with both reads the same records.
pub struct DataStream<T> {
    pub(crate) env: StreamExecutionEnvironment,
    /// Several after a union; none after a mistake.
    pub(crate) upstreams: Vec<Upstream<T>>,
    /// Where the side outputs of the operator this is the main output of are declared, if it has any.
    pub(crate) sides: Option<SidePorts>,
}

impl<T> Clone for DataStream<T> {
    fn clone(&self) -> Self {
        DataStream { env: self.env.clone(), upstreams: self.upstreams.clone(), sides: self.sides.clone() }
    }
}

impl<T: Record> DataStream<T> {
    /// The main output of an operator.
    pub(crate) fn of_operator(env: StreamExecutionEnvironment, operator: OperatorRef) -> Self {
        DataStream { env, upstreams: vec![Upstream::new(operator, 0)], sides: None }
    }

    /// The main output of an operator whose side outputs are declared in `sides`.
    pub(crate) fn with_sides(mut self, sides: SidePorts) -> Self {
        self.sides = Some(sides);
        self
    }

    /// Adds an operator with this stream as its only input.
    #[track_caller]
    pub(crate) fn one_input<U: Record>(self, operation: &str, factory: Arc<dyn OperatorFactory>) -> DataStream<U> {
        let node = node_of::<U>(OperatorKind::OneInput, operation);
        let operator = self.env.inner.builder.borrow_mut().add_operator(node, Code::from(factory));
        self.feed(operator, 0);
        DataStream::of_operator(self.env, operator)
    }

    /// Adds an operator with this stream as its first input and another as its second.
    #[track_caller]
    pub(crate) fn two_inputs<B: Record, U: Record>(
        self,
        second: DataStream<B>,
        operation: &str,
        factory: Arc<dyn OperatorFactory>,
    ) -> DataStream<U> {
        let node = node_of::<U>(OperatorKind::TwoInput, operation);
        let operator = self.env.inner.builder.borrow_mut().add_operator(node, Code::from(factory));
        self.feed(operator, 0);
        DataStream { env: self.env.clone(), ..second }.feed(operator, 1);
        DataStream::of_operator(self.env, operator)
    }

    /// Leads this stream into an input of an operator of its environment.
    pub(crate) fn feed(&self, operator: OperatorRef, input: u32) {
        let mut builder = self.env.inner.builder.borrow_mut();
        for upstream in &self.upstreams {
            let edge = StreamEdge::new(upstream.operator.node, operator.node);
            let edge = edge.from_output(upstream.output).to_input(input).with_partition(upstream.partition);
            let edge = edge.with_compression(upstream.compression);
            builder.add_edge(upstream.operator, edge, upstream.edge());
        }
    }
}

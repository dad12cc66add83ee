//! Where a stream comes from, and how its records find the subtask of the next operator.

use std::sync::Arc;

use crate::builder::OperatorRef;
use weft_exchange::{Edge, KeyHasher, TypedEdge};
use weft_graph::{EdgeCompression, Partition};
use weft_record::Record;
use weft_runtime::operators::Prototype;

/// One of the operators a stream comes from, and how its records are to be distributed.
pub(crate) struct Upstream<T> {
    pub(crate) operator: OperatorRef,
    /// 0 is the main output, then the side outputs.
    pub(crate) output: u32,
    pub(crate) partition: Partition,
    pub(crate) compression: EdgeCompression,
    pub(crate) code: EdgeCode<T>,
}

/// The user's part in distributing records.
pub(crate) enum EdgeCode<T> {
    /// None.
    Plain,
    /// A key selector or a partitioner.
    Function(Arc<dyn MakeEdge<T>>),
}

/// Makes the code of an edge; one for each edge that a stream leads into.
pub(crate) trait MakeEdge<T> {
    fn edge(&self) -> Arc<dyn Edge>;
}

impl<T> Clone for EdgeCode<T> {
    fn clone(&self) -> Self {
        match self {
            EdgeCode::Plain => EdgeCode::Plain,
            EdgeCode::Function(make) => EdgeCode::Function(make.clone()),
        }
    }
}

impl<T> Clone for Upstream<T> {
    fn clone(&self) -> Self {
        Upstream { code: self.code.clone(), ..*self }
    }
}

impl<T: Record> Upstream<T> {
    /// An output of an operator, without a partition call.
    pub(crate) fn new(operator: OperatorRef, output: u32) -> Self {
        Upstream {
            operator,
            output,
            partition: Partition::None,
            compression: EdgeCompression::Undefined,
            code: EdgeCode::Plain,
        }
    }

    /// The edge's code.
    pub(crate) fn edge(&self) -> Arc<dyn Edge> {
        match &self.code {
            EdgeCode::Plain => Arc::new(TypedEdge::<T>::plain()),
            EdgeCode::Function(make) => make.edge(),
        }
    }
}

/// Edges that are distributed by key.
pub(crate) struct ByKey<H>(pub(crate) Prototype<H>);

impl<T: Record, H: KeyHasher<T> + Clone + 'static> MakeEdge<T> for ByKey<H> {
    fn edge(&self) -> Arc<dyn Edge> {
        Arc::new(TypedEdge::<T>::keyed(self.0.get()))
    }
}

/// Edges that are distributed by a user's function.
pub(crate) struct ByFunction<F>(pub(crate) Prototype<F>);

impl<T: Record, F: Fn(&T, usize) -> usize + Clone + Send + 'static> MakeEdge<T> for ByFunction<F> {
    fn edge(&self) -> Arc<dyn Edge> {
        Arc::new(TypedEdge::<T>::custom(self.0.get()))
    }
}

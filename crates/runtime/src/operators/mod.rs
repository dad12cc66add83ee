//! User functions as operators.

mod connect;
mod element;
mod flat_map;
mod flat_map_iter;
mod key;
mod keyed_process;
mod process;
mod prototype;
mod rolling;
mod sides;

pub use connect::CoMap;
pub use element::{Filter, Map};
pub use flat_map::FlatMap;
pub use flat_map_iter::FlatMapIter;
pub use key::{ByRef, ByValue, KeySelector, SelectorHasher};
pub use keyed_process::{KeyedContext, KeyedProcessFunction, KeyedProcessOperator};
pub use process::{ProcessContext, ProcessFunction, ProcessOperator};
pub use prototype::{Prototype, per_subtask};
pub use rolling::Rolling;
pub use sides::SidePorts;

use crate::TaskError;
use weft_record::{AnyBatch, Batch, Record};

/// The batch as one of `T`. Types were checked when the program was built, so a mismatch is a broken invariant.
pub(crate) fn typed<T: Record>(batch: AnyBatch) -> Result<Batch<T>, TaskError> {
    let mismatch = |_| {
        TaskError::fatal(format!("a batch of other records arrived where {} was expected", std::any::type_name::<T>()))
    };
    batch.downcast::<T>().map_err(mismatch)
}

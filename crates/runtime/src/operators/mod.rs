//! User functions as operators.

mod co_flat_map;
mod co_input;
mod co_map;
mod co_process;
mod element;
mod flat_map;
mod flat_map_iter;
mod key;
mod keyed_co_process;
mod keyed_process;
mod keyed_run;
mod pace;
mod process;
mod prototype;
mod rolling;
mod sides;

#[cfg(test)]
mod bench_test;
#[cfg(test)]
mod keyed_test;
#[cfg(test)]
mod pace_test;
#[cfg(test)]
mod plain_test;

pub use co_flat_map::CoFlatMap;
pub use co_map::CoMap;
pub use co_process::{CoProcessFunction, CoProcessOperator};
pub use element::{Filter, Map};
pub use flat_map::FlatMap;
pub use flat_map_iter::FlatMapIter;
pub use key::{ByRef, ByValue, KeySelector, SelectorHasher};
pub use keyed_co_process::{KeyedCoProcessFunction, KeyedCoProcessOperator};
pub use keyed_process::{KeyedContext, KeyedProcessFunction, KeyedProcessOperator};
pub use process::{ProcessContext, ProcessFunction, ProcessOperator};
pub use prototype::{Prototype, per_subtask};
pub use rolling::Rolling;
pub use sides::{OutputTag, SidePorts};

use crate::TaskError;
use weft_record::{AnyBatch, Batch, Record};

/// The batch as one of `T`. Types were checked when the program was built, so a mismatch is a broken invariant.
pub(crate) fn typed<T: Record>(batch: AnyBatch) -> Result<Batch<T>, TaskError> {
    let mismatch = |_| {
        TaskError::fatal(format!("a batch of other records arrived where {} was expected", std::any::type_name::<T>()))
    };
    batch.downcast::<T>().map_err(mismatch)
}

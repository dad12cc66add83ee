//! Accumulators of a task: named values that user functions add to.
//!
//! A function asks its context for one by name and kind, once, when it is made or opened; what it gets is a handle on a cell that the
//! task's reports read. Adding is a load and a store: no lock, no locked instruction, nothing allocated. That is right because
//! whatever runs in a task runs on one thread; a handle that is carried to another thread loses counts. The operators of a task
//! that ask for the same name have the same cell.
//!
//! To ask for a name as another kind than it is gives a handle that nobody reads, and fails the task when its operators are
//! open, or at the latest at its end.

mod average;
mod counters;
mod extremes;
mod handle;
mod histogram;
mod registry;

pub use average::Average;
pub use counters::{DoubleCounter, IntCounter, LongCounter};
pub use extremes::{DoubleMaximum, DoubleMinimum, LongMaximum, LongMinimum};
pub use handle::AccumulatorHandle;
pub use histogram::Histogram;
pub use registry::Accumulators;

#[cfg(test)]
mod tests;

//! Vertices of a job and their subtasks.

mod backpressure;
mod details;
mod io;
mod span;
mod statistics;
mod subtask;
mod task_managers;
mod times;

pub(crate) use backpressure::backpressure;
pub(crate) use details::{accumulators, details};
pub(crate) use io::Io;
pub(crate) use span::Span;
pub(crate) use subtask::subtask;
pub(crate) use task_managers::task_managers;
pub(crate) use times::subtask_times;

/// Where clients expect a place that a task has not got yet.
pub(crate) const UNASSIGNED: &str = "(unassigned)";

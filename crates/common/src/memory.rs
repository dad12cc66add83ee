//! Who gets how much of a process's memory.
//!
//! ```text
//! process size ─┬─ metaspace
//!               ├─ overhead                     a fraction of the process size, within bounds
//!               └─ flink size ─┬─ framework heap, framework off-heap
//!                              ├─ managed        a fraction of the flink size, or as set
//!                              ├─ network        a fraction of the flink size, within bounds
//!                              ├─ task off-heap
//!                              └─ task heap      the rest
//! ```
//!
//! A JobManager's flink size has two parts, heap and off-heap. The names are those of Apache Flink, whose configurations this
//! divides in the same way, to the byte when `memory.model` is `flink`. The native model has other defaults and no other rules.
//!
//! # Three ways
//! 1. *From the parts*: task heap and managed memory (of a JobManager, the heap) are set. The parts make the flink size; network
//!    and overhead are found so that they have their fractions of what comes out.
//! 2. *From the flink size*: it is divided, and overhead is added so that it has its fraction of the process size.
//! 3. *From the process size*: overhead and metaspace are taken off, the rest is divided.
//!
//! The first that has what it needs is taken. Where a larger size is set besides, the part that would be derived is what is left
//! of it, and has to lie within its bounds.
//!
//! # What becomes of it
//! There is no virtual machine, so no part is fenced off by itself. Network and managed memory are kept by those who use them. A
//! worker has a limit in all: the share of its slots in everything that belongs to tasks, and a fixed base, which is an even part
//! of the rest for the TaskManager and one worker per slot. So whatever the number of workers, their limits and the TaskManager's
//! base never exceed the process size.
//!
//! # Fractions
//! They are 32-bit floats, multiplied exactly: the shortest decimal number that stands for the float, widened to 64 bits, times
//! the number of bytes, rounded down.

mod bounded;
mod cgroup;
mod defaults;
mod error;
mod fraction;
mod host;
mod job_manager;
mod part;
mod process;
mod table;
mod task_manager;
#[cfg(test)]
mod tests;

pub use error::MemoryError;
pub use host::HostResources;
pub use job_manager::JobManagerMemory;
pub use part::{MemoryPart, PartBounds};
pub use task_manager::TaskManagerMemory;

pub use crate::configuration::options::MemoryModel;

//! Accumulators: what the subtasks of a job count for its user, by name.
//!
//! Every subtask has values of its own; whoever shows them merges those of the same name, which have to be of the same kind. They
//! travel, and are kept, as bytes:
//!
//! ```text
//! [kind: u8] [value]                                     numbers little-endian, doubles as IEEE 754
//!   1 LongCounter     i64      4 LongMaximum    i64      7 Average      sum: f64, count: u64
//!   2 DoubleCounter   f64      5 DoubleMinimum  f64      8 IntCounter   i32
//!   3 LongMinimum     i64      6 DoubleMaximum  f64      9 Histogram    n: u32, n × (value: i32, count: u64), values ascending
//! ```
//! The layout of a kind never changes: another layout is another kind.

mod error;
mod format;
mod merge;
mod value;

pub use error::AccumulatorError;
pub use merge::{compact, merge};
pub use value::Accumulator;

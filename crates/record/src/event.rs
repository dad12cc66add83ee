//! What stands between batches.
//!
//! An event travels encoded as a record: the tag as varint (one byte), then its fields. The tags are frozen.
//!
//! | tag | event | fields |
//! |---|---|---|
//! | 0 | watermark | time `i64` |
//! | 1 | idle | |
//! | 2 | active | |
//! | 3 | barrier | checkpoint `u64`, triggered `i64` |
//! | 4 | latency marker | marked `i64`, operator `u64`, subtask `u32` |
//! | 5 | end of input | |

use crate::{Batch, Record};

/// A control element that keeps its place between the records of one channel.
#[derive(Clone, Debug, PartialEq, Eq, Record)]
pub enum StreamEvent {
    /// No record with an event time at or below this follows on this channel. Milliseconds since the epoch.
    Watermark(i64),
    /// The channel stays silent for now and must not hold back event time.
    Idle,
    /// The channel speaks again.
    Active,
    /// A checkpoint's cut through the stream.
    Barrier(CheckpointBarrier),
    /// A probe that travels with the records and measures how long they take.
    LatencyMarker {
        /// Wall-clock time at the source, in milliseconds since the epoch.
        marked_ms: i64,
        /// Which source operator marked it: the first 8 bytes of its id.
        operator: u64,
        /// Which of its subtasks.
        subtask: u32,
    },
    /// Nothing follows on this channel.
    EndOfInput,
}

/// The marker of one checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Record)]
pub struct CheckpointBarrier {
    /// The checkpoint's id, rising within a job.
    pub checkpoint: u64,
    /// When it was triggered, wall clock, in milliseconds since the epoch.
    pub timestamp_ms: i64,
}

/// Records or an event, in the order of one channel.
#[derive(Clone, Debug, PartialEq)]
pub enum StreamElement<T> {
    /// Records.
    Batch(Batch<T>),
    /// Something between records.
    Event(StreamEvent),
}

#[cfg(test)]
#[path = "event_test.rs"]
mod tests;

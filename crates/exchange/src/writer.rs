//! The producing end of an edge, as its task sees it.

use crate::{AnyBatch, ExchangeError, Outbox};
use weft_record::StreamEvent;

/// How far a call got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Everything was taken over.
    Done,
    /// The writer keeps the rest of what it was given and takes nothing more until `resume` says `Done`.
    Blocked,
}

/// Distributes what one subtask emits on one edge over the consumers it is connected to.
///
/// Nothing here blocks or waits: what cannot go on for want of credit, or of room in a local channel, is kept, and the
/// slot calls again when it has news.
pub trait EdgeWriter {
    /// Takes over `batch`. Call it only while the writer is not blocked.
    ///
    /// # Errors
    /// A batch of another type, a record above the maximum size, a custom partitioner out of range. The task fails.
    fn write(&mut self, batch: AnyBatch, net: &mut Outbox) -> Result<Progress, ExchangeError>;

    /// Goes on after credit arrived or a local channel was drained.
    ///
    /// # Errors
    /// As for [`write`](Self::write).
    fn resume(&mut self, net: &mut Outbox) -> Result<Progress, ExchangeError>;

    /// Sends `event` to every channel, behind everything written so far. Call it only while the writer is not blocked.
    fn event(&mut self, event: StreamEvent, net: &mut Outbox);

    /// Sends what is collected but not full; what lacks credit goes as soon as there is some.
    fn flush(&mut self, net: &mut Outbox);

    /// Consumer `to` takes `bytes` more. Sends what waited for it; a blocked writer also needs [`resume`](Self::resume).
    fn on_credit(&mut self, to: u32, bytes: u32, net: &mut Outbox);

    /// Whether it keeps records that it could not pass on, and takes no more.
    fn is_blocked(&self) -> bool;

    /// Whether records are collected that only `flush` or more records would send.
    fn has_unflushed(&self) -> bool;

    /// Whether everything, events included, was handed over.
    fn is_empty(&self) -> bool;

    /// Bytes handed over so far: encoded to other slots, estimated within the slot.
    fn bytes_out(&self) -> u64;

    /// Records taken over so far, for those who drive a writer by hand; a task counts what its chain emits.
    fn records_out(&self) -> u64;

    /// Bytes of memory that collected records occupy at the moment: what tests of the bound on memory ask for.
    fn held_bytes(&self) -> usize;

    /// Which consumers it waits for, in words, when it is blocked.
    fn blocked_on(&self) -> Option<String>;
}

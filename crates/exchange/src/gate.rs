//! The consuming end of an edge, as its task sees it.

use crate::{AnyBatch, ExchangeError, Message, Outbox};
use std::fmt;
use weft_record::StreamEvent;

/// What a gate gives its task.
pub enum GateElement {
    /// Records, of one or several channels.
    Batch(AnyBatch),
    /// An event of one channel; everything sent on it before the event was given before.
    Event {
        /// The channel: an index into the gate's sources.
        channel: usize,
        /// The event.
        event: StreamEvent,
    },
}

impl fmt::Debug for GateElement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Batch(batch) => write!(f, "Batch of {}", batch.len()),
            Self::Event { channel, event } => write!(f, "{event:?} of channel {channel}"),
        }
    }
}

/// Collects what the producers send to one subtask over one edge.
pub trait InputGate {
    /// Grants every remote channel its first credit. Call it once, before anything else.
    fn open(&mut self, net: &mut Outbox);

    /// Takes a message of producer `from`.
    ///
    /// # Errors
    /// The channel is broken, the producer ignores its credit, or the message belongs elsewhere. The task fails.
    fn deliver(&mut self, from: u32, message: Message) -> Result<(), ExchangeError>;

    /// The next element, if there is one. Returns credit for what it consumes.
    ///
    /// Channels take turns; one whose next element is an event is served first. Small frames are merged, also of
    /// several channels, up to the size of a batch.
    ///
    /// # Errors
    /// A corrupt frame. The task fails.
    fn poll(&mut self, net: &mut Outbox) -> Result<Option<GateElement>, ExchangeError>;

    /// Whether `poll` would give something.
    fn has_input(&self) -> bool;

    /// Holds back a channel: `poll` takes nothing from it, so its producer runs out of credit.
    fn block_channel(&mut self, channel: usize);

    /// Ends [`block_channel`](Self::block_channel).
    fn unblock_channel(&mut self, channel: usize);

    /// Bytes consumed so far: encoded from other slots, estimated within the slot.
    fn bytes_in(&self) -> u64;

    /// Bytes of memory that frames waiting here occupy at the moment: what tests of the bound on memory ask for.
    fn held_bytes(&self) -> usize;
}

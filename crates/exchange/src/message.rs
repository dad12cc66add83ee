//! What a channel carries.

use crate::{ChannelId, Frame};
use weft_record::StreamEvent;

/// One thing on its way over a channel between two slots.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// Encoded records, producer to consumer. Costs credit.
    Data(Frame),
    /// An event in its place between the records, producer to consumer. Costs no credit.
    Event(StreamEvent),
    /// The consumer takes so many bytes more. May overtake everything else.
    Credit(u32),
    /// The channel is gone; to either side. Says why and names the peer.
    Broken(String),
}

/// A message and the channel it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    /// Which channel.
    pub channel: ChannelId,
    /// What it carries.
    pub message: Message,
}

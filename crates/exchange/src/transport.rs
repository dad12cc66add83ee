//! Between slots.

use crate::{Envelope, SlotAddress};

/// Carries messages from slot to slot.
///
/// What every implementation owes (the `contract` module tests it):
/// * messages of one channel arrive in the order in which they were sent, records and events alike; only
///   [`Credit`](crate::Message::Credit) may overtake;
/// * a message to a slot that does not listen yet is kept until it does;
/// * a connection that is lost shows up as [`Broken`](crate::Message::Broken), naming the peer, at both ends of every
///   channel it carried; after that nothing more arrives on the channel;
/// * `send` never blocks: the credits bound what can be under way.
pub trait Transport: Send + Sync {
    /// Sends `messages` to the slot `to`.
    fn send(&self, to: SlotAddress, messages: Vec<Envelope>);
}

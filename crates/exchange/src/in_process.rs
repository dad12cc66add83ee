//! The transport between the slots of one process.

use crate::{ChannelId, Envelope, Inbox, Message, SlotAddress, Transport};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Puts messages straight into the inbox of the slot they are for.
///
/// Whichever side mentions a slot first creates its inbox: a consumer that announces credit before the producer's slot
/// has started loses nothing. A transport serves one job and goes with it, so no inbox is ever removed.
#[derive(Debug, Default)]
pub struct InProcessTransport {
    inboxes: RwLock<HashMap<SlotAddress, Arc<Inbox>>>,
}

impl InProcessTransport {
    /// A transport that knows no slot yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The inbox of `slot`.
    pub fn inbox(&self, slot: SlotAddress) -> Arc<Inbox> {
        let known = self.inboxes.read().unwrap_or_else(PoisonError::into_inner).get(&slot).map(Arc::clone);
        known.unwrap_or_else(|| {
            Arc::clone(self.inboxes.write().unwrap_or_else(PoisonError::into_inner).entry(slot).or_default())
        })
    }

    /// Tells both ends of `channel` that it is gone, and to each who the other was.
    pub fn break_channel(&self, channel: ChannelId, producer: SlotAddress, consumer: SlotAddress, reason: &str) {
        let broken = |peer: SlotAddress| {
            vec![Envelope { channel, message: Message::Broken(format!("the connection to {peer} is lost: {reason}")) }]
        };
        self.send(producer, broken(consumer));
        self.send(consumer, broken(producer));
    }
}

impl Transport for InProcessTransport {
    fn send(&self, to: SlotAddress, messages: Vec<Envelope>) {
        self.inbox(to).push(messages);
    }
}

#[cfg(test)]
#[path = "in_process_test.rs"]
mod tests;

//! What a step wants to send.

use crate::{ChannelId, Envelope, Message, SlotAddress, Transport};
use std::collections::HashMap;

/// Collects the messages of one step, so that each destination is locked, or its socket written, once a step.
#[derive(Debug, Default)]
pub struct Outbox {
    by_slot: HashMap<SlotAddress, usize>,
    pending: Vec<(SlotAddress, Vec<Envelope>)>,
    last: usize,
    waiting: usize,
}

impl Outbox {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a message for the slot `to`.
    pub fn push(&mut self, to: SlotAddress, channel: ChannelId, message: Message) {
        let index = self.index_of(to);
        if let Some((_, messages)) = self.pending.get_mut(index) {
            messages.push(Envelope { channel, message });
            self.waiting += 1;
        }
    }

    /// Hands everything to `transport`, destination by destination.
    pub fn flush(&mut self, transport: &dyn Transport) {
        if self.waiting == 0 {
            return;
        }
        self.waiting = 0;
        for (to, messages) in self.pending.iter_mut().filter(|(_, messages)| !messages.is_empty()) {
            transport.send(*to, std::mem::take(messages));
        }
    }

    /// Whether there is nothing to flush.
    pub fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    /// Where the messages for `to` are collected. Steps mostly send to one slot many times in a row.
    fn index_of(&mut self, to: SlotAddress) -> usize {
        if self.pending.get(self.last).is_some_and(|(slot, _)| *slot == to) {
            return self.last;
        }
        let next = self.pending.len();
        self.last = *self.by_slot.entry(to).or_insert(next);
        if self.last == next {
            self.pending.push((to, Vec::new()));
        }
        self.last
    }
}

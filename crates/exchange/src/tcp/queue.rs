//! What waits for the writer.

use crate::{Envelope, Message};
use std::collections::VecDeque;

/// The writer takes about so many bytes at once; then it looks for credits again.
const TAKEN_BYTES: usize = 1 << 20;
/// And at most so many messages.
const TAKEN_MESSAGES: usize = 256;

/// A message with the lanes at both ends.
#[derive(Debug)]
pub(super) struct Outbound {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) envelope: Envelope,
}

/// Messages in the order in which they leave: credits first.
#[derive(Debug, Default)]
pub(super) struct Queue {
    credits: VecDeque<Outbound>,
    ordered: VecDeque<Outbound>,
}

impl Queue {
    pub(super) fn push(&mut self, message: Outbound) {
        match message.envelope.message {
            Message::Credit(_) => self.credits.push_back(message),
            _ => self.ordered.push_back(message),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.credits.is_empty() && self.ordered.is_empty()
    }

    pub(super) fn clear(&mut self) {
        *self = Queue::default();
    }

    /// Moves what leaves next into `taken`.
    pub(super) fn take(&mut self, taken: &mut Vec<Outbound>) {
        taken.extend(self.credits.drain(..));
        let mut bytes = 0;
        let within = |message: &&Outbound| {
            let before = bytes;
            bytes += match &message.envelope.message {
                Message::Data(frame) => frame.body().len(),
                _ => 0,
            };
            before < TAKEN_BYTES
        };
        let count = self.ordered.iter().take(TAKEN_MESSAGES).take_while(within).count();
        taken.extend(self.ordered.drain(..count));
    }
}

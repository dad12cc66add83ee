//! What the reader has in hand.

use super::head::Head;
use crate::Message;
use weft_record::StreamEvent;

/// Messages that were read and not handed on yet.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    heads: Vec<(Head, bool)>,
    messages: Vec<Message>,
}

impl Arrivals {
    pub(super) fn push(&mut self, head: Head, message: Message) {
        self.heads.push((head, is_end(&message)));
        self.messages.push(message);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// Takes everything out.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = (Head, bool, Message)> {
        self.heads.drain(..).zip(self.messages.drain(..)).map(|((head, end), message)| (head, end, message))
    }
}

/// Whether nothing follows on its channel.
pub(super) fn is_end(message: &Message) -> bool {
    matches!(message, Message::Event(StreamEvent::EndOfInput))
}

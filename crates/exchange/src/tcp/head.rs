//! What precedes every message; the table is one level up.

use super::error::ConnectionError;
use crate::{ChannelId, FRAME_HEADER_BYTES, MAX_FRAME_BYTES};

/// Bytes of a head.
pub(super) const HEAD_BYTES: usize = 32;
/// An encoded event is at most so long.
const MAX_EVENT_BYTES: usize = 64;
/// A farewell is at most so long.
pub(super) const MAX_FAREWELL_BYTES: usize = 4096;

/// What follows a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A frame.
    Records,
    /// A frame with its body as an LZ4 block.
    Compressed,
    /// An event.
    Event,
    /// Nothing: the amount is the credit.
    Credit,
    /// Why the sender ends the connection.
    Farewell,
}

/// What precedes every message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) kind: Kind,
    /// Bytes that follow, or are granted.
    pub(super) amount: u32,
    /// The sender's lane.
    pub(super) from: u32,
    /// The receiver's lane.
    pub(super) to: u32,
    pub(super) channel: ChannelId,
}

impl Head {
    /// The head of a farewell of so many bytes.
    pub(super) fn farewell(amount: u32) -> Self {
        let channel = ChannelId { edge: 0, from: 0, to: 0, attempt: 0 };
        Head { kind: Kind::Farewell, amount, from: 0, to: 0, channel }
    }

    pub(super) fn encode(&self) -> [u8; HEAD_BYTES] {
        let kind = match self.kind {
            Kind::Records => 1,
            Kind::Compressed => 2,
            Kind::Event => 3,
            Kind::Credit => 4,
            Kind::Farewell => 5,
        };
        let ChannelId { edge, from, to, attempt } = self.channel;
        let words: [u32; 8] = [kind, self.amount, self.from, self.to, edge, from, to, attempt];
        let mut bytes = [0; HEAD_BYTES];
        for (place, word) in bytes.chunks_exact_mut(4).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    pub(super) fn decode(bytes: &[u8; HEAD_BYTES]) -> Result<Self, ConnectionError> {
        let mut words = bytes.chunks_exact(4).map(|word| word.iter().rev().fold(0, |n, b| n << 8 | u32::from(*b)));
        let [kind, amount, from, to, edge, source, target, attempt] =
            std::array::from_fn(|_| words.next().unwrap_or_default());
        let (kind, least, most) = match kind {
            1 => (Kind::Records, FRAME_HEADER_BYTES, FRAME_HEADER_BYTES + MAX_FRAME_BYTES),
            2 => (Kind::Compressed, FRAME_HEADER_BYTES, FRAME_HEADER_BYTES + MAX_FRAME_BYTES),
            3 => (Kind::Event, 1, MAX_EVENT_BYTES),
            4 => (Kind::Credit, 0, u32::MAX as usize),
            5 => (Kind::Farewell, 0, MAX_FAREWELL_BYTES),
            _ => return Err(ConnectionError::Head("kind")),
        };
        if !(least..=most).contains(&(amount as usize)) {
            return Err(ConnectionError::Head("length"));
        }
        Ok(Head { kind, amount, from, to, channel: ChannelId { edge, from: source, to: target, attempt } })
    }
}

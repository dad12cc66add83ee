//! Bytes on their way into a socket.

use std::{collections::VecDeque, io::IoSlice};

use bytes::{Buf, Bytes};

/// The most pieces that are handed to the operating system at once.
const PIECES: usize = 64;

/// Pieces of packets in the order in which they are sent.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    pieces: VecDeque<Bytes>,
}

impl Outgoing {
    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Whether more pieces could be handed over at once.
    pub(crate) fn has_room(&self) -> bool {
        self.pieces.len() < PIECES
    }

    pub(crate) fn push(&mut self, piece: Bytes) {
        if !piece.is_empty() {
            self.pieces.push_back(piece);
        }
    }

    /// The pieces at the front.
    pub(crate) fn slices(&self) -> Vec<IoSlice<'_>> {
        self.pieces.iter().take(PIECES).map(|piece| IoSlice::new(piece)).collect()
    }

    /// So many bytes are sent.
    pub(crate) fn advance(&mut self, mut sent: usize) {
        while let Some(piece) = self.pieces.front_mut().filter(|_| sent > 0) {
            let part = sent.min(piece.len());
            piece.advance(part);
            sent -= part;
            if piece.is_empty() {
                self.pieces.pop_front();
            }
        }
    }

    pub(crate) fn clear(&mut self) {
        self.pieces.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_is_not_sent_again() {
        let mut outgoing = Outgoing::default();
        ["one", "", "two", "three"].iter().for_each(|piece| outgoing.push(Bytes::from_static(piece.as_bytes())));
        let mut sent = Vec::new();
        for take in [2, 1, 0, 5, 3] {
            let ready = outgoing.slices().iter().flat_map(|slice| slice.to_vec()).collect::<Vec<_>>();
            sent.extend_from_slice(&ready[..take]);
            outgoing.advance(take);
        }
        assert_eq!(sent, b"onetwothree");
        assert!(outgoing.is_empty() && outgoing.has_room());
    }
}

//! Cutting a file's bytes into packets and blocks.
//!
//! A packet of data begins where a chunk (the bytes of one checksum) begins and holds whole chunks, 126 of them, as Java's client
//! has it: with header and sums that fills the 64 KiB a DataNode reads into. Only when the writer wants its bytes out, or the
//! block ends, is a packet cut shorter. What then remains of a chunk is sent *again* in the next packet, which so begins at a
//! chunk too; a DataNode writes the part it does not have.

use std::collections::VecDeque;

use bytes::{Buf, Bytes, BytesMut};

use crate::hdfs::transfer::{Checksum, Packet};

/// Bytes of one checksum.
const CHUNK: usize = 512;
/// Bytes of data in a packet.
pub(crate) const PACKET: usize = 126 * CHUNK;

/// Bytes on their way into packets of one block after the other.
#[derive(Debug)]
pub(crate) struct Cutter {
    block_size: u64,
    waiting: VecDeque<Bytes>,
    /// Bytes that wait.
    length: usize,
    /// Where the bytes that wait begin in the block.
    offset: u64,
    /// Up to where the block's bytes are in packets: beyond `offset` when a chunk is to be sent again.
    cut_to: u64,
    seqno: i64,
}

impl Cutter {
    /// Blocks of so many bytes, a multiple of a chunk's.
    pub(crate) fn new(block_size: u64) -> Self {
        debug_assert!(block_size > 0 && block_size.is_multiple_of(Checksum::WRITTEN.chunk() as u64));
        Cutter { block_size, waiting: VecDeque::new(), length: 0, offset: 0, cut_to: 0, seqno: 0 }
    }

    /// Takes bytes.
    pub(crate) fn push(&mut self, bytes: Bytes) {
        self.length += bytes.len();
        if !bytes.is_empty() {
            self.waiting.push_back(bytes);
        }
    }

    /// Whether bytes wait that are in no packet.
    pub(crate) fn has_bytes(&self) -> bool {
        self.offset + self.length as u64 > self.cut_to
    }

    /// Bytes of the block that are in packets.
    pub(crate) fn cut_to(&self) -> u64 {
        self.cut_to
    }

    /// Whether the block takes no more.
    pub(crate) fn is_block_full(&self) -> bool {
        self.cut_to == self.block_size
    }

    /// A whole packet, if there is one: as long as it can be, or up to the end of the block.
    pub(crate) fn next(&mut self) -> Option<Packet> {
        let wanted = self.room().min(PACKET);
        (wanted > 0 && self.length >= wanted && self.has_bytes()).then(|| self.cut(wanted, false))
    }

    /// What waits, in a packet that is shorter than others; with `sync` also a packet without bytes, since a DataNode that has
    /// all bytes of a packet already does not look whether they are to be forced to the disk.
    pub(crate) fn flush(&mut self, sync: bool) -> Option<Packet> {
        if self.has_bytes() {
            let rest = self.length.min(self.room());
            debug_assert!(rest <= PACKET);
            return Some(self.cut(rest, sync));
        }
        sync.then(|| Packet::of(self.next_seqno(), self.cut_to, Vec::new(), true))
    }

    /// Ends the block.
    pub(crate) fn end_block(&mut self, sync: bool) -> Packet {
        let (last, end) = (self.seqno, self.cut_to);
        // What would have been sent again is there; bytes behind it belong to the next block.
        self.drop_front((self.cut_to - self.offset) as usize);
        (self.seqno, self.offset, self.cut_to) = (0, 0, 0);
        Packet::last(last, end, sync)
    }

    /// Bytes that the block still takes, beginning at `offset`.
    fn room(&self) -> usize {
        usize::try_from(self.block_size - self.offset).unwrap_or(usize::MAX)
    }

    fn cut(&mut self, length: usize, sync: bool) -> Packet {
        let data = self.take(length);
        let packet = Packet::of(self.next_seqno(), self.offset, data, sync);
        self.cut_to = packet.end();
        // A block ends at a chunk, so this belongs to the same block.
        let again = length % CHUNK;
        if again > 0 {
            self.put_back(&packet.data, again);
        }
        self.offset = self.cut_to - again as u64;
        packet
    }

    fn next_seqno(&mut self) -> i64 {
        self.seqno += 1;
        self.seqno - 1
    }

    /// The first bytes that wait, in pieces.
    fn take(&mut self, length: usize) -> Vec<Bytes> {
        let mut taken = Vec::new();
        let mut missing = length;
        while missing > 0 {
            let Some(mut piece) = self.waiting.pop_front() else { break };
            if piece.len() > missing {
                self.waiting.push_front(piece.split_off(missing));
            }
            missing -= piece.len();
            taken.push(piece);
        }
        self.length -= length - missing;
        taken
    }

    /// The last bytes of what was taken wait again.
    fn put_back(&mut self, data: &[Bytes], length: usize) {
        let mut tail = BytesMut::with_capacity(length);
        let mut skip = data.iter().map(Bytes::len).sum::<usize>() - length;
        for piece in data {
            let mut piece = piece.clone();
            let skipped = skip.min(piece.len());
            piece.advance(skipped);
            skip -= skipped;
            tail.extend_from_slice(&piece);
        }
        self.waiting.push_front(tail.freeze());
        self.length += length;
    }

    fn drop_front(&mut self, length: usize) {
        drop(self.take(length));
    }
}

#[cfg(test)]
#[path = "cutter_test.rs"]
mod tests;

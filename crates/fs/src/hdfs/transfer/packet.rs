//! Packets: what block data travels in, both ways.
//!
//! ```text
//! u32  length of all that follows the next field and header: 4 + sums + data
//! u16  length of the header
//!      header: PacketHeader
//!      sums: four bytes for each chunk of data
//!      data
//! ```
//!
//! The last packet of a block is empty and says so in its header. A packet with sequence number -1 is a heartbeat.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use prost::Message;

use super::{Checksum, TransferError, messages::PacketHeader};

/// The sequence number of heartbeats.
pub(crate) const HEARTBEAT: i64 = -1;

/// The most that Hadoop takes for a packet.
const MAX_PACKET: usize = 16 << 20;
/// Length fields in front of the header.
const LENGTHS: usize = 6;
/// A packet's length counts its own field.
const LENGTH_FIELD: usize = 4;

/// A packet to be written. It keeps its bytes until it is acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Packet {
    /// Its number in the block, from 0.
    pub(crate) seqno: i64,
    /// Where its data begins in the block.
    pub(crate) offset: u64,
    /// Bytes of data.
    pub(crate) length: usize,
    /// Whether it ends the block.
    pub(crate) last: bool,
    /// Lengths, header and sums.
    pub(crate) head: Bytes,
    /// The data in pieces.
    pub(crate) data: Vec<Bytes>,
}

impl Packet {
    /// A packet of data, which may be none. With `sync` the DataNodes force the block to their disks before they acknowledge it.
    pub(crate) fn of(seqno: i64, offset: u64, data: Vec<Bytes>, sync: bool) -> Self {
        Self::build(seqno, offset, data, false, sync)
    }

    /// The packet that ends a block of `offset` bytes.
    pub(crate) fn last(seqno: i64, offset: u64, sync: bool) -> Self {
        Self::build(seqno, offset, Vec::new(), true, sync)
    }

    /// A sign of life.
    pub(crate) fn heartbeat() -> Self {
        Self::build(HEARTBEAT, 0, Vec::new(), false, false)
    }

    /// Where its data ends in the block.
    pub(crate) fn end(&self) -> u64 {
        self.offset + self.length as u64
    }

    fn build(seqno: i64, offset: u64, data: Vec<Bytes>, last: bool, sync: bool) -> Self {
        let checksum = Checksum::WRITTEN;
        let length = data.iter().map(Bytes::len).sum();
        let header = PacketHeader {
            offset_in_block: offset.cast_signed(),
            seqno,
            last_packet_in_block: last,
            data_length: i32::try_from(length).unwrap_or(i32::MAX),
            sync_block: sync.then_some(true),
        };
        let (header_length, sums) = (header.encoded_len(), checksum.sums_length(length));
        let mut head = BytesMut::with_capacity(LENGTHS + header_length + sums);
        head.put_u32((LENGTH_FIELD + sums + length) as u32);
        head.put_u16(header_length as u16);
        header.encode_raw(&mut head);
        checksum.append_sums(&data, &mut head);
        Packet { seqno, offset, length, last, head: head.freeze(), data }
    }
}

/// All of a packet but its data, as a DataNode sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PacketHead {
    /// Where the data begins in the block.
    pub(crate) offset: u64,
    /// Bytes of data that follow.
    pub(crate) length: usize,
    /// Whether no packet follows.
    pub(crate) last: bool,
    /// The sums of the data.
    pub(crate) sums: Bytes,
}

impl PacketHead {
    /// Takes a head from the front of `buffer`, once all of it is there. What it claims is checked before it is believed.
    pub(crate) fn take(buffer: &mut BytesMut, checksum: Checksum) -> Result<Option<PacketHead>, TransferError> {
        let malformed = |detail: String| Err(TransferError::malformed("packet", detail));
        let mut front = &buffer[..];
        let (Ok(packet), Ok(header)) = (front.try_get_u32(), front.try_get_u16()) else { return Ok(None) };
        let (packet, header) = (packet as usize, usize::from(header));
        if !(LENGTH_FIELD..=MAX_PACKET).contains(&packet) {
            return malformed(format!("it claims to have {packet} bytes"));
        }
        let Some(mut bytes) = front.get(..header) else { return Ok(None) };
        let header_length = LENGTHS + header;
        let header = PacketHeader::decode(&mut bytes);
        let header = header.map_err(|error| TransferError::malformed("packet", error.to_string()))?;
        let (Ok(length), Ok(offset)) = (usize::try_from(header.data_length), u64::try_from(header.offset_in_block))
        else {
            return malformed(format!("{} bytes of data at {}", header.data_length, header.offset_in_block));
        };
        let sums = checksum.sums_length(length);
        if packet != LENGTH_FIELD + sums + length {
            return malformed(format!("{length} bytes of data and {sums} of sums in {packet} bytes"));
        }
        if buffer.len() < header_length + sums {
            return Ok(None);
        }
        buffer.advance(header_length);
        let sums = buffer.split_to(sums).freeze();
        Ok(Some(PacketHead { offset, length, last: header.last_packet_in_block, sums }))
    }
}

#[cfg(test)]
#[path = "packet_test.rs"]
mod tests;

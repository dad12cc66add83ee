//! A frame: the unit in which encoded records travel between slots.
//!
//! # Bytes
//! The same bytes serve another slot, another machine and the in-flight data of an unaligned checkpoint, so they are
//! frozen; integers are little-endian. A frame is a header of 16 bytes and a body.
//!
//! | offset | size | |
//! |---|---|---|
//! | 0 | 1 | flags: 1 *timed*, 2 *keyed*, 4 *fragment*, 8 *last fragment*; the others are 0 |
//! | 1 | 3 | 0 |
//! | 4 | 4 | records that end in this frame |
//! | 8 | 4 | bytes of the body |
//! | 12 | 4 | charge: what the frame costs in credit, at least the bytes of the body |
//!
//! The body is a sequence of entries without separators, since records delimit themselves:
//!
//! ```text
//! [key hash: u64, if keyed] [event time in ms: i64, if timed] [the record's encoding]
//! ```
//!
//! A body larger than what its channel may hold at once (nearly always a single large record) is cut into *fragments*:
//! frames whose bodies, joined, are the body. The last one is marked and says how many records end in it, the others
//! say 0. Between the fragments of a body nothing else travels on the channel, no event either.
//!
//! The *charge* is the size of the slab that the sender filled. Credits therefore bound real memory: a half-empty slab
//! costs what it occupies. Both ends count the same number, because it travels with the frame.
//!
//! The header has no version: it is agreed once per connection, when two workers greet each other, and is a field of a
//! checkpoint's metadata.

use crate::FrameFault;
use std::fmt;

/// Bytes of a frame's header.
pub const FRAME_HEADER_BYTES: usize = 16;
/// The largest frame, whatever a channel's share: larger ones gain nothing on a socket and cost cache.
pub const MAX_FRAME_BYTES: usize = 256 * 1024;
/// Records in one frame at most; only matters for records without any bytes.
pub(crate) const MAX_FRAME_RECORDS: u32 = u16::MAX as u32;

const TIMED: u8 = 1;
const KEYED: u8 = 2;
const FRAGMENT: u8 = 4;
const LAST: u8 = 8;

/// What a frame's body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// Whole entries.
    Records,
    /// A piece of a larger body.
    Fragment {
        /// Whether the body ends here.
        last: bool,
    },
}

/// Encoded records on their way.
#[derive(Clone, PartialEq)]
pub struct Frame {
    pub(crate) bytes: Vec<u8>,
    pub(crate) kind: FrameKind,
    pub(crate) timed: bool,
    pub(crate) keyed: bool,
    pub(crate) records: u32,
    pub(crate) charge: u32,
}

impl Frame {
    /// What the frame costs in credit.
    pub fn charge(&self) -> usize {
        self.charge as usize
    }

    /// What its body is.
    pub fn kind(&self) -> FrameKind {
        self.kind
    }

    /// How many records end in it.
    pub fn records(&self) -> u32 {
        self.records
    }

    /// The encoded entries.
    pub fn body(&self) -> &[u8] {
        &self.bytes
    }

    /// Memory its body occupies.
    pub fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// The header, to be followed by the body.
    pub fn header(&self) -> [u8; FRAME_HEADER_BYTES] {
        let fragment = match self.kind {
            FrameKind::Records => 0,
            FrameKind::Fragment { last: false } => FRAGMENT,
            FrameKind::Fragment { last: true } => FRAGMENT | LAST,
        };
        let flags = fragment | if self.timed { TIMED } else { 0 } | if self.keyed { KEYED } else { 0 };
        let length = u32::try_from(self.bytes.len()).expect("invariant: frames are at most 256 KiB");
        let mut header = [0; FRAME_HEADER_BYTES];
        for (field, value) in header.chunks_exact_mut(4).zip([u32::from(flags), self.records, length, self.charge]) {
            field.copy_from_slice(&value.to_le_bytes());
        }
        header
    }

    /// How many bytes of body follow `header`.
    pub fn body_len(header: &[u8; FRAME_HEADER_BYTES]) -> usize {
        let [_, _, length, _] = fields(header);
        length as usize
    }

    /// What the frame of `header` costs in credit.
    pub(crate) fn charge_in(header: &[u8; FRAME_HEADER_BYTES]) -> usize {
        let [.., charge] = fields(header);
        charge as usize
    }

    /// The slab of its body.
    pub(crate) fn into_body(self) -> Vec<u8> {
        self.bytes
    }

    /// The frame that `header` and `body` make.
    ///
    /// # Errors
    /// The header is not one, or belongs to another body. Entries are checked when they are read.
    pub fn from_parts(header: &[u8; FRAME_HEADER_BYTES], body: Vec<u8>) -> Result<Self, FrameFault> {
        let [flags, records, length, charge] = fields(header);
        let flag = |bit: u8| flags & u32::from(bit) != 0;
        let kind = match (flag(FRAGMENT), flag(LAST)) {
            (false, false) => FrameKind::Records,
            (true, last) => FrameKind::Fragment { last },
            (false, true) => return Err(FrameFault::Header("flags")),
        };
        let records_fit = match kind {
            FrameKind::Fragment { last: false } => records == 0,
            _ => records <= MAX_FRAME_RECORDS,
        };
        if flags > u32::from(TIMED | KEYED | FRAGMENT | LAST) {
            return Err(FrameFault::Header("flags"));
        }
        if length as usize > MAX_FRAME_BYTES || length as usize != body.len() {
            return Err(FrameFault::Header("length"));
        }
        if charge < length {
            return Err(FrameFault::Header("charge"));
        }
        if !records_fit {
            return Err(FrameFault::Header("number of records"));
        }
        Ok(Frame { bytes: body, kind, timed: flag(TIMED), keyed: flag(KEYED), records, charge })
    }
}

/// The header's four words.
fn fields(header: &[u8; FRAME_HEADER_BYTES]) -> [u32; 4] {
    let mut words = header.chunks_exact(4).map(|word| word.iter().rev().fold(0, |n, b| n << 8 | u32::from(*b)));
    std::array::from_fn(|_| words.next().unwrap_or_default())
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("kind", &self.kind)
            .field("timed", &self.timed)
            .field("keyed", &self.keyed)
            .field("records", &self.records)
            .field("bytes", &self.bytes.len())
            .field("charge", &self.charge)
            .finish()
    }
}

#[cfg(test)]
#[path = "frame_test.rs"]
mod tests;

//! Messages on their way into a socket, as few long writes as possible.
//!
//! Heads and short bodies are copied together; the slabs of long bodies are written where they are, and then recycled.

use super::CompressedEdges;
use super::compression::Compressor;
use super::head::{Head, Kind, MAX_FAREWELL_BYTES};
use super::queue::Outbound;
use crate::slabs::Slabs;
use crate::{Frame, Message};
use std::io::{self, IoSlice};
use std::ops::Range;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use weft_record::Record;

/// Bodies below this are copied: a copy costs less than a part of its own in a vectored write.
const COPIED_BYTES: usize = 2048;
/// Parts handed to the system at once.
const PARTS_AT_ONCE: usize = 64;
/// What the copied bytes may keep allocated between writes.
const KEPT_BYTES: usize = 1 << 20;

/// Messages that are written together.
pub(super) struct WriteBatch {
    compressed: CompressedEdges,
    compressor: Compressor,
    slabs: Slabs,
    /// Heads and copied bodies of all messages.
    copied: Vec<u8>,
    parts: Vec<Part>,
}

enum Part {
    /// So much of the copied bytes.
    Copied(Range<usize>),
    Body(Vec<u8>),
}

impl WriteBatch {
    pub(super) fn new(compressed: CompressedEdges, slabs: Slabs) -> Self {
        WriteBatch { compressed, compressor: Compressor::default(), slabs, copied: Vec::new(), parts: Vec::new() }
    }

    /// Adds a message.
    pub(super) fn add(&mut self, outbound: Outbound) {
        let Outbound { from, to, envelope } = outbound;
        let channel = envelope.channel;
        let head = |kind, amount| Head { kind, amount, from, to, channel };
        match envelope.message {
            Message::Data(frame) => self.add_frame(frame, self.compressed.contains(channel.edge), head),
            Message::Event(event) => self.add_copied(|out| event.encode(out), |length| head(Kind::Event, length)),
            Message::Credit(bytes) => self.add_copied(|_| {}, |_| head(Kind::Credit, bytes)),
            // Only a transport says this, and only to its own lanes.
            Message::Broken(_) => {}
        }
    }

    /// Adds why the connection ends.
    pub(super) fn add_farewell(&mut self, reason: &str) {
        let reason = reason.get(..reason.floor_char_boundary(MAX_FAREWELL_BYTES)).unwrap_or(reason);
        self.add_copied(|out| out.extend_from_slice(reason.as_bytes()), Head::farewell);
    }

    fn add_frame(&mut self, frame: Frame, compressed: bool, head: impl Fn(Kind, u32) -> Head) {
        let header = frame.header();
        let start = self.copied.len();
        self.copied.resize(start + super::head::HEAD_BYTES, 0);
        self.copied.extend_from_slice(&header);
        let smaller = compressed && self.compressor.compress(frame.body(), &mut self.copied).is_some();
        let kind = if smaller { Kind::Compressed } else { Kind::Records };
        let whole = kind == Kind::Records && frame.body().len() >= COPIED_BYTES;
        if kind == Kind::Records && !whole {
            self.copied.extend_from_slice(frame.body());
        }
        let apart = if whole { frame.body().len() } else { 0 };
        self.finish(start, apart, |length| head(kind, length));
        match frame.into_body() {
            body if whole => self.parts.push(Part::Body(body)),
            body => self.slabs.give(body),
        }
    }

    fn add_copied(&mut self, write: impl FnOnce(&mut Vec<u8>), head: impl Fn(u32) -> Head) {
        let start = self.copied.len();
        self.copied.resize(start + super::head::HEAD_BYTES, 0);
        write(&mut self.copied);
        self.finish(start, 0, head);
    }

    /// Fills in the head at `start`, of a message of which `apart` bytes are not copied.
    fn finish(&mut self, start: usize, apart: usize, head: impl Fn(u32) -> Head) {
        let end = self.copied.len();
        let length = u32::try_from(end - start - super::head::HEAD_BYTES + apart).unwrap_or(u32::MAX);
        if let Some(place) = self.copied.get_mut(start..).and_then(|rest| rest.first_chunk_mut()) {
            *place = head(length).encode();
        }
        match self.parts.last_mut() {
            Some(Part::Copied(range)) => range.end = end,
            _ => self.parts.push(Part::Copied(start..end)),
        }
    }

    /// Writes everything.
    pub(super) async fn write_to(&mut self, out: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        for parts in self.parts.chunks(PARTS_AT_ONCE) {
            let mut slices: Vec<IoSlice<'_>> = parts.iter().map(|part| IoSlice::new(self.bytes(part))).collect();
            let mut rest = &mut slices[..];
            // Leads to the first part that is not empty.
            IoSlice::advance_slices(&mut rest, 0);
            while !rest.is_empty() {
                match out.write_vectored(rest).await? {
                    0 => return Err(io::ErrorKind::WriteZero.into()),
                    n => IoSlice::advance_slices(&mut rest, n),
                }
            }
        }
        self.recycle();
        Ok(())
    }

    fn bytes<'a>(&'a self, part: &'a Part) -> &'a [u8] {
        match part {
            Part::Copied(range) => self.copied.get(range.clone()).unwrap_or_default(),
            Part::Body(body) => body,
        }
    }

    fn recycle(&mut self) {
        for part in self.parts.drain(..) {
            if let Part::Body(body) = part {
                self.slabs.give(body);
            }
        }
        self.copied.clear();
        self.copied.shrink_to(KEPT_BYTES);
    }
}

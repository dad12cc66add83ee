//! The consuming end of a channel from another slot.
//!
//! # Credit
//! The producer may have `granted` bytes on the way or waiting here. A frame's charge is owed to it from the moment the
//! frame is read to its end (a fragment: when it joins the others, for else a record larger than the window could never
//! arrive), and is given back when half a window has come together, or when nothing is left to read: so all of it is
//! back where it belongs whenever the channel is at rest, and few messages carry it while the channel is busy.

use crate::entries::Entries;
use crate::slabs::Slabs;
use crate::{ChannelId, ExchangeError, Frame, FrameFault, FrameKind, MAX_FRAME_BYTES, Message, Outbox, SlotAddress};
use std::collections::VecDeque;
use weft_record::{Batch, Record, StreamEvent};

/// What waits to be read.
enum Waiting {
    Frame(Frame),
    Event(StreamEvent),
}

/// The consuming end of a channel from another slot.
pub(crate) struct RemoteInput {
    channel: ChannelId,
    slot: SlotAddress,
    keyed: bool,
    window: usize,
    max_record: usize,
    queue: VecDeque<Waiting>,
    /// The frame being read.
    current: Option<Entries>,
    /// The pieces of a large record that came so far.
    pieces: Option<Vec<u8>>,
    granted: usize,
    owed: usize,
}

impl RemoteInput {
    pub(crate) fn new(channel: ChannelId, slot: SlotAddress, keyed: bool, window: usize, max_record: usize) -> Self {
        RemoteInput {
            channel,
            slot,
            keyed,
            window,
            max_record,
            queue: VecDeque::new(),
            current: None,
            pieces: None,
            granted: 0,
            owed: 0,
        }
    }

    /// Grants the first credit.
    pub(crate) fn open(&mut self, net: &mut Outbox) {
        self.owed = self.window;
        self.give_back(net);
    }

    /// Takes a message from the producer.
    pub(crate) fn deliver(&mut self, message: Message) -> Result<(), ExchangeError> {
        let channel = self.channel;
        match message {
            Message::Data(frame) => {
                let (charge, left) = (frame.charge(), self.granted);
                self.granted =
                    left.checked_sub(charge).ok_or(ExchangeError::CreditExceeded { channel, charge, left })?;
                self.queue.push_back(Waiting::Frame(frame));
            }
            Message::Event(event) => self.queue.push_back(Waiting::Event(event)),
            Message::Broken(reason) => return Err(ExchangeError::Broken { channel, reason }),
            Message::Credit(_) => return Err(ExchangeError::Unexpected { channel, what: "credit" }),
        }
        Ok(())
    }

    /// Whether records wait.
    pub(crate) fn has_records(&self) -> bool {
        self.current.is_some() || matches!(self.queue.front(), Some(Waiting::Frame(_)))
    }

    /// Whether an event is next.
    pub(crate) fn has_event(&self) -> bool {
        self.current.is_none() && matches!(self.queue.front(), Some(Waiting::Event(_)))
    }

    /// The event that is next.
    pub(crate) fn event(&mut self) -> Result<Option<StreamEvent>, ExchangeError> {
        if !self.has_event() {
            return Ok(None);
        }
        if self.pieces.is_some() {
            return Err(self.corrupt(FrameFault::Interrupted));
        }
        Ok(match self.queue.pop_front() {
            Some(Waiting::Event(event)) => Some(event),
            _ => None,
        })
    }

    /// Appends waiting records to `batch` until it has `records` of them, or `bytes` more bytes; says how many bytes
    /// these were. Stops before records that have event times where those in the batch have none, or the reverse.
    pub(crate) fn read<T: Record>(
        &mut self,
        batch: &mut Batch<T>,
        records: usize,
        bytes: usize,
        slabs: &Slabs,
        net: &mut Outbox,
    ) -> Result<usize, ExchangeError> {
        let mut read = 0;
        while batch.len() < records && (read < bytes || batch.is_empty()) && self.next_frame::<T>(slabs)? {
            let Some(entries) = &mut self.current else { break };
            if !batch.is_empty() && batch.times.is_some() != entries.timed {
                break;
            }
            let room = bytes.saturating_sub(read);
            let result = entries.read(batch, records - batch.len(), room);
            read += result.map_err(|what| ExchangeError::CorruptFrame { channel: self.channel, what })?;
            if entries.is_done() {
                self.finish_current(slabs)?;
            }
        }
        if self.owed > 0 && (self.owed >= self.window / 2 || !self.has_records()) {
            self.give_back(net);
        }
        Ok(read)
    }

    /// Memory that waiting frames occupy.
    pub(crate) fn held_bytes(&self) -> usize {
        let frame = |waiting: &Waiting| match waiting {
            Waiting::Frame(frame) => frame.capacity(),
            Waiting::Event(_) => 0,
        };
        let current = self.current.as_ref().map_or(0, |entries| entries.charge);
        self.queue.iter().map(frame).sum::<usize>() + current + self.pieces.as_ref().map_or(0, Vec::capacity)
    }

    /// Makes the next frame current, joining fragments on the way. Says whether there is one.
    fn next_frame<T: Record>(&mut self, slabs: &Slabs) -> Result<bool, ExchangeError> {
        while self.current.is_none() && matches!(self.queue.front(), Some(Waiting::Frame(_))) {
            let Some(Waiting::Frame(frame)) = self.queue.pop_front() else { break };
            if let Some(whole) = self.join(frame, slabs).map_err(|what| self.corrupt(what))? {
                let entries = Entries::new::<T>(whole, slabs).map_err(|what| self.corrupt(what))?;
                self.current = Some(entries);
                if self.current.as_ref().is_some_and(Entries::is_done) {
                    self.finish_current(slabs)?;
                }
            }
        }
        Ok(self.current.is_some())
    }

    /// A whole frame as it is, or the one that `frame` completes.
    fn join(&mut self, frame: Frame, slabs: &Slabs) -> Result<Option<Frame>, FrameFault> {
        if frame.keyed != self.keyed {
            return Err(FrameFault::Keyed { frame: frame.keyed });
        }
        let last = match (frame.kind, &self.pieces) {
            (FrameKind::Records, None) => return Ok(Some(frame)),
            (FrameKind::Records, Some(_)) => return Err(FrameFault::Interrupted),
            (FrameKind::Fragment { last }, _) => last,
        };
        self.owed += frame.charge();
        let mut pieces = self.pieces.take().unwrap_or_default();
        pieces.extend_from_slice(&frame.bytes);
        let (size, max) = (pieces.len(), self.max_record.saturating_add(ENTRY_HEAD_BYTES).max(MAX_FRAME_BYTES));
        if size > max {
            return Err(FrameFault::TooLarge { size, max: self.max_record });
        }
        let Frame { timed, keyed, records, bytes, .. } = frame;
        slabs.give(bytes);
        if !last {
            self.pieces = Some(pieces);
            return Ok(None);
        }
        Ok(Some(Frame { bytes: pieces, kind: FrameKind::Records, timed, keyed, records, charge: 0 }))
    }

    fn finish_current(&mut self, slabs: &Slabs) -> Result<(), ExchangeError> {
        if let Some(entries) = self.current.take() {
            self.owed += entries.charge;
            entries.finish(slabs).map_err(|what| self.corrupt(what))?;
        }
        Ok(())
    }

    fn give_back(&mut self, net: &mut Outbox) {
        let bytes = u32::try_from(self.owed).unwrap_or(u32::MAX);
        self.owed -= bytes as usize;
        self.granted += bytes as usize;
        net.push(self.slot, self.channel, Message::Credit(bytes));
    }

    fn corrupt(&self, what: FrameFault) -> ExchangeError {
        ExchangeError::CorruptFrame { channel: self.channel, what }
    }
}

/// Bytes of an entry before its record, at most.
const ENTRY_HEAD_BYTES: usize = 16;

//! The producing end of a channel to another slot.
//!
//! ```text
//!   rows → builder → [events waiting behind it] → outbox
//! ```
//!
//! The builder is *closed* once its next row did not fit, rows of another shape follow, or events wait behind it; then
//! no row is accepted until builder and events have gone out. It is *due* when it should go as soon as there is credit:
//! because it is closed, or because somebody asked for a flush; in the latter case rows still join it. Events need no
//! credit, but never overtake the builder.

use crate::builder::{Builder, Filled, RecordLimit};
use crate::copies::Encoded;
use crate::scatter::Run;
use crate::slabs::Slabs;
use crate::{ChannelId, ExchangeError, Message, Outbox, Progress, SlotAddress};
use std::collections::VecDeque;
use weft_record::{Record, StreamEvent};

/// What outputs share in one call.
pub(crate) struct Sending<'a> {
    pub(crate) net: &'a mut Outbox,
    pub(crate) slabs: &'a Slabs,
    /// Bytes handed over, counted up.
    pub(crate) bytes: &'a mut u64,
}

/// The producing end of a channel to another slot.
pub(crate) struct RemoteOutput {
    channel: ChannelId,
    slot: SlotAddress,
    builder: Builder,
    closed: bool,
    due: bool,
    credit: usize,
    /// Whether the first credit, which is the receiver's window, has come.
    opened: bool,
    events: VecDeque<StreamEvent>,
}

impl RemoteOutput {
    pub(crate) fn new(channel: ChannelId, slot: SlotAddress, share: usize, keyed: bool) -> Self {
        RemoteOutput {
            channel,
            slot,
            builder: Builder::new(share, keyed),
            closed: false,
            due: false,
            credit: 0,
            opened: false,
            events: VecDeque::new(),
        }
    }

    /// Takes rows of `run` while there is room or credit.
    pub(crate) fn accept<T: Record>(
        &mut self,
        run: &mut Run<'_, T>,
        limit: &RecordLimit,
        to: &mut Sending<'_>,
    ) -> Result<Progress, ExchangeError> {
        while run.len() > 0 {
            if !self.opens_for(run.is_timed(), to) {
                return Ok(Progress::Blocked);
            }
            let filled = self.builder.fill(run, limit, to.slabs)?;
            self.close_if(filled == Filled::UpToLimit || self.builder.is_oversized(), to);
        }
        Ok(Progress::Done)
    }

    /// Takes entries of `encoded` from `next` on while there is room or credit, and moves `next` forward.
    pub(crate) fn accept_copies(&mut self, encoded: &Encoded, next: &mut usize, to: &mut Sending<'_>) -> Progress {
        while *next < encoded.len() {
            if !self.opens_for(encoded.timed, to) {
                return Progress::Blocked;
            }
            *next += self.builder.copy(encoded, *next, to.slabs);
            self.close_if(*next < encoded.len() || self.builder.is_oversized(), to);
        }
        Progress::Done
    }

    /// Puts `event` behind everything taken so far.
    pub(crate) fn event(&mut self, event: StreamEvent, to: &mut Sending<'_>) {
        match (&event, self.events.back_mut()) {
            (StreamEvent::Watermark(_), Some(last @ StreamEvent::Watermark(_))) => *last = event,
            _ => self.events.push_back(event),
        }
        self.settle(to);
    }

    /// Sends what is collected, now or when there is credit.
    pub(crate) fn flush(&mut self, to: &mut Sending<'_>) {
        self.due |= !self.builder.is_empty();
        self.settle(to);
    }

    /// `bytes` more may be sent.
    pub(crate) fn credit(&mut self, bytes: usize, to: &mut Sending<'_>) {
        if !std::mem::replace(&mut self.opened, true) {
            self.builder.limit_to(bytes);
            self.closed |= self.builder.is_oversized();
        }
        self.credit += bytes;
        self.settle(to);
    }

    /// Sends what is due, as far as the credit goes.
    pub(crate) fn settle(&mut self, to: &mut Sending<'_>) {
        if self.due || self.closed || !self.events.is_empty() {
            while let Some(frame) = self.builder.next_frame(self.credit, to.slabs) {
                self.credit -= frame.charge();
                *to.bytes += frame.body().len() as u64;
                to.net.push(self.slot, self.channel, Message::Data(frame));
            }
        }
        if self.builder.is_empty() {
            (self.closed, self.due) = (false, false);
            for event in self.events.drain(..) {
                to.net.push(self.slot, self.channel, Message::Event(event));
            }
        }
    }

    /// Whether records are collected that nobody has asked to send.
    pub(crate) fn has_unflushed(&self) -> bool {
        !self.builder.is_empty() && !self.due && !self.closed && self.events.is_empty()
    }

    /// Whether everything was handed over.
    pub(crate) fn is_empty(&self) -> bool {
        self.builder.is_empty() && self.events.is_empty()
    }

    /// Memory that collected records occupy.
    pub(crate) fn held_bytes(&self) -> usize {
        self.builder.capacity()
    }

    /// What it waits for, in words.
    pub(crate) fn waits_for(&self) -> String {
        let Self { channel, slot, credit, .. } = self;
        format!("subtask {} ({slot}): {} bytes to send, {credit} bytes of credit", channel.to, self.builder.len())
    }

    /// Whether rows with (or without) event times are taken, after sending what stands in their way.
    fn opens_for(&mut self, timed: bool, to: &mut Sending<'_>) -> bool {
        let barred = self.closed || !self.events.is_empty();
        self.close_if(barred || !self.builder.suits(timed), to);
        !self.closed
    }

    fn close_if(&mut self, close: bool, to: &mut Sending<'_>) {
        if close {
            self.closed = true;
            self.settle(to);
        }
    }
}

//! The packets of a block between being cut and being acknowledged.

use std::collections::VecDeque;

use crate::hdfs::transfer::{Packet, PipelineAck, TransferError, status};

/// Bytes of packets that wait to be sent or acknowledged: enough for a tenth of a second of a fast network.
const WINDOW: usize = 4 << 20;

/// What an acknowledgement says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Acknowledged {
    /// The next packet is on all DataNodes.
    Packet,
    /// The pipeline is alive.
    Heartbeat,
    /// The DataNode with this index in the pipeline has failed, and how.
    Fault { node: usize, status: &'static str },
}

/// The packets of one block that may have to be sent again.
#[derive(Debug, Default)]
pub(crate) struct Window {
    unsent: VecDeque<Packet>,
    sent: VecDeque<Packet>,
    /// Bytes of both.
    bytes: usize,
    /// Bytes of the block that all DataNodes have acknowledged.
    acknowledged: u64,
    /// Bytes of the block that were sent to some DataNode.
    sent_to: u64,
    /// The sequence number of the last packet, when there was one.
    finished: bool,
}

impl Window {
    /// Whether another packet may be put.
    pub(crate) fn has_room(&self) -> bool {
        self.bytes < WINDOW
    }

    /// Whether everything that was put has been acknowledged.
    pub(crate) fn is_settled(&self) -> bool {
        self.unsent.is_empty() && self.sent.is_empty()
    }

    /// Whether all data is acknowledged and the end of the block is not.
    pub(crate) fn is_closing(&self) -> bool {
        let mut all = self.sent.iter().chain(&self.unsent);
        all.next().is_some_and(|packet| packet.last)
    }

    /// Whether the end of the block is acknowledged.
    pub(crate) fn is_finished(&self) -> bool {
        self.finished
    }

    /// Whether an acknowledgement is owed.
    pub(crate) fn awaits(&self) -> bool {
        !self.sent.is_empty()
    }

    /// Bytes of the block that are on all DataNodes.
    pub(crate) fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    /// Bytes of the block that may be on some DataNode.
    pub(crate) fn sent_to(&self) -> u64 {
        self.sent_to
    }

    /// Takes a packet to be sent behind the others.
    pub(crate) fn put(&mut self, packet: Packet) {
        self.bytes += packet.length + packet.head.len();
        self.unsent.push_back(packet);
    }

    /// The next packet to send. It counts as sent.
    pub(crate) fn send_next(&mut self) -> Option<&Packet> {
        let packet = self.unsent.pop_front()?;
        self.sent_to = self.sent_to.max(packet.end());
        self.sent.push_back(packet);
        self.sent.back()
    }

    /// Takes an acknowledgement. One that is out of order is no protocol.
    pub(crate) fn acknowledge(&mut self, ack: &PipelineAck) -> Result<Acknowledged, TransferError> {
        // A DataNode that lost the one behind it says so in that one's place, so the last failure is the true one.
        let fault = ack.replies.iter().enumerate().rev().find(|(_, reply)| **reply != status::SUCCESS);
        if let Some((node, reply)) = fault {
            return Ok(Acknowledged::Fault { node, status: status::name(*reply) });
        }
        if ack.seqno == crate::hdfs::transfer::HEARTBEAT {
            return Ok(Acknowledged::Heartbeat);
        }
        let packet = self.sent.pop_front_if(|packet| packet.seqno == ack.seqno);
        let Some(packet) = packet.filter(|_| !ack.replies.is_empty()) else {
            return Err(TransferError::malformed("acknowledgement", format!("packet {} is not the next", ack.seqno)));
        };
        self.bytes -= packet.length + packet.head.len();
        self.acknowledged = self.acknowledged.max(packet.end());
        self.finished |= packet.last;
        Ok(Acknowledged::Packet)
    }

    /// Prepares to send everything again that is not acknowledged, to a new pipeline.
    pub(crate) fn rewind(&mut self) {
        while let Some(packet) = self.sent.pop_back() {
            self.unsent.push_front(packet);
        }
    }

    /// The end of the block has come without its acknowledgement: a new pipeline has finished it on its own.
    pub(crate) fn finish(&mut self) {
        self.unsent.clear();
        self.sent.clear();
        self.bytes = 0;
        self.finished = true;
    }
}

#[cfg(test)]
#[path = "window_test.rs"]
mod tests;

//! Whether a slot's exchange pool carries the job.
//!
//! A slot has one pool of bytes for all of its channels: half of it for what its tasks send, half for what they
//! receive. Each half is shared evenly between the channels on its side. A channel that could not even hold the
//! smallest builder would stall, so a job that leaves less than that is refused before it runs; beyond a MiB a channel
//! gains nothing (`docs/performance.md` has the figures).

use crate::GraphError;
use crate::execution::{ExecutionGraph, SlotSharingSlice};

/// The least a channel can work with, in bytes: the size at which its builder starts.
pub const MIN_CHANNEL_SHARE: u64 = 128;

/// The most a channel is given, in bytes: 1 MiB.
pub const MAX_CHANNEL_SHARE: u64 = 1 << 20;

/// The bytes a slot has for its channels: network memory divided by slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExchangePool {
    /// How many bytes.
    pub bytes: u64,
}

/// The channels of one slot and what each of them gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotChannels {
    /// The slot and what runs in it.
    pub slice: SlotSharingSlice,
    /// Channels out of its tasks.
    pub senders: u64,
    /// Bytes for each of these.
    pub sender_share: u64,
    /// Channels into its tasks.
    pub receivers: u64,
    /// Bytes for each of these.
    pub receiver_share: u64,
}

impl ExchangePool {
    /// The shares of every slot's channels, or an error for the first slot whose channels do not fit.
    pub fn check(self, graph: &ExecutionGraph) -> Result<Vec<SlotChannels>, GraphError> {
        graph.slot_sharing_slices().into_iter().map(|slice| self.check_slot(graph, slice)).collect()
    }

    /// Bytes for each of `channels` channels on one side of the pool.
    pub fn share(self, channels: u64) -> u64 {
        (self.bytes / 2 / channels.max(1)).clamp(MIN_CHANNEL_SHARE, MAX_CHANNEL_SHARE)
    }

    fn check_slot(self, graph: &ExecutionGraph, slice: SlotSharingSlice) -> Result<SlotChannels, GraphError> {
        let subtasks = || slice.subtasks.iter().filter_map(|id| graph.subtask(*id));
        let senders = subtasks().map(|subtask| u64::from(subtask.out_channels)).sum();
        let receivers = subtasks().map(|subtask| u64::from(subtask.in_channels)).sum();
        let required = 2 * MIN_CHANNEL_SHARE * u64::max(senders, receivers);
        if required > self.bytes {
            let (group, slot, available) = (slice.group, slice.index, self.bytes);
            return Err(GraphError::ExchangePoolTooSmall { group, slot, senders, receivers, required, available });
        }
        let (sender_share, receiver_share) = (self.share(senders), self.share(receivers));
        Ok(SlotChannels { slice, senders, sender_share, receivers, receiver_share })
    }
}

#[cfg(test)]
#[path = "exchange_pool_test.rs"]
mod tests;

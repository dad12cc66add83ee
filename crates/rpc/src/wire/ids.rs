//! Ids, epochs, names of blobs and durations.

use super::{Wire, WireError, required};
use crate::proto::model;
use crate::{BlobHash, BlobRef, Fence};
use std::time::Duration;
use weft_common::{ExecutionAttemptId, JobId, JobVertexId, LeaderEpoch, SlotId, TaskManagerId};
use weft_graph::ExecutionVertexId;

const ID_BYTES: usize = 16;

/// Says an id.
pub(super) fn say_id(id: u128) -> Vec<u8> {
    id.to_be_bytes().to_vec()
}

/// Reads an id.
pub(super) fn read_id(field: &'static str, bytes: &[u8]) -> Result<u128, WireError> {
    let wrong = |_| WireError::Length { field, wanted: ID_BYTES, found: bytes.len() };
    <[u8; ID_BYTES]>::try_from(bytes).map(u128::from_be_bytes).map_err(wrong)
}

/// Reads a number that is a port.
pub(super) fn read_port(field: &'static str, number: u32) -> Result<u16, WireError> {
    u16::try_from(number).map_err(|_| WireError::TooLarge { field, number: number.into(), limit: u16::MAX.into() })
}

/// Reads a size or an index.
pub(super) fn read_usize(field: &'static str, number: u64) -> Result<usize, WireError> {
    usize::try_from(number).map_err(|_| WireError::TooLarge { field, number, limit: usize::MAX as u64 })
}

impl Wire for LeaderEpoch {
    type Message = model::LeaderEpoch;

    fn into_wire(self) -> model::LeaderEpoch {
        model::LeaderEpoch { counter: self.counter, random: self.random }
    }

    fn from_wire(message: model::LeaderEpoch) -> Result<Self, WireError> {
        Ok(LeaderEpoch { counter: message.counter, random: message.random })
    }
}

impl Wire for Fence {
    type Message = model::Fence;

    fn into_wire(self) -> model::Fence {
        model::Fence { epoch: Some(self.epoch.into_wire()), job: say_id(self.job.0) }
    }

    fn from_wire(message: model::Fence) -> Result<Self, WireError> {
        Ok(Fence { epoch: required("Fence.epoch", message.epoch)?, job: JobId(read_id("Fence.job", &message.job)?) })
    }
}

impl Wire for ExecutionAttemptId {
    type Message = model::ExecutionAttempt;

    fn into_wire(self) -> model::ExecutionAttempt {
        model::ExecutionAttempt { vertex: say_id(self.vertex.0), subtask: self.subtask, attempt: self.attempt }
    }

    fn from_wire(message: model::ExecutionAttempt) -> Result<Self, WireError> {
        let vertex = JobVertexId(read_id("ExecutionAttempt.vertex", &message.vertex)?);
        Ok(ExecutionAttemptId { vertex, subtask: message.subtask, attempt: message.attempt })
    }
}

impl Wire for ExecutionVertexId {
    type Message = model::ExecutionVertex;

    fn into_wire(self) -> model::ExecutionVertex {
        model::ExecutionVertex { vertex: say_id(self.vertex.0), subtask: self.subtask }
    }

    fn from_wire(message: model::ExecutionVertex) -> Result<Self, WireError> {
        let vertex = JobVertexId(read_id("ExecutionVertex.vertex", &message.vertex)?);
        Ok(ExecutionVertexId { vertex, subtask: message.subtask })
    }
}

impl Wire for SlotId {
    type Message = model::SlotId;

    fn into_wire(self) -> model::SlotId {
        model::SlotId { task_manager: self.task_manager.0, index: self.index }
    }

    fn from_wire(message: model::SlotId) -> Result<Self, WireError> {
        Ok(SlotId { task_manager: TaskManagerId(message.task_manager), index: message.index })
    }
}

impl Wire for BlobRef {
    type Message = model::BlobRef;

    fn into_wire(self) -> model::BlobRef {
        model::BlobRef { hash: self.hash.0.to_vec(), length: self.length }
    }

    fn from_wire(message: model::BlobRef) -> Result<Self, WireError> {
        Ok(BlobRef { hash: read_hash("BlobRef.hash", &message.hash)?, length: message.length })
    }
}

/// Reads the name of a blob.
pub(crate) fn read_hash(field: &'static str, bytes: &[u8]) -> Result<BlobHash, WireError> {
    let wrong = |_| WireError::Length { field, wanted: 32, found: bytes.len() };
    bytes.try_into().map(BlobHash).map_err(wrong)
}

impl Wire for Duration {
    type Message = model::Duration;

    fn into_wire(self) -> model::Duration {
        model::Duration { seconds: self.as_secs(), nanoseconds: self.subsec_nanos() }
    }

    fn from_wire(message: model::Duration) -> Result<Self, WireError> {
        let limit = 999_999_999;
        if message.nanoseconds > limit {
            let number = message.nanoseconds.into();
            return Err(WireError::TooLarge { field: "Duration.nanoseconds", number, limit: limit.into() });
        }
        Ok(Duration::new(message.seconds, message.nanoseconds))
    }
}

impl Wire for std::ops::Range<u32> {
    type Message = model::SubtaskRange;

    fn into_wire(self) -> model::SubtaskRange {
        model::SubtaskRange { start: self.start, end: self.end }
    }

    fn from_wire(message: model::SubtaskRange) -> Result<Self, WireError> {
        Ok(message.start..message.end)
    }
}

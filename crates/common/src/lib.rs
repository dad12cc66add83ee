//! Ids, key groups, configuration, error kinds and time: the words every other crate uses.

mod error;
mod id;
mod time;

pub use error::ErrorKind;
pub use id::{AllocationId, ExecutionAttemptId, JobId, JobVertexId, LeaderEpoch, OperatorId, SlotId, TaskManagerId};
pub use time::{Mono, Now};

//! Ids: what things are called in messages, files and logs.
//!
//! An id is a value, nothing looks into it. Random ones are made from entropy that the caller supplies, derived ones from
//! what they name; both are 128 bits, so that two never meet by accident. They print as 32 hex digits.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What was given is not 32 hex digits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no id: 32 hex digits are")]
pub struct NotAnId(String);

fn hex(text: &str) -> Option<u128> {
    let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    digits.then(|| u128::from_str_radix(text, 16).ok()).flatten()
}

macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub u128);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:032x}", self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self}")
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            /// Reads 32 hex digits.
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                hex(text).map($name).ok_or_else(|| NotAnId(text.chars().take(80).collect()))
            }
        }
    };
}

hex_id! {
    /// A submitted job; prints as 32 hex digits.
    JobId
}
hex_id! {
    /// An operator of a program: stable between runs, derived from its uid or its place in the graph.
    OperatorId
}
hex_id! {
    /// A vertex of the JobGraph: the id of its chain's head.
    JobVertexId
}
hex_id! {
    /// One granting of one slot to one job.
    AllocationId
}

/// A TaskManager, by the name it registered with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TaskManagerId(pub String);

impl fmt::Display for TaskManagerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A slot of a TaskManager.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SlotId {
    /// Whose slot.
    pub task_manager: TaskManagerId,
    /// Which one, from 0.
    pub index: u32,
}

/// One attempt to run one subtask of one vertex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ExecutionAttemptId {
    /// The vertex.
    pub vertex: JobVertexId,
    /// The subtask, from 0.
    pub subtask: u32,
    /// The attempt, from 0.
    pub attempt: u32,
}

/// Who leads. Epochs are ordered, first by counter, so that an older leader's commands can be told from a newer one's and
/// refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LeaderEpoch {
    /// YARN application attempt or ZooKeeper counter.
    pub counter: u64,
    /// Tells leaders of the same counter apart.
    pub random: u64,
}

//! Ids, key groups, configuration, error kinds and time: the words every other crate uses.
//!
//! Nothing here starts a thread, opens a socket, reads a clock or draws a random number. The one thing it does to the
//! outside world is to read a configuration file when told to.

pub mod accumulator;
pub mod configuration;
pub mod duration;
mod error;
mod id;
pub mod key_group;
pub mod memory;
mod output_file;
mod parse_error;
pub mod rolled_file;
mod size;
mod time;
pub mod trust;

#[cfg(test)]
mod golden_test;

pub use configuration::{ConfigError, ConfigOption, ConfigWarning, Configuration};
pub use error::ErrorKind;
pub use id::{
    AllocationId, ExecutionAttemptId, JobId, JobVertexId, LeaderEpoch, NotAnId, OperatorId, SlotId, TaskManagerId,
};
pub use key_group::KeyGroupRange;
pub use output_file::is_output_of_program;
pub use parse_error::ParseError;
pub use size::MemorySize;
pub use time::{Mono, Now};

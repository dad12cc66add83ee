//! Why memory cannot be divided.

use super::part::{MemoryPart, in_words, list, sum};
use crate::{ConfigError, ErrorKind, MemorySize};

/// Why the memory of a process cannot be divided.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// A value is not what its option expects.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Nothing says how much there is.
    #[error("how much memory the {role} has is not configured: set {keys}")]
    NoneSet {
        /// `TaskManager` or `JobManager`.
        role: &'static str,
        /// The keys of which one has to be set, in words.
        keys: &'static str,
    },
    /// The parts are more than the whole.
    #[error(
        "the {role}'s memory cannot be divided: {} come to {}, more than {whole}: raise the whole or lower a part",
        list(.parts), in_words(sum(.parts))
    )]
    PartsExceed {
        /// `TaskManager` or `JobManager`.
        role: &'static str,
        /// What is divided.
        whole: MemoryPart,
        /// What it should have room for.
        parts: Vec<MemoryPart>,
    },
    /// What is left for a part is not within its bounds.
    #[error(
        "the {role}'s memory cannot be divided: of {whole}, {} leave {} for {name}, which has to be from {} ({min_key}) \
         to {} ({max_key}): change the bounds or one of the other sizes",
        list(.parts), in_words(*.left), in_words(*.min), in_words(*.max)
    )]
    OutsideBounds {
        /// `TaskManager` or `JobManager`.
        role: &'static str,
        /// What is divided.
        whole: MemoryPart,
        /// What is set.
        parts: Vec<MemoryPart>,
        /// The part that gets the rest.
        name: &'static str,
        /// The rest.
        left: MemorySize,
        /// The least it may be.
        min: MemorySize,
        /// The key of that.
        min_key: &'static str,
        /// The most it may be.
        max: MemorySize,
        /// The key of that.
        max_key: &'static str,
    },
    /// The least is more than the most.
    #[error("the {role}'s {name} has to be at least {} ({min_key}) and at most {} ({max_key}): change one of them",
        in_words(*.min), in_words(*.max))]
    Bounds {
        /// `TaskManager` or `JobManager`.
        role: &'static str,
        /// The part.
        name: &'static str,
        /// The least it may be.
        min: MemorySize,
        /// The key of that.
        min_key: &'static str,
        /// The most it may be.
        max: MemorySize,
        /// The key of that.
        max_key: &'static str,
    },
    /// A part is set to something else than what is left for it.
    #[error("the {role}'s memory cannot be divided: {whole} less {taken} leaves {}, but {part} is set: leave one of the three out",
        in_words(*.left))]
    Contradiction {
        /// `TaskManager` or `JobManager`.
        role: &'static str,
        /// What is divided.
        whole: MemoryPart,
        /// What is set of it.
        taken: MemoryPart,
        /// What is left.
        left: MemorySize,
        /// What is set for the rest.
        part: MemoryPart,
    },
}

impl MemoryError {
    /// Always [`ErrorKind::User`]: the configuration is at fault.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::User
    }
}

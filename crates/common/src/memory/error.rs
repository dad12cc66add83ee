//! Why memory cannot be divided.

use super::part::{MemoryPart, PartBounds, in_words, list, sum};
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
        "the {role}'s memory cannot be divided: of {whole}, {} leave {} for {}, which has to be from {} ({}) to {} ({}): \
         change the bounds or one of the other sizes",
        list(.parts), in_words(*.left), .bounds.name, in_words(.bounds.min), .bounds.min_key, in_words(.bounds.max),
        .bounds.max_key
    )]
    OutsideBounds {
        /// `TaskManager` or `JobManager`.
        role: &'static str,
        /// What is divided.
        whole: MemoryPart,
        /// What is set.
        parts: Vec<MemoryPart>,
        /// The rest.
        left: MemorySize,
        /// The part that gets it.
        bounds: Box<PartBounds>,
    },
    /// The least is more than the most.
    #[error(
        "the {role}'s {} has to be at least {} ({}) and at most {} ({}): change one of them",
        .bounds.name, in_words(.bounds.min), .bounds.min_key, in_words(.bounds.max), .bounds.max_key
    )]
    Bounds {
        /// `TaskManager` or `JobManager`.
        role: &'static str,
        /// The part.
        bounds: Box<PartBounds>,
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
        part: Box<MemoryPart>,
    },
}

impl MemoryError {
    /// Always [`ErrorKind::User`]: the configuration is at fault.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::User
    }
}

//! What can go wrong with a log.

use std::io;
use std::path::PathBuf;
use weft_common::{ConfigError, ErrorKind};

/// Why a process has no log, or the one it had before.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The configuration is wrong.
    #[error(transparent)]
    Configuration(#[from] ConfigError),
    /// A name that makes no file name, or none whose file would be counted.
    #[error("a log cannot be called `{name}`: its name begins with `weft-` and is one part of a path")]
    Name {
        /// The name.
        name: String,
    },
    /// A file cannot be made.
    #[error("cannot open the log file {}: {source}: make its directory writable or set env.log.dir", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Too many processes have the name.
    #[error(
        "{tried} processes write logs called `{name}` in {}: stop those that are not needed or set env.log.dir", directory.display()
    )]
    Taken {
        /// The name.
        name: String,
        /// The directory.
        directory: PathBuf,
        /// How many names were tried.
        tried: u32,
    },
    /// The thread that writes cannot be started.
    #[error("cannot start the thread that writes the log: {source}")]
    Thread {
        /// What the operating system said.
        source: io::Error,
    },
    /// Somebody was first.
    #[error(
        "the events of this process already go somewhere: a log is started once, and before any other subscriber of `tracing`"
    )]
    AlreadyStarted,
    /// The log is over.
    #[error("the log is over: its levels cannot be changed any more")]
    Over,
}

impl LogError {
    /// Who can do something about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            LogError::Configuration(error) => error.kind(),
            LogError::Name { .. } | LogError::Open { .. } | LogError::Taken { .. } => ErrorKind::User,
            LogError::Thread { .. } => ErrorKind::Retryable,
            LogError::AlreadyStarted | LogError::Over => ErrorKind::Fatal,
        }
    }
}

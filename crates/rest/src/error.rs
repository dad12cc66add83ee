//! What can go wrong before anything is served.

use std::io;
use weft_common::ErrorKind;

/// Why a REST server does not start.
#[derive(Debug, thiserror::Error)]
pub enum RestError {
    /// A setting that no server can have.
    #[error("the REST server's {setting} is {found}, where at least {least} is needed: raise it")]
    Setting {
        /// Which one.
        setting: &'static str,
        /// What it is.
        found: u64,
        /// What it must be.
        least: u64,
    },
    /// The listener cannot be used.
    #[error("taking over the REST server's listener: {source}")]
    Listener {
        /// What the operating system said.
        source: io::Error,
    },
    /// The operating system gives no randomness.
    #[error("drawing the key that guards the bearer token: {reason}")]
    Entropy {
        /// What it said.
        reason: String,
    },
}

impl RestError {
    /// Whether it is the configuration that is wrong, or the machine.
    pub fn kind(&self) -> ErrorKind {
        match self {
            RestError::Setting { .. } => ErrorKind::User,
            RestError::Listener { .. } | RestError::Entropy { .. } => ErrorKind::Fatal,
        }
    }
}

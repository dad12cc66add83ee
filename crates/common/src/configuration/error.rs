//! What can be wrong with a configuration.

use super::Origin;
use crate::ErrorKind;
use std::io;

/// What can be wrong with a configuration. Secret values are masked before they get here.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("cannot read the configuration file {path}: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A directory holds no configuration.
    #[error(
        "the configuration directory {dir} has neither config.yaml nor flink-conf.yaml: add one or name another directory"
    )]
    NoFile {
        /// The directory.
        dir: String,
    },
    /// A file is not the YAML it should be.
    #[error("cannot read the configuration file {path}: line {line}, column {column}: {problem}")]
    Malformed {
        /// The file.
        path: String,
        /// The line, from 1.
        line: u32,
        /// The column, from 1.
        column: u32,
        /// What was found, and what to do.
        problem: String,
    },
    /// A file sets a key twice.
    #[error(
        "the configuration file {path} sets {key} in line {first_line} and again in line {line}: remove one of them"
    )]
    SetTwice {
        /// The file.
        path: String,
        /// The key, flat.
        key: String,
        /// The earlier line, from 1.
        first_line: u32,
        /// The later line, from 1.
        line: u32,
    },
    /// An argument of `-D` has no key or no value.
    #[error("{argument:?} is not what -D expects: write -D key=value")]
    NotAnAssignment {
        /// What precedes the value, if there is one.
        argument: String,
    },
    /// A value is not what its option expects.
    #[error("the value {value:?} of {key} (from {origin}) is not {expected}")]
    WrongValue {
        /// The key as it was written.
        key: String,
        /// The value, masked if the key is secret.
        value: String,
        /// Where it came from.
        origin: Origin,
        /// What the option expects.
        expected: String,
    },
    /// Nobody set an option that has no default.
    #[error("{key} is not set and has no default: set it to {expected}")]
    NotSet {
        /// The key.
        key: String,
        /// What the option expects.
        expected: String,
    },
}

impl ConfigError {
    /// Always [`ErrorKind::User`]: somebody wrote the configuration, or forgot to.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::User
    }
}

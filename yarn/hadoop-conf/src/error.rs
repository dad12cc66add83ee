//! What can be wrong with a Hadoop configuration.

use crate::{Origin, Place};
use std::io;
use std::path::PathBuf;
use weft_common::ErrorKind;

/// What can be wrong with a Hadoop configuration. Secret values are masked before they get here.
#[derive(Debug, thiserror::Error)]
pub enum HadoopConfError {
    /// Hadoop is needed and nothing says where it is.
    #[error(
        "found no Hadoop configuration: looked for core-site.xml, hdfs-site.xml and yarn-site.xml in {}: set \
         HADOOP_CONF_DIR to the directory that holds them",
        places(.looked)
    )]
    NotFound {
        /// Where it was looked for, in order.
        looked: Vec<Place>,
    },
    /// A file exists and cannot be read.
    #[error("cannot read the Hadoop configuration file {}: {source}: grant this user access or name another \
             directory", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is not the XML it should be.
    #[error("cannot read the Hadoop configuration file {}: line {line}{}: {problem}", .path.display(), of_key(.key))]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u32,
        /// The property it happened in, if its name had been read.
        key: Option<String>,
        /// What was found, and what to do.
        problem: String,
    },
    /// The files are larger than any configuration is.
    #[error(
        "cannot read the Hadoop configuration file {}: with what was read before it has more than {limit} bytes: a \
         site file holds properties only; name another file or directory", .path.display()
    )]
    TooLarge {
        /// The file at which the limit was reached.
        path: PathBuf,
        /// The most that all files together may have, in bytes.
        limit: u64,
    },
    /// The effective configuration cannot be written down.
    #[error("cannot write the effective Hadoop configuration: {problem}")]
    Unwritable {
        /// What is in the way, and what to do.
        problem: String,
    },
    /// A value is not what its key expects.
    #[error("the value {value:?} of {key} (from {origin}) is not {expected}")]
    WrongValue {
        /// The key.
        key: String,
        /// The value, masked if the key is secret.
        value: String,
        /// Where it came from.
        origin: Origin,
        /// What the key expects.
        expected: String,
    },
    /// Something that needs a key does not find it.
    #[error("{key} is not set: {reason}; set it in {file} or as weft.hadoop.{key}")]
    NotSet {
        /// The key.
        key: String,
        /// Who needs it.
        reason: String,
        /// The site file it belongs in.
        file: &'static str,
    },
    /// A file system's address is none.
    #[error("{address:?} is not the address of an HDFS: {problem}")]
    NotAnHdfs {
        /// The address as it was given, or the default file system.
        address: String,
        /// What is wrong with it, and what to do.
        problem: String,
    },
}

impl HadoopConfError {
    /// Always [`ErrorKind::User`]: somebody wrote the configuration, or forgot to.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::User
    }
}

fn of_key(key: &Option<String>) -> String {
    key.as_ref().map(|key| format!(", property {key}")).unwrap_or_default()
}

fn places(looked: &[Place]) -> String {
    looked.iter().map(Place::to_string).collect::<Vec<_>>().join("; ")
}

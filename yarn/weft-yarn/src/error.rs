//! What can go wrong between a client, YARN and the staging directory.

use weft_common::memory::MemoryError;
use weft_common::{ConfigError, ErrorKind};
use weft_fs::{FsError, Path};
use weft_hadoop_conf::HadoopConfError;
use weft_hadoop_rpc::{NotCredentials, RpcError};
use weft_yarn_client::YarnError;
use weft_yarn_client::proto::ApplicationId;

/// An error of Weft on YARN.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// An option cannot be read.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The memory of a process cannot be divided.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// Hadoop's configuration does not say what is needed.
    #[error(transparent)]
    HadoopConf(#[from] HadoopConfError),
    /// A file could not be staged.
    #[error(transparent)]
    Fs(#[from] FsError),
    /// A call to YARN failed.
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// YARN did not do what was asked.
    #[error(transparent)]
    Yarn(#[from] YarnError),
    /// A container's token file is none.
    #[error("the credentials of this container cannot be used: {0}")]
    Credentials(#[from] NotCredentials),
    /// Options that cannot be had together, or a value that YARN does not take.
    #[error("{0}")]
    Refused(String),
    /// The cluster cannot run the application as it is configured; each sentence says what to change.
    #[error("the cluster cannot run this: {}", .0.join("; "))]
    Preflight(Vec<String>),
    /// A staged file is not what its name says.
    #[error(
        "{path} has {found} bytes and must have {expected}, which its name tells: somebody has touched it; remove it, and submit again"
    )]
    Damaged {
        /// The file.
        path: Path,
        /// Its length.
        found: u64,
        /// What it should be.
        expected: u64,
    },
    /// A file of collected logs cannot be read.
    #[error("the log {path} cannot be read: {what}; yarn logs may do better")]
    BadLog {
        /// The file.
        path: Path,
        /// What is wrong with it.
        what: String,
    },
    /// The application ended before it ran, or did not run well.
    #[error("{application} {what}")]
    Ended {
        /// Which one.
        application: ApplicationId,
        /// How, with what YARN says about it.
        what: String,
    },
    /// Somebody interrupted what was being done; it was undone.
    #[error("interrupted: {0}")]
    Interrupted(String),
}

impl DeployError {
    /// Who can do something about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            DeployError::Rpc(error) => error.kind(),
            DeployError::Yarn(error) => error.kind(),
            DeployError::Fs(error) => error.kind(),
            DeployError::Config(_)
            | DeployError::Memory(_)
            | DeployError::HadoopConf(_)
            | DeployError::Refused(_)
            | DeployError::Preflight(_)
            | DeployError::Damaged { .. }
            | DeployError::Interrupted(_) => ErrorKind::User,
            DeployError::Ended { .. } | DeployError::BadLog { .. } | DeployError::Credentials(_) => ErrorKind::Fatal,
        }
    }
}

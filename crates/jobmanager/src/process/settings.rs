//! What a JobManager's process is started with.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use weft_common::configuration::{ConfigError, Configuration};
use weft_common::trust::SecretKey;
use weft_common::{ErrorKind, TaskManagerId};
use weft_ha::HaError;
use weft_rpc::listener::{ListenError, NotAPortRange};
use weft_rpc::program::LoggingChanges;
use weft_rpc::{LogDirectory, RpcError, view::ProgramRun};

use crate::BlobError;

/// What a JobManager's process is started with.
#[derive(Clone)]
pub struct ProcessSettings {
    /// The cluster's configuration.
    pub configuration: Configuration,
    /// A directory for this process alone, which is removed with all that is in it when the process ends.
    pub directory: PathBuf,
    /// Where logs go, those of coordinators too.
    pub logs: LogDirectory,
    /// What the configuration comes to say about logging; coordinators are told.
    pub logging: LoggingChanges,
    /// The cluster's secret, if it has one.
    pub secret: Option<SecretKey>,
    /// Bytes of exchange pool that a slot of this cluster's TaskManagers has.
    pub exchange_pool: u64,
    /// Entropy.
    pub random: fn() -> u128,
}

/// Why a JobManager's process cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An option cannot be read.
    #[error(transparent)]
    Configuration(#[from] ConfigError),
    /// A directory cannot be made.
    #[error("cannot make the JobManager's directory {path}: {source}")]
    Directory {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// An option for ports is none.
    #[error("jobmanager.rpc.bind-port: {0}")]
    Ports(NotAPortRange),
    /// No port to listen at.
    #[error("a JobManager needs to be found by its TaskManagers (jobmanager.bind-host, jobmanager.rpc.port): {0}")]
    Listen(ListenError),
    /// What listens cannot be served.
    #[error("a JobManager cannot answer its TaskManagers: {0}")]
    Serve(RpcError),
    /// Programs and submissions cannot be kept.
    #[error(transparent)]
    Blobs(#[from] BlobError),
    /// What is left to a successor cannot be kept, or what a predecessor left cannot be read.
    #[error(transparent)]
    HighAvailability(#[from] HaError),
    /// A thread cannot be started.
    #[error("cannot start the JobManager's thread: {0}")]
    Thread(io::Error),
    /// The operating system does not tell of signals.
    #[error("a JobManager cannot hear signals: {0}")]
    Signals(io::Error),
}

impl StartError {
    /// Who can do something about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            StartError::Configuration(error) => error.kind(),
            StartError::HighAvailability(error) => error.kind(),
            StartError::Directory { .. } | StartError::Ports(_) | StartError::Listen(_) | StartError::Blobs(_) => {
                ErrorKind::User
            }
            StartError::Serve(_) | StartError::Thread(_) | StartError::Signals(_) => ErrorKind::Fatal,
        }
    }
}

/// What comes after the end of a JobManager.
#[derive(Clone, Copy, Debug)]
pub enum Afterwards<'a> {
    /// A successor, which TaskManagers look for; with high availability it goes on with the jobs.
    Successor,
    /// Perhaps a successor that goes on with the jobs, but with other TaskManagers: these are told to end, with this cause.
    OtherTaskManagers(&'a str),
    /// Nothing: jobs are cancelled, and TaskManagers told to end, with this cause.
    Nothing(&'a str),
}

/// A program that a JobManager was started for (application mode).
#[derive(Clone, Debug)]
pub struct Application {
    /// Its executable.
    pub executable: PathBuf,
    /// How it is called; the artifact is found out.
    pub arguments: Vec<String>,
    /// Configuration over the cluster's, under what the arguments set.
    pub configuration: BTreeMap<String, String>,
    /// The environment of its workers.
    pub environment: BTreeMap<String, String>,
    /// The environment of its main.
    pub environment_of_main: BTreeMap<String, String>,
}

/// How such a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApplicationEnd {
    /// It and its jobs ended well.
    Well,
    /// A job of it was cancelled; in a sentence.
    Cancelled(String),
    /// It did not end well.
    Badly {
        /// Why.
        why: String,
        /// The TaskManagers that the sentence names and that are lost without anybody having said why.
        lost: Vec<TaskManagerId>,
    },
}

impl Application {
    /// As something to run, once its executable is an artifact here.
    pub(crate) fn run(&self, artifact: weft_rpc::BlobHash) -> ProgramRun {
        let name = self.executable.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let Application { arguments, configuration, environment, environment_of_main, .. } = self.clone();
        ProgramRun { artifact, name, arguments, configuration, environment, environment_of_main }
    }
}

//! What one can ask a JobManager, and ask of it.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::{ClusterOverview, JobSummary, JobView, TaskManagerView};
use crate::{BlobHash, BlobRef, JobOutcome, JobSpec};
use weft_common::{JobId, TaskManagerId};

/// An answer that comes in a moment.
pub type Answer<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Why something was not done: a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
    /// What was asked for is wrong.
    #[error("{0}")]
    Wrong(String),
    /// It cannot be done now.
    #[error("{0}")]
    Failed(String),
}

/// Whose log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogSource {
    /// This JobManager's.
    JobManager,
    /// A TaskManager's.
    TaskManager(TaskManagerId),
}

/// Which of a process's own files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnLog {
    /// What it logs.
    Log,
    /// What it wrote to its standard output.
    Stdout,
}

impl OwnLog {
    /// The files of a log directory that are of this sort end with it, after a dot.
    pub const fn extension(self) -> &'static str {
        match self {
            OwnLog::Log => "log",
            OwnLog::Stdout => "out",
        }
    }
}

/// A file in a log directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFile {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub size: u64,
    /// When it was written last.
    pub modified_ms: i64,
}

/// A program that the cluster is to run, as a client would elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramRun {
    /// Its executable, which is here.
    pub artifact: BlobHash,
    /// The executable's name, without directories.
    pub name: String,
    /// Its arguments, without its own name.
    pub arguments: Vec<String>,
    /// Configuration over the cluster's, under what the arguments set.
    pub configuration: BTreeMap<String, String>,
    /// The environment of its workers.
    pub environment: BTreeMap<String, String>,
    /// The environment of its main.
    pub environment_of_main: BTreeMap<String, String>,
}

/// A JobManager as its clients see it.
pub trait ClusterGateway: Send + Sync {
    /// The cluster in numbers.
    fn overview(&self) -> Answer<ClusterOverview>;
    /// All jobs that are remembered, running ones first.
    fn jobs(&self) -> Answer<Vec<JobSummary>>;
    /// One job.
    fn job(&self, job: JobId) -> Answer<Option<Arc<JobView>>>;
    /// The registered TaskManagers.
    fn task_managers(&self) -> Answer<Vec<TaskManagerView>>;
    /// Asks for a job's end; the answer is there when the request was taken.
    fn cancel(&self, job: JobId) -> Answer<Result<(), Refusal>>;

    /// Whether an artifact is here.
    fn has_artifact(&self, artifact: BlobHash) -> Answer<bool>;
    /// Where an artifact's bytes are to be written: a new file, to be given to [`keep_artifact`](Self::keep_artifact).
    fn new_artifact(&self) -> Result<PathBuf, Refusal>;
    /// Takes over a file that has been written. Refused when its content has another hash than `expected`.
    fn keep_artifact(&self, file: PathBuf, expected: Option<BlobHash>) -> Answer<Result<BlobRef, Refusal>>;
    /// The file of an artifact.
    fn artifact(&self, artifact: BlobHash) -> Answer<Option<PathBuf>>;
    /// Submits a job whose artifact is here. A job that is known already is accepted again, once.
    fn submit(&self, job: JobSpec) -> Answer<Result<JobId, Refusal>>;
    /// Runs a program's `main` beside the JobManager. The answer is the first job that it executes, once that is accepted; what it executes
    /// later runs as well.
    fn run_program(&self, program: ProgramRun) -> Answer<Result<JobId, Refusal>>;
    /// The plan of the first job that a program would execute: the JSON that `/jobs/:id/plan` shows under `plan`. Nothing is run.
    fn plan_program(&self, program: ProgramRun) -> Answer<Result<String, Refusal>>;
    /// How a job ended; `None` when it has not within `patience`.
    fn outcome(&self, job: JobId, patience: Duration) -> Answer<Result<Option<JobOutcome>, Refusal>>;

    /// The files in a process's log directory.
    fn log_files(&self, source: LogSource) -> Answer<Result<Vec<LogFile>, Refusal>>;
    /// Which of them is the process's own; several processes may log in one directory. Unless the process knows better, it is the one
    /// written last of those that are named after its kind.
    fn own_log(&self, source: LogSource, which: OwnLog) -> Answer<Result<Option<LogFile>, Refusal>> {
        let kind = match source {
            LogSource::JobManager => "jobmanager",
            LogSource::TaskManager(_) => "taskmanager",
        };
        let files = self.log_files(source);
        let is_own = move |file: &LogFile| {
            let extension = file.name.rsplit_once('.').map(|(_, extension)| extension);
            extension == Some(which.extension()) && file.name.contains(kind)
        };
        Box::pin(async move { Ok(files.await?.into_iter().filter(is_own).max_by_key(|file| file.modified_ms)) })
    }
    /// Some bytes of one of them.
    fn log(&self, source: LogSource, file: String, offset: u64, length: u64) -> Answer<Result<Vec<u8>, Refusal>>;
    /// The effective configuration, secrets masked.
    fn configuration(&self) -> BTreeMap<String, String>;
    /// Ends the cluster.
    fn shut_down(&self);
}

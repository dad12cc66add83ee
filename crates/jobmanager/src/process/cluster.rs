//! The cluster as its clients see it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::drives::Drives;
use super::{Dispatcher, Members};
use crate::{BlobError, JobManagerHandle};
use tokio::sync::watch;
use weft_common::JobId;
use weft_control::JobStatus;
use weft_rpc::view::{
    Answer, ClusterGateway, ClusterOverview, JobSummary, JobView, LogFile, LogSource, OwnLog, ProgramRun, Refusal,
    TaskManagerView,
};
use weft_rpc::{BlobHash, BlobRef, JobOutcome, JobSpec, LogDirectory};

/// Everything that a JobManager's process shows and does for its clients.
pub struct Cluster {
    pub(crate) handle: JobManagerHandle,
    pub(crate) dispatcher: Arc<Dispatcher>,
    pub(crate) members: Arc<Members>,
    pub(crate) drives: Arc<Drives>,
    pub(crate) logs: LogDirectory,
    /// The effective configuration, secrets masked.
    pub(crate) configuration: BTreeMap<String, String>,
    /// Whether somebody asked for the end.
    pub(crate) ending: watch::Sender<bool>,
}

impl Cluster {
    /// Waits for somebody to ask for the end.
    pub(crate) async fn asked_to_end(&self) {
        // An error would mean that the sender is gone, and that is this value's.
        let _ = self.ending.subscribe().wait_for(|asked| *asked).await;
    }
}

/// A refusal of the blob store.
fn refused(error: BlobError) -> Refusal {
    match error {
        BlobError::OtherContent { .. } => Refusal::Wrong(error.to_string()),
        BlobError::Io { .. } => Refusal::Failed(error.to_string()),
    }
}

/// What was done on a thread that may wait.
async fn waiting<T: Send + 'static>(work: impl FnOnce() -> Result<T, Refusal> + Send + 'static) -> Result<T, Refusal> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Refusal::Failed(format!("it was given up: {error}"))))
}

impl ClusterGateway for Cluster {
    fn overview(&self) -> Answer<ClusterOverview> {
        let (handle, dispatcher) = (self.handle.clone(), self.dispatcher.clone());
        Box::pin(async move {
            ClusterOverview {
                jobs_finished: dispatcher.count(JobStatus::Finished),
                jobs_cancelled: dispatcher.count(JobStatus::Canceled),
                jobs_failed: dispatcher.count(JobStatus::Failed),
                ..handle.overview().await
            }
        })
    }

    fn jobs(&self) -> Answer<Vec<JobSummary>> {
        let (handle, dispatcher) = (self.handle.clone(), self.dispatcher.clone());
        Box::pin(async move {
            let mut jobs = handle.jobs().await;
            // One that ended in between is listed once.
            let over = dispatcher.over_jobs();
            jobs.retain(|job| !over.iter().any(|other| other.id == job.id));
            jobs.extend(over);
            jobs
        })
    }

    fn job(&self, job: JobId) -> Answer<Option<Arc<JobView>>> {
        let (handle, dispatcher) = (self.handle.clone(), self.dispatcher.clone());
        Box::pin(async move {
            match handle.job(job).await {
                Some(view) => Some(Arc::new(view)),
                None => dispatcher.over_job(job),
            }
        })
    }

    fn task_managers(&self) -> Answer<Vec<TaskManagerView>> {
        let (handle, members) = (self.handle.clone(), self.members.clone());
        Box::pin(async move { members.views(handle.slots().await) })
    }

    fn cancel(&self, job: JobId) -> Answer<Result<(), Refusal>> {
        let (handle, dispatcher) = (self.handle.clone(), self.dispatcher.clone());
        Box::pin(async move {
            if handle.job(job).await.is_none() {
                // What is over needs no cancelling; only what is not known is an error.
                return dispatcher.outcome(job, Duration::ZERO).await.map(drop);
            }
            handle.cancel(job);
            Ok(())
        })
    }

    fn has_artifact(&self, artifact: BlobHash) -> Answer<bool> {
        let here = self.dispatcher.blobs().get(artifact).is_some();
        Box::pin(async move { here })
    }

    fn new_artifact(&self) -> Result<PathBuf, Refusal> {
        Ok(self.dispatcher.blobs().new_file())
    }

    fn keep_artifact(&self, file: PathBuf, expected: Option<BlobHash>) -> Answer<Result<BlobRef, Refusal>> {
        let dispatcher = self.dispatcher.clone();
        Box::pin(waiting(move || {
            let kept = dispatcher.blobs().keep(&file, expected).map_err(refused)?;
            // What nobody named by its content was uploaded for others to use, and stays until it is deleted.
            if expected.is_some() {
                dispatcher.program_arrived(kept.hash);
            }
            Ok(kept)
        }))
    }

    fn artifact(&self, artifact: BlobHash) -> Answer<Option<PathBuf>> {
        let path = self.dispatcher.blobs().get(artifact);
        Box::pin(async move { path })
    }

    fn submit(&self, job: JobSpec) -> Answer<Result<JobId, Refusal>> {
        let dispatcher = self.dispatcher.clone();
        Box::pin(async move { dispatcher.submit(job).await })
    }

    fn run_program(&self, program: ProgramRun) -> Answer<Result<JobId, Refusal>> {
        Box::pin(self.drives.clone().start(program))
    }

    fn plan_program(&self, program: ProgramRun) -> Answer<Result<String, Refusal>> {
        let drives = self.drives.clone();
        Box::pin(async move { drives.plan(program).await })
    }

    fn outcome(&self, job: JobId, patience: Duration) -> Answer<Result<Option<JobOutcome>, Refusal>> {
        let dispatcher = self.dispatcher.clone();
        Box::pin(async move { Ok(dispatcher.outcome(job, patience).await?.map(|outcome| (*outcome).clone())) })
    }

    fn log_files(&self, source: LogSource) -> Answer<Result<Vec<LogFile>, Refusal>> {
        match source {
            LogSource::JobManager => {
                let logs = self.logs.clone();
                Box::pin(waiting(move || logs.files().map_err(Refusal::Failed)))
            }
            LogSource::TaskManager(id) => {
                let remote = self.members.remote(&id);
                Box::pin(async move {
                    let remote = remote.ok_or_else(|| no_task_manager(&id.0))?;
                    let answer = remote.list_logs().await.map_err(|error| Refusal::Failed(error.to_string()))?;
                    answer.map_err(Refusal::Failed)
                })
            }
        }
    }

    fn own_log(&self, source: LogSource, which: OwnLog) -> Answer<Result<Option<LogFile>, Refusal>> {
        let files = self.log_files(source);
        let is_own = move |file: &LogFile| {
            let extension = file.name.rsplit_once('.').map(|(_, extension)| extension);
            extension == Some(which.extension()) && LogDirectory::is_own(&file.name)
        };
        Box::pin(async move { Ok(files.await?.into_iter().find(is_own)) })
    }

    fn log(&self, source: LogSource, file: String, offset: u64, length: u64) -> Answer<Result<Vec<u8>, Refusal>> {
        match source {
            LogSource::JobManager => {
                let logs = self.logs.clone();
                Box::pin(waiting(move || logs.part(&file, offset, length).map_err(Refusal::NotFound)))
            }
            LogSource::TaskManager(id) => {
                let remote = self.members.remote(&id);
                let length = u32::try_from(length).unwrap_or(u32::MAX);
                Box::pin(async move {
                    let remote = remote.ok_or_else(|| no_task_manager(&id.0))?;
                    let part = remote.read_log(file, offset, length).await;
                    part.map_err(|error| Refusal::Failed(error.to_string()))?.map_err(Refusal::NotFound)
                })
            }
        }
    }

    fn configuration(&self) -> BTreeMap<String, String> {
        self.configuration.clone()
    }

    fn shut_down(&self) {
        self.ending.send_replace(true);
    }
}

fn no_task_manager(id: &str) -> Refusal {
    Refusal::NotFound(format!("TaskManager {id} is not known: it has not registered, or has been lost"))
}

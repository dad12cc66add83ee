//! What accepts jobs.
//!
//! ```text
//! submit ─► program here? ─► spec kept as a blob ─► written down ─► planned, started ─► accepted
//!                                                                       │ (JobManager's thread)
//!     told ◄─ outcome written down, files removed ◄─ remembered ◄───── over
//! ```
//!
//! A job is accepted once: its id is the client's, so that a client may ask again when it did not hear the answer. Its end is told when it is
//! written down, so that no successor runs it again.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::history::{History, HistorySettings, Over};
use crate::{BlobStore, CoordinatorProcess, JobDetails, JobEnd, JobManagerHandle, Submission};
use tokio::sync::watch;
use weft_common::configuration::{ConfigError, Configuration, Origin};
use weft_common::{JobId, Mono, TaskManagerId};
use weft_control::{JobMasterSettings, JobStatus};
use weft_ha::HighAvailability;
use weft_rpc::program::{Inherited, LoggingChanges};
use weft_rpc::view::{JobSummary, JobView, Refusal};
use weft_rpc::{BlobHash, JobOutcome, JobSource, JobSpec, LogDirectory};
use weft_runtime::Clock;

/// What a dispatcher is made of.
pub(crate) struct DispatcherParts {
    pub(crate) configuration: Configuration,
    pub(crate) handle: JobManagerHandle,
    pub(crate) ha: Arc<dyn HighAvailability>,
    pub(crate) blobs: Arc<BlobStore>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Where coordinators work, each in a directory of its own.
    pub(crate) directory: PathBuf,
    pub(crate) logs: LogDirectory,
    pub(crate) logging: LoggingChanges,
    /// Bytes of exchange pool that a slot has.
    pub(crate) exchange_pool: u64,
    /// Entropy.
    pub(crate) random: fn() -> u128,
}

/// Accepts jobs, starts them, and cleans up after them.
pub struct Dispatcher {
    parts: DispatcherParts,
    /// The cluster's configuration without its secrets: what programs may see.
    shown: Inherited,
    books: Mutex<Books>,
    /// Counts the ends of jobs.
    ends: watch::Sender<u64>,
    io: tokio::runtime::Handle,
}

struct Books {
    /// Accepted and not over, with the blobs that each needs.
    accepted: HashMap<JobId, Files>,
    history: History,
    /// When each program was used last.
    programs: HashMap<BlobHash, Mono>,
}

/// What of a job is here.
#[derive(Clone, Copy)]
struct Files {
    program: BlobHash,
    spec: BlobHash,
}

impl Dispatcher {
    /// Has accepted nothing yet. Must be called within a tokio runtime.
    pub(crate) fn new(parts: DispatcherParts) -> Result<Arc<Self>, ConfigError> {
        let history = History::new(HistorySettings::from_configuration(&parts.configuration)?);
        let books = Books { accepted: HashMap::new(), history, programs: HashMap::new() };
        let shown = Inherited::new(parts.configuration.without_secrets(), parts.logging.clone());
        let (ends, _) = watch::channel(0);
        let io = tokio::runtime::Handle::current();
        Ok(Arc::new(Dispatcher { parts, shown, books: Mutex::new(books), ends, io }))
    }

    /// Takes over what a predecessor wrote down: remembers what is over, and runs what is not. A job that cannot be run again fails, and the
    /// others run.
    pub(crate) async fn recover(self: &Arc<Self>) -> Result<(), weft_ha::HaError> {
        let now = self.parts.clock.mono();
        for kept in self.parts.ha.outcomes()? {
            match JobOutcome::from_bytes(&kept.outcome) {
                Ok(outcome) => {
                    let over = Over { outcome: Arc::new(outcome), view: None, settled: true };
                    let forgotten = self.lock().history.add(over, now);
                    self.forget(forgotten);
                }
                Err(error) => tracing::error!(job = %kept.job, "the end of a job cannot be read: {error}"),
            }
        }
        for (job, spec) in self.parts.ha.jobs()? {
            let resumed = match JobSpec::from_bytes(&spec) {
                Ok(spec) => self.start(spec).await,
                Err(error) => Err(Refusal::Failed(format!("what was written down of it cannot be read: {error}"))),
            };
            match resumed {
                Ok(_) => tracing::info!(%job, "a job of an earlier JobManager runs again"),
                Err(refusal) => self.fail_recovery(job, &refusal),
            }
        }
        Ok(())
    }

    fn fail_recovery(self: &Arc<Self>, job: JobId, refusal: &Refusal) {
        tracing::error!(%job, "cannot be run again: {refusal}");
        let message = format!("the JobManager was restarted, and the job cannot be run again: {refusal}");
        let failure = Some(weft_control::FinalFailure { message, kind: weft_common::ErrorKind::Fatal });
        let (status, results, duration) = (JobStatus::Failed, BTreeMap::new(), Duration::ZERO);
        self.over(job, &JobEnd { status, failure, results, duration }, None);
    }

    /// Accepts a job, or says why not. The answer is there when it is written down and started.
    pub async fn submit(self: &Arc<Self>, spec: JobSpec) -> Result<JobId, Refusal> {
        let job = spec.job;
        if self.knows(job) {
            return Ok(job);
        }
        if self.parts.blobs.get(spec.program.artifact.hash).is_none() {
            return Err(Refusal::NotFound(format!(
                "the program {} ({}) is not here: send it before the job",
                spec.program.name, spec.program.artifact.hash
            )));
        }
        // Refused before it is written down: what cannot be planned is not to be tried again by a successor.
        spec.graph.to_job_graph().map_err(|error| Refusal::Wrong(error.to_string()))?;
        let (ha, bytes) = (self.parts.ha.clone(), spec.to_bytes());
        let kept = tokio::task::spawn_blocking(move || ha.keep_job(job, &bytes)).await;
        let kept = kept.map_err(|error| error.to_string()).and_then(|kept| kept.map_err(|error| error.to_string()));
        kept.map_err(|error| Refusal::Failed(format!("the job cannot be written down: {error}")))?;
        match self.start(spec).await {
            Ok(job) => Ok(job),
            Err(refusal) => {
                // What was refused leaves no trace.
                self.forget(vec![job]);
                Err(refusal)
            }
        }
    }

    fn knows(&self, job: JobId) -> bool {
        let books = self.lock();
        books.accepted.contains_key(&job) || books.history.get(job).is_some()
    }

    async fn start(self: &Arc<Self>, spec: JobSpec) -> Result<JobId, Refusal> {
        let (job, program) = (spec.job, spec.program.artifact.hash);
        let (blobs, bytes) = (self.parts.blobs.clone(), spec.to_bytes());
        let stored = tokio::task::spawn_blocking(move || blobs.put(&bytes)).await;
        let failed = |error: String| Refusal::Failed(format!("the job cannot be kept: {error}"));
        let source = stored.map_err(|e| failed(e.to_string()))?.map_err(|e| failed(e.to_string()))?;
        let submission = self.submission(spec, JobSource::Blob(source))?;
        {
            let mut books = self.lock();
            if books.accepted.contains_key(&job) {
                return Ok(job);
            }
            books.accepted.insert(job, Files { program, spec: source.hash });
            books.programs.insert(program, self.parts.clock.mono());
        }
        let me = self.clone();
        let at_the_end = Box::new(move |end: &JobEnd, view: Option<JobView>| me.over(job, end, view));
        match self.parts.handle.submit(submission, at_the_end) {
            Ok(_) => Ok(job),
            Err(error) => {
                self.lock().accepted.remove(&job);
                self.parts.blobs.remove(source.hash);
                Err(Refusal::Wrong(error.to_string()))
            }
        }
    }

    fn submission(&self, spec: JobSpec, source: JobSource) -> Result<Submission, Refusal> {
        let wrong = |error: ConfigError| Refusal::Wrong(error.to_string());
        let mut of_job = Configuration::new();
        for (key, value) in &spec.configuration {
            of_job.set_raw(key.as_str(), value.as_str(), Origin::CommandLine);
        }
        let mut configuration = self.parts.configuration.clone();
        configuration.overlay(of_job.clone());
        let settings = JobMasterSettings::from_configuration(&configuration).map_err(wrong)?;
        let program = spec.program.artifact.hash;
        let executable = self.parts.blobs.get(program).ok_or_else(|| {
            Refusal::NotFound(format!("the program {} ({program}) is not here any more", spec.program.name))
        })?;
        Ok(Submission {
            job: spec.job,
            details: JobDetails::of(&spec.graph, &settings, &of_job),
            source,
            graph: spec.graph.clone(),
            settings,
            exchange_pool: self.parts.exchange_pool,
            seed: (self.parts.random)() as u64,
            coordinators: Box::new(CoordinatorProcess {
                io: self.io.clone(),
                executable,
                directory: self.parts.directory.join(format!("job-{}", spec.job)),
                logs: self.parts.logs.clone(),
                job: spec,
                configuration: self.shown.clone(),
            }),
        })
    }

    /// More is known of why a TaskManager was lost. Jobs that are over are told of on the JobManager's thread, where they come to be over: after
    /// it was told those that run, none is between the two.
    pub(crate) fn explain(self: &Arc<Self>, task_manager: &TaskManagerId, why: &str) {
        let (me, task_manager, why) = (self.clone(), task_manager.clone(), why.to_owned());
        self.parts.handle.ask(move |_| me.lock().history.explain(&task_manager, &why));
    }

    /// On the JobManager's thread: a job is over.
    fn over(self: &Arc<Self>, job: JobId, end: &JobEnd, view: Option<JobView>) {
        let JobEnd { status, failure, results, duration } = end.clone();
        let accumulators = view.as_ref().map(JobView::accumulators).unwrap_or_default();
        let outcome = Arc::new(JobOutcome { job, status, failure, results, accumulators, duration });
        let over = Over { outcome: outcome.clone(), view: view.map(Arc::new), settled: false };
        let forgotten = self.lock().history.add(over, self.parts.clock.mono());
        let me = self.clone();
        self.io.spawn_blocking(move || {
            me.clean_up(job, &outcome);
            me.forget(forgotten);
        });
    }

    /// Writes the end down, removes what only this job needed, and tells the end.
    fn clean_up(&self, job: JobId, outcome: &JobOutcome) {
        if let Err(error) = self.parts.ha.job_over(job, &outcome.to_bytes()) {
            tracing::error!(%job, "the end of the job is not written down, and a successor would run it again: {error}");
        }
        let files = self.lock().accepted.remove(&job);
        if let Some(files) = files {
            self.parts.blobs.remove(files.spec);
        }
        let directory = self.parts.directory.join(format!("job-{job}"));
        if let Err(error) = std::fs::remove_dir_all(&directory)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%job, path = %directory.display(), "a directory is left behind: {error}");
        }
        let now = self.parts.clock.mono();
        let mut books = self.lock();
        if let Some(files) = files {
            books.programs.insert(files.program, now);
        }
        books.history.settle(job);
        let forgotten = books.history.expire(now);
        drop(books);
        self.ends.send_modify(|ends| *ends += 1);
        self.forget(forgotten);
    }

    fn forget(&self, jobs: Vec<JobId>) {
        for job in jobs {
            if let Err(error) = self.parts.ha.forget(job) {
                tracing::warn!(%job, "a job that is forgotten, or was refused, is still written down: {error}");
            }
        }
    }

    /// Forgets what is too old: jobs, and programs that nobody has used for so long.
    pub(crate) fn expire(&self, unused: Duration) {
        let now = self.parts.clock.mono();
        let mut books = self.lock();
        let forgotten = books.history.expire(now);
        let in_use: Vec<BlobHash> = books.accepted.values().map(|files| files.program).collect();
        let old = |(hash, used): &(&BlobHash, &Mono)| !in_use.contains(hash) && now.since(**used) >= unused;
        let old: Vec<BlobHash> = books.programs.iter().filter(old).map(|(hash, _)| *hash).collect();
        books.programs.retain(|hash, _| !old.contains(hash));
        drop(books);
        old.into_iter().for_each(|hash| self.parts.blobs.remove(hash));
        self.forget(forgotten);
    }

    /// A program is here, and unused from now on.
    pub(crate) fn program_arrived(&self, program: BlobHash) {
        self.lock().programs.insert(program, self.parts.clock.mono());
    }

    /// The programs and submissions.
    pub(crate) fn blobs(&self) -> &Arc<BlobStore> {
        &self.parts.blobs
    }

    /// The jobs that are over, newest first.
    pub(crate) fn over_jobs(&self) -> Vec<JobSummary> {
        self.lock().history.summaries()
    }

    /// A job that is over, as it was to be seen at last.
    pub(crate) fn over_job(&self, job: JobId) -> Option<Arc<JobView>> {
        self.lock().history.get(job).and_then(|over| over.view.clone())
    }

    /// How many remembered jobs ended so.
    pub(crate) fn count(&self, status: JobStatus) -> u32 {
        self.lock().history.count(status)
    }

    /// How a job ended; `None` when it has not within `patience`.
    pub async fn outcome(&self, job: JobId, patience: Duration) -> Result<Option<Arc<JobOutcome>>, Refusal> {
        let deadline = tokio::time::Instant::now() + patience;
        let mut ends = self.ends.subscribe();
        loop {
            ends.mark_unchanged();
            let known = {
                let books = self.lock();
                let over = books.history.get(job).map(|over| (over.settled, over.outcome.clone()));
                match over {
                    Some((true, outcome)) => return Ok(Some(outcome)),
                    Some(_) => true,
                    None => books.accepted.contains_key(&job),
                }
            };
            if !known {
                return Err(not_known(job));
            }
            if tokio::time::timeout_at(deadline, ends.changed()).await.is_err() {
                return Ok(None);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn not_known(job: JobId) -> Refusal {
    Refusal::NotFound(format!("job {job} is not known: it was never submitted here, or ended too long ago"))
}

//! The process from its start to its end.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::dispatcher::{Dispatcher, DispatcherParts};
use super::drives::Drives;
use super::members::{Members, MembersHandler};
use super::{Afterwards, Application, ApplicationEnd, Cluster, ProcessSettings, StartError};
use crate::{BlobStore, JobManager, Staffing};
use tokio::sync::{oneshot, watch};
use weft_common::configuration::options::HighAvailabilityType;
use weft_common::configuration::{Configuration, options};
use weft_common::{JobId, TaskManagerId};
use weft_control::{HeartbeatSettings, JobStatus, ResourceManagerSettings, names_task_manager};
use weft_ha::{FileSystemHighAvailability, HighAvailability, NoHighAvailability, Storage};
use weft_rpc::drive::DriveObserver;
use weft_rpc::listener::{PortRange, listen, machine_name};
use weft_rpc::session::{Blobs, ServerSettings, SessionServer};
use weft_rpc::view::Refusal;
use weft_rpc::{BlobHash, BlobRef, JobOutcome};
use weft_runtime::{Clock, SystemClock};

/// How long jobs may take to clean up when the process is told to end.
const FAREWELL: Duration = Duration::from_secs(5);
/// How long TaskManagers may take to say that they end. They do so whether it is heard or not.
const LEAVE: Duration = Duration::from_secs(1);

/// A JobManager that is a process, or acts like one.
pub struct JobManagerProcess {
    cluster: Arc<Cluster>,
    job_manager: JobManager,
    server: SessionServer,
    directory: PathBuf,
    /// What is left to a successor.
    ha: Arc<dyn HighAvailability>,
    expiring: tokio::task::AbortHandle,
}

impl JobManagerProcess {
    /// Waits until nobody else leads, and starts. Must be called within a tokio runtime.
    pub async fn start(settings: ProcessSettings) -> Result<Self, StartError> {
        Self::start_telling(settings, |_| {}).await
    }

    /// The same. If somebody else leads, `waiting` is told once, in a sentence, what is waited for; whoever drops the future waits no longer.
    pub async fn start_telling(
        settings: ProcessSettings,
        waiting: impl FnOnce(&str) + Send + 'static,
    ) -> Result<Self, StartError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let configuration = &settings.configuration;
        for path in [settings.directory.as_path(), settings.logs.path()] {
            fs::create_dir_all(path).map_err(|source| StartError::Directory { path: path.to_owned(), source })?;
        }
        let ha = lead(configuration, settings.random, waiting).await?;
        let epoch = ha.epoch();
        let blobs = Arc::new(BlobStore::open(blob_directory(configuration, &*ha, &settings.directory)?)?);
        let job_manager = JobManager::start(
            epoch,
            clock.clone(),
            ResourceManagerSettings::from_configuration(configuration)?,
            (settings.random)(),
        )
        .map_err(StartError::Thread)?;
        let handle = job_manager.handle().clone();
        let dispatcher = Dispatcher::new(DispatcherParts {
            configuration: configuration.clone(),
            handle: handle.clone(),
            ha: ha.clone(),
            blobs: blobs.clone(),
            clock: clock.clone(),
            directory: settings.directory.clone(),
            logs: settings.logs.clone(),
            logging: settings.logging.clone(),
            exchange_pool: settings.exchange_pool,
            random: settings.random,
        })?;
        let heartbeat = HeartbeatSettings::from_configuration(configuration)?;
        let members = Members::new(epoch, heartbeat, settings.secret.clone(), handle.clone(), clock);
        let ports = match configuration.get(&options::JOB_MANAGER_BIND_PORT)? {
            Some(ports) => ports,
            None => configuration.get(&options::JOB_MANAGER_RPC_PORT)?.to_string(),
        };
        let ports: PortRange = ports.parse().map_err(StartError::Ports)?;
        let listener =
            listen(&configuration.get(&options::JOB_MANAGER_BIND_HOST)?, &ports).map_err(StartError::Listen)?;
        let frame_size = configuration.get(&options::FRAME_SIZE)?.as_usize();
        let server_settings = ServerSettings { epoch, secret: settings.secret.clone(), frame_size };
        let (handler, served) = (Arc::new(MembersHandler(members.clone())), Arc::new(SessionBlobs(blobs)));
        let server = SessionServer::start(listener, server_settings, handler, served).map_err(StartError::Serve)?;
        tracing::info!(address = %server.address(), leader = epoch.counter, "waits for TaskManagers");
        dispatcher.recover().await?;
        let drives = Drives::new(
            dispatcher.clone(),
            handle.clone(),
            configuration.without_secrets(),
            (settings.directory.clone(), settings.logs.clone()),
            settings.random,
        );
        let unused = configuration.get(&options::BLOB_CLEANUP_INTERVAL)?;
        let expiring = tokio::spawn(expire(dispatcher.clone(), unused)).abort_handle();
        let masked: BTreeMap<_, _> = configuration.iter_masked().map(|(key, value)| (key.to_owned(), value)).collect();
        let (ending, _) = watch::channel(false);
        let logs = settings.logs;
        let cluster = Arc::new(Cluster { handle, dispatcher, members, drives, logs, configuration: masked, ending });
        Ok(JobManagerProcess { cluster, job_manager, server, directory: settings.directory, ha, expiring })
    }

    /// What clients see.
    pub fn cluster(&self) -> Arc<Cluster> {
        self.cluster.clone()
    }

    /// Where TaskManagers find it.
    pub fn address(&self) -> std::net::SocketAddr {
        self.server.address()
    }

    /// How many slots there ought to be and which there are, for whoever starts TaskManagers of `slots_each`.
    pub fn staffing(&self, slots_each: u32) -> watch::Receiver<Staffing> {
        self.cluster.handle.staffing(slots_each)
    }

    /// A TaskManager counts no more: what it holds is lost, and should it live on, it is told to end. `cause` goes on after its name.
    pub fn fence(&self, task_manager: &TaskManagerId, cause: &str) {
        if self.cluster.members.fence(task_manager, cause) {
            // A job that could not go on without it may be over by now. One that ended while it was here ended for another reason.
            self.cluster.dispatcher.explain(task_manager, cause);
        }
    }

    /// Runs the program that the cluster was started for, to its end.
    pub async fn run_application(&self, application: Application) -> Result<ApplicationEnd, Refusal> {
        let cluster = &self.cluster;
        let ended = async {
            let (blobs, executable) = (cluster.dispatcher.blobs().clone(), application.executable.clone());
            let kept = tokio::task::spawn_blocking(move || {
                let file = blobs.new_file();
                let copied = fs::copy(&executable, &file);
                copied.map_err(|e| format!("cannot copy the program {}: {e}", executable.display()))?;
                blobs.keep(&file, None).map_err(|error| error.to_string())
            });
            let kept = kept.await.map_err(|error| Refusal::Failed(error.to_string()))?.map_err(Refusal::Failed)?;
            cluster.drives.run(application.run(kept.hash), Logged).await
        };
        let (ended, lost) = (ended.await?, cluster.members.lost());
        if let Some(sentence) = ended.gave_up {
            return Err(Refusal::Wrong(sentence));
        }
        let mut outcomes = ended.jobs.iter().filter_map(|job| job.outcome.as_ref());
        Ok(match outcomes.find(|outcome| outcome.status != JobStatus::Finished) {
            Some(outcome) if outcome.status == JobStatus::Canceled => {
                ApplicationEnd::Cancelled(format!("job {} was cancelled", outcome.job))
            }
            Some(outcome) => {
                let why = outcome.failure.as_ref().map(|failure| format!(": {}", failure.message)).unwrap_or_default();
                let why = format!("job {} ended as {}{why}", outcome.job, outcome.status);
                let lost = lost.into_iter().filter(|lost| names_task_manager(&why, lost)).collect();
                ApplicationEnd::Badly { why, lost }
            }
            None if ended.exit.is_success() => ApplicationEnd::Well,
            None => {
                ApplicationEnd::Badly { why: format!("the program's main ended: {}", ended.exit), lost: Vec::new() }
            }
        })
    }

    /// Waits until a client asks for the end.
    pub async fn asked_to_end(&self) {
        self.cluster.asked_to_end().await;
        tracing::info!("a client asked for the end of the cluster");
    }

    /// Ends, and gives what it has kept for a successor, to be removed once it is certain that none will come.
    pub async fn end(mut self, afterwards: Afterwards<'_>) -> Arc<dyn HighAvailability> {
        self.expiring.abort();
        let (dismissal, end_of_jobs) = match afterwards {
            Afterwards::Successor => (None, false),
            Afterwards::OtherTaskManagers(cause) => (Some(cause), false),
            Afterwards::Nothing(cause) => (Some(cause), true),
        };
        // Who goes on with a job cleans up after it; otherwise nothing may be left half-written.
        if end_of_jobs || self.ha.directory().is_none() {
            let jobs: Vec<JobId> = self.cluster.handle.jobs().await.iter().map(|job| job.id).collect();
            jobs.iter().for_each(|job| self.cluster.handle.cancel(*job));
            let ends = jobs.iter().map(|job| self.cluster.dispatcher.outcome(*job, FAREWELL));
            let over = futures_util::future::join_all(ends).await;
            let left = over.iter().filter(|outcome| !matches!(outcome, Ok(Some(_)))).count();
            if left > 0 {
                tracing::warn!("{left} jobs did not end within {FAREWELL:?}");
            }
        }
        // Before TaskManagers leave: no job fails for it.
        drop(self.job_manager);
        if let Some(cause) = dismissal {
            self.cluster.members.dismiss_all(cause);
            let left = self.cluster.members.left();
            if tokio::time::timeout(LEAVE, left).await.is_err() {
                tracing::warn!("not every TaskManager has said within {LEAVE:?} that it ends");
            }
        }
        self.cluster.members.end();
        self.server.close();
        if let Err(error) = fs::remove_dir_all(&self.directory) {
            tracing::warn!(path = %self.directory.display(), "the JobManager's directory is left behind: {error}");
        }
        self.ha
    }
}

/// Waits for leadership.
async fn lead(
    configuration: &Configuration,
    random: fn() -> u128,
    waiting: impl FnOnce(&str) + Send + 'static,
) -> Result<Arc<dyn HighAvailability>, StartError> {
    match configuration.get(&options::HA_TYPE)? {
        HighAvailabilityType::None => Ok(Arc::new(NoHighAvailability::new(random() as u64))),
        HighAvailabilityType::FileSystem => {
            let storage = Storage::of(configuration.get(&options::HA_STORAGE_DIR)?.as_deref())?;
            let directory = storage.cluster(&configuration.get(&options::HA_CLUSTER_ID)?);
            let storage = directory.display().to_string();
            let told = move |who: &str| {
                let sentence = format!(
                    "another JobManager leads ({who}): this one waits for its end, by a lock in {storage} \
                     (high-availability.storageDir)"
                );
                tracing::info!("{sentence}");
                waiting(&sentence);
            };
            let me = format!("process {} on {}", std::process::id(), machine_name());
            let (leads, led) = oneshot::channel();
            let wait =
                move || drop(leads.send(FileSystemHighAvailability::lead(directory, &me, random() as u64, told)));
            // A thread that nobody waits for: a process that is told to end must not hang until another one, which leads, has ended.
            std::thread::Builder::new().name("weft-lead".to_owned()).spawn(wait).map_err(StartError::Thread)?;
            let led = led.await.map_err(|error| StartError::Thread(std::io::Error::other(error)))?;
            Ok(Arc::new(led?))
        }
    }
}

/// Programs are started from it, in directories of their own.
fn absolute(path: &str) -> Result<PathBuf, StartError> {
    std::path::absolute(path).map_err(|source| StartError::Directory { path: PathBuf::from(path), source })
}

fn blob_directory(
    configuration: &Configuration,
    ha: &dyn HighAvailability,
    directory: &Path,
) -> Result<PathBuf, StartError> {
    if let Some(kept) = ha.directory() {
        return Ok(kept.to_owned());
    }
    let configured = configuration.get(&options::BLOB_STORAGE_DIRECTORY)?;
    configured.map_or_else(|| Ok(directory.join("blobs")), |path| absolute(&path))
}

/// Forgets what is too old, from time to time.
async fn expire(dispatcher: Arc<Dispatcher>, unused: Duration) {
    loop {
        tokio::time::sleep(unused.min(Duration::from_secs(60))).await;
        let dispatcher = dispatcher.clone();
        // A panic there costs this round.
        let _ = tokio::task::spawn_blocking(move || dispatcher.expire(unused)).await;
    }
}

/// The blobs as TaskManagers fetch them.
struct SessionBlobs(Arc<BlobStore>);

impl Blobs for SessionBlobs {
    fn file(&self, hash: BlobHash) -> Option<PathBuf> {
        self.0.get(hash)
    }

    fn new_file(&self) -> PathBuf {
        self.0.new_file()
    }

    fn keep(&self, file: &Path) -> Result<BlobRef, String> {
        self.0.keep(file, None).map_err(|error| error.to_string())
    }
}

/// The program's jobs, in the log.
struct Logged;

impl DriveObserver for Logged {
    fn submitted(&mut self, job: JobId, name: &str) {
        tracing::info!(%job, "the application's job `{name}` was accepted");
    }

    fn refused(&mut self, name: &str, refusal: &Refusal) {
        tracing::error!("the application's job `{name}` was not accepted: {refusal}");
    }

    fn ended(&mut self, outcome: &JobOutcome) {
        tracing::info!(job = %outcome.job, "the application's job is {}", outcome.status);
    }
}

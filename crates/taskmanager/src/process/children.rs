//! Starts workers as child processes, one for each job.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::artifacts::{Artifact, ArtifactCache};
use super::child::{ChildStart, ChildWorker};
use crate::embedded::Nobody;
use crate::{StartedWorker, WorkerListener, WorkerStart, Workers};
use weft_common::trust::SecretKey;
use weft_common::{ErrorKind, JobId, LeaderEpoch};
use weft_control::{Failure, WorkerEnd};
use weft_rpc::listener::{PortRange, listen};
use weft_rpc::program::Inherited;
use weft_rpc::program::image::ProgramImage;
use weft_rpc::{BlobRef, Fence, JobSource, JobSpec, LogDirectory, RpcError, WorkerAddress};

/// Where blobs come from: the JobManager.
pub trait BlobSource: Send + Sync {
    /// Fetches one into memory, checked against its hash.
    fn fetch(&self, blob: BlobRef) -> BoxFuture<'_, Result<Vec<u8>, RpcError>>;
    /// Fetches one into a file that is not there yet, checked against its hash and durable.
    fn fetch_file<'a>(&'a self, blob: BlobRef, path: &'a Path) -> BoxFuture<'a, Result<(), RpcError>>;
    /// The number that the JobManager gave this TaskManager in slot addresses.
    fn worker_number(&self) -> u32;
}

/// What workers are started with.
#[derive(Clone)]
pub struct ChildSettings {
    /// What people call this TaskManager's workers: its id.
    pub name: String,
    /// The host that data planes listen at.
    pub bind_host: String,
    /// The host under which others reach them.
    pub host: String,
    /// The ports for them.
    pub data_ports: PortRange,
    /// Where jobs have their directories, and programs are kept. Nothing else is in it.
    pub directory: PathBuf,
    /// Where what workers write goes.
    pub logs: LogDirectory,
    /// Bytes of programs that are kept though nobody uses them.
    pub artifact_limit: u64,
    /// The TaskManager's configuration, under that of jobs.
    pub configuration: Inherited,
    /// Environment variables of all workers, under those of their program.
    pub environment: BTreeMap<String, String>,
    /// Bytes of network memory that each slot has.
    pub network_memory_per_slot: u64,
    /// The cluster's secret, if it has one: workers get keys derived from it.
    pub secret: Option<SecretKey>,
    /// What generations are numbered from: greater than any of an earlier process.
    pub first_generation: u64,
    /// How long after a worker this process may hear that it is to end, too, when one order was given to both.
    pub same_order: Duration,
}

/// Starts workers as child processes.
pub struct Children {
    pub(super) settings: ChildSettings,
    pub(super) artifacts: ArtifactCache,
    pub(super) blobs: Arc<dyn BlobSource>,
    io: tokio::runtime::Handle,
    places: Mutex<HashMap<JobId, Arc<Place>>>,
    programs: Mutex<Programs>,
    /// How many places there have been.
    placed: AtomicU64,
}

/// What all workers of a job have in common.
pub(super) struct Place {
    pub(super) listener: TcpListener,
    pub(super) directory: PathBuf,
    port: u16,
    generation: Mutex<Generation>,
    pub(super) program: ProgramCell,
}

/// What a job is, once that is fetched; held by whoever fetches it.
pub(super) type ProgramCell = Arc<tokio::sync::Mutex<Option<Arc<Program>>>>;

/// Of jobs that run here or may come to.
#[derive(Default)]
struct Programs {
    by_job: HashMap<JobId, ProgramCell>,
    /// The leader who said last what may come.
    prepared_for: LeaderEpoch,
}

/// Which worker has the address.
#[derive(Clone, Copy)]
struct Generation {
    number: u64,
    /// The worker that was started in it, by its incarnation.
    taken_by: Option<u64>,
}

/// What a job is.
pub(super) struct Program {
    pub(super) spec: JobSpec,
    pub(super) artifact: Artifact,
}

impl Children {
    /// Starts none yet. Fails when its directories cannot be made.
    pub fn new(
        settings: ChildSettings,
        blobs: Arc<dyn BlobSource>,
        io: tokio::runtime::Handle,
    ) -> io::Result<Arc<Self>> {
        std::fs::create_dir_all(settings.logs.path())?;
        let artifacts = ArtifactCache::new(settings.directory.join("artifacts"), settings.artifact_limit)?;
        Ok(Arc::new(Children {
            settings,
            artifacts,
            blobs,
            io,
            places: Mutex::default(),
            programs: Mutex::default(),
            placed: AtomicU64::new(0),
        }))
    }

    /// A job's name, once its program is here.
    pub(super) fn job_name(&self, job: JobId) -> Option<String> {
        let place = self.lock().get(&job).cloned()?;
        let program = place.program.try_lock().ok()?;
        program.as_ref().map(|program| program.spec.graph.settings.name.clone())
    }

    fn place(&self, job: JobId) -> Result<Arc<Place>, Box<Failure>> {
        let mut places = self.lock();
        if let Some(place) = places.get(&job) {
            return Ok(place.clone());
        }
        let place = Arc::new(self.make_place(job)?);
        places.insert(job, place.clone());
        Ok(place)
    }

    fn make_place(&self, job: JobId) -> Result<Place, Box<Failure>> {
        let ChildSettings { bind_host, data_ports, .. } = &self.settings;
        let no_listener = |error: &dyn std::fmt::Display| {
            Box::new(Failure::retryable(format!(
                "no data plane for the job's worker: {error} (taskmanager.bind-host, taskmanager.data.port)"
            )))
        };
        let listener = listen(bind_host, data_ports).map_err(|error| no_listener(&error))?;
        let port = listener.local_addr().map_err(|error| no_listener(&error))?.port();
        // A new leader may run the job again while what the old one's left is still being removed.
        let number = self.placed.fetch_add(1, Ordering::Relaxed);
        let directory = self.settings.directory.join(format!("job-{job}-{number}"));
        std::fs::create_dir_all(&directory).map_err(|error| {
            Box::new(Failure::retryable(format!("cannot make the job's directory {}: {error}", directory.display())))
        })?;
        let generation = Generation { number: self.settings.first_generation, taken_by: None };
        Ok(Place { listener, directory, port, generation: Mutex::new(generation), program: self.program_of(job) })
    }

    pub(super) fn address(&self, place: &Place) -> WorkerAddress {
        let generation = place.generation().number;
        WorkerAddress {
            name: self.settings.name.clone(),
            generation,
            host: self.settings.host.clone(),
            port: place.port,
        }
    }

    fn program_of(&self, job: JobId) -> ProgramCell {
        self.lock_programs().by_job.entry(job).or_default().clone()
    }

    /// Fetches and checks what a job is; once for all of its workers.
    pub(super) async fn program(&self, cell: &ProgramCell, source: BlobRef) -> Result<Arc<Program>, Failure> {
        let mut known = cell.lock().await;
        if let Some(program) = &*known {
            return Ok(program.clone());
        }
        let failed =
            |error: RpcError| Failure::new(error.kind(), format!("the job's program cannot be fetched: {error}"));
        let bytes = self.blobs.fetch(source).await.map_err(failed)?;
        let spec = JobSpec::from_bytes(&bytes).map_err(|error| {
            Failure::new(ErrorKind::Fatal, format!("the description of the job cannot be read: {error}"))
        })?;
        let blob = spec.program.artifact;
        let artifact = self.artifacts.get(blob, async |path| self.blobs.fetch_file(blob, path).await).await;
        let artifact = artifact.map_err(failed)?;
        let path = artifact.path().to_owned();
        let host = self.settings.host.clone();
        let check = move || ProgramImage::read(&path)?.check(&path).map_err(|error| error.at(&host));
        let checked = tokio::task::spawn_blocking(check).await;
        match checked {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(Failure::new(ErrorKind::User, error.to_string())),
            Err(error) => return Err(Failure::retryable(format!("the job's program could not be checked: {error}"))),
        }
        let program = Arc::new(Program { spec, artifact });
        *known = Some(program.clone());
        Ok(program)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<JobId, Arc<Place>>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_programs(&self) -> MutexGuard<'_, Programs> {
        self.programs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    fn generation(&self) -> MutexGuard<'_, Generation> {
        self.generation.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Workers for Arc<Children> {
    fn start(&self, start: WorkerStart, listener: Arc<dyn WorkerListener>) -> StartedWorker {
        let refused = |failure| {
            listener.ended(WorkerEnd::CannotStart(failure), None);
            StartedWorker { worker: Arc::new(Nobody), address: None }
        };
        let JobSource::Blob(source) = start.source else {
            return refused(Failure::new(
                ErrorKind::Fatal,
                "the job is in another process, and was not said where to fetch it",
            ));
        };
        let place = match self.place(start.fence.job) {
            Ok(place) => place,
            Err(failure) => return refused(*failure),
        };
        place.generation().taken_by = Some(start.incarnation);
        let address = self.address(&place);
        let child = ChildStart { children: self.clone(), place, start, source, address: address.clone(), listener };
        StartedWorker { worker: ChildWorker::spawn(child, &self.io), address: Some(address) }
    }

    fn retire(&self, start: &WorkerStart) -> Option<WorkerAddress> {
        let place = self.lock().get(&start.fence.job).cloned()?;
        let mut generation = place.generation();
        if generation.taken_by != Some(start.incarnation) {
            return None;
        }
        *generation = Generation { number: generation.number + 1, taken_by: None };
        drop(generation);
        Some(self.address(&place))
    }

    fn forget(&self, fence: Fence) {
        let place = self.lock().remove(&fence.job);
        self.lock_programs().by_job.remove(&fence.job);
        let Some(place) = place else { return };
        let directory = place.directory.clone();
        self.io.spawn_blocking(move || {
            if let Err(error) = std::fs::remove_dir_all(&directory) {
                tracing::warn!(path = %directory.display(), "a job's directory cannot be removed: {error}");
            }
        });
    }

    fn prepare(&self, fence: Fence, source: BlobRef) {
        let job = fence.job;
        let program = {
            let (places, mut programs) = (self.lock(), self.lock_programs());
            if programs.prepared_for != fence.epoch {
                // A new leader says anew what may come.
                programs.by_job.retain(|job, _| places.contains_key(job));
                programs.prepared_for = fence.epoch;
            }
            programs.by_job.entry(job).or_default().clone()
        };
        let me = self.clone();
        self.io.spawn(async move {
            match me.program(&program, source).await {
                Ok(_) => tracing::info!(%job, "the job's program is here, should its slots be lost elsewhere"),
                // Whoever needs it will fetch it.
                Err(failure) => tracing::info!(%job, "not fetched beforehand: {}", failure.message),
            }
        });
    }

    fn unprepare(&self, job: JobId) {
        let (places, mut programs) = (self.lock(), self.lock_programs());
        if !places.contains_key(&job) {
            programs.by_job.remove(&job);
        }
    }
}

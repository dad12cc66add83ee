//! Programs whose `main` runs beside the JobManager: what clients ask for through REST, and the program of application mode.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::Dispatcher;
use super::dispatcher::not_known;
use crate::JobManagerHandle;
use tokio::net::unix::pipe::Receiver;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use weft_common::JobId;
use weft_rpc::drive::{Drive, DriveEnd, DriveError, DriveObserver, JobService, Patience};
use weft_rpc::program::{DriveSpec, ProgramCommand, capture};
use weft_rpc::view::{Answer, ProgramRun, Refusal};
use weft_rpc::{BlobRef, JobOutcome, JobSpec, LogDirectory, ProgramSpec};

/// Between two lines that say why a program's job was not accepted there is nothing to wait for: the service is this process.
const PATIENCE: Patience = Patience { timeout: Duration::from_secs(60), retry_period: Duration::from_secs(2) };

/// How long the last of what a program wrote may take into its file.
const FAREWELL: Duration = Duration::from_secs(1);

/// Runs programs beside the JobManager.
pub(crate) struct Drives {
    service: Arc<LocalJobs>,
    /// The cluster's configuration without its secrets.
    configuration: BTreeMap<String, String>,
    directory: PathBuf,
    logs: LogDirectory,
    random: fn() -> u128,
    started: AtomicU64,
}

impl Drives {
    pub(crate) fn new(
        dispatcher: Arc<Dispatcher>,
        handle: JobManagerHandle,
        configuration: BTreeMap<String, String>,
        (directory, logs): (PathBuf, LogDirectory),
        random: fn() -> u128,
    ) -> Arc<Self> {
        let service = Arc::new(LocalJobs { dispatcher, handle });
        Arc::new(Drives { service, configuration, directory, logs, random, started: AtomicU64::new(0) })
    }

    /// Runs a program to its end, in the background; the answer is its first job.
    pub(crate) async fn start(self: Arc<Self>, program: ProgramRun) -> Result<JobId, Refusal> {
        let (first, submitted) = oneshot::channel();
        let name = program.name.clone();
        let me = self.clone();
        let running = tokio::spawn(async move { me.run(program, First(Some(first))).await });
        match submitted.await {
            Ok(answer) => answer,
            // It ended, or could not be started, before it executed anything.
            Err(_) => Err(match running.await {
                Ok(Ok(end)) => Refusal::Wrong(ended_without_a_job(&name, &end)),
                Ok(Err(refusal)) => refusal,
                Err(_) => Refusal::Failed(format!("running the program {name} was given up")),
            }),
        }
    }

    /// Runs a program to its end.
    pub(crate) async fn run(&self, program: ProgramRun, mut observer: impl DriveObserver) -> Result<DriveEnd, Refusal> {
        let name = program.name.clone();
        let (drive, files) = self.drive(program)?;
        let random = self.random;
        let end = drive.run(self.service.clone(), || JobId(random()), &mut observer).await;
        files.close().await;
        let end = end.map_err(|error| refusal(&name, &error))?;
        tracing::info!(program = %name, jobs = end.jobs.len(), "ended: {}", end.exit);
        Ok(end)
    }

    /// The plan of the first job that a program would execute.
    pub(crate) async fn plan(&self, program: ProgramRun) -> Result<String, Refusal> {
        let name = program.name.clone();
        let (drive, files) = self.drive(program)?;
        let plan = drive.plan().await;
        files.close().await;
        plan.map_err(|error| refusal(&name, &error))
    }

    fn drive(&self, program: ProgramRun) -> Result<(Drive<'static>, Files), Refusal> {
        let ProgramRun { artifact, name, arguments, configuration, environment, environment_of_main } = program;
        let missing = || Refusal::NotFound(format!("the program {name} ({artifact}) is not here: send it first"));
        let executable = self.service.dispatcher.blobs().get(artifact).ok_or_else(missing)?;
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        let mut files = Files { directory: self.directory.join(format!("program-{number}")), output: Vec::new() };
        let failed = |what: &str, error: std::io::Error| Refusal::Failed(format!("cannot {what} of {name}: {error}"));
        let length = std::fs::metadata(&executable).map_err(|e| failed("read the executable", e))?.len();
        std::fs::create_dir_all(&files.directory).map_err(|e| failed("make the directory", e))?;
        let mut output = |kind: &str| -> Result<Stdio, Refusal> {
            let (logs, file) = (self.logs.clone(), format!("program-{number}-{name}.{kind}"));
            let (reader, writer) = std::io::pipe().map_err(|e| failed("keep the output", e))?;
            let reader = Receiver::from_owned_fd(reader.into()).map_err(|e| failed("keep the output", e))?;
            files.output.push(tokio::spawn(async move { capture(reader, &logs, &file).await }));
            Ok(writer.into())
        };
        let (stdout, stderr) = (output("out")?, output("err")?);
        let command = ProgramCommand {
            arguments: arguments.clone(),
            environment: environment_of_main,
            stdout,
            stderr,
            ..ProgramCommand::new(executable, name.clone(), files.directory.clone())
        };
        let mut seen = self.configuration.clone();
        seen.extend(configuration);
        let drive = Drive {
            command,
            stdin: None,
            spec: DriveSpec { configuration: seen, detached: false },
            program: ProgramSpec {
                name: name.clone(),
                artifact: BlobRef { hash: artifact, length },
                arguments,
                environment,
            },
            patience: PATIENCE,
        };
        Ok((drive, files))
    }
}

/// What a program works in, and what it writes on its way into files.
struct Files {
    directory: PathBuf,
    output: Vec<JoinHandle<Option<String>>>,
}

impl Files {
    /// The program has ended. What it started may live on, and write; that is no longer kept.
    async fn close(self) {
        for mut output in self.output {
            if tokio::time::timeout(FAREWELL, &mut output).await.is_err() {
                output.abort();
            }
        }
        if let Err(error) = std::fs::remove_dir_all(&self.directory) {
            tracing::warn!(path = %self.directory.display(), "a directory is left behind: {error}");
        }
    }
}

fn ended_without_a_job(name: &str, end: &DriveEnd) -> String {
    match &end.gave_up {
        Some(sentence) => format!("the program {name} cannot be run: {sentence}"),
        None => format!(
            "the program {name} ended ({}) without executing a job; what it wrote is in the JobManager's logs",
            end.exit
        ),
    }
}

fn refusal(name: &str, error: &DriveError) -> Refusal {
    Refusal::Wrong(format!("the program {name} cannot be run: {error}"))
}

/// Tells of the first job.
struct First(Option<oneshot::Sender<Result<JobId, Refusal>>>);

impl First {
    fn tell(&mut self, answer: Result<JobId, Refusal>) {
        if let Some(first) = self.0.take() {
            // Whoever asked may have gone.
            let _ = first.send(answer);
        }
    }
}

impl DriveObserver for First {
    fn submitted(&mut self, job: JobId, _name: &str) {
        self.tell(Ok(job));
    }

    fn refused(&mut self, _name: &str, refusal: &Refusal) {
        self.tell(Err(refusal.clone()));
    }

    fn ended(&mut self, _outcome: &JobOutcome) {}
}

/// The jobs of this process, as a driven program's parent asks for them.
pub(crate) struct LocalJobs {
    dispatcher: Arc<Dispatcher>,
    handle: JobManagerHandle,
}

impl JobService for LocalJobs {
    fn submit(&self, job: JobSpec) -> Answer<Result<JobId, Refusal>> {
        let dispatcher = self.dispatcher.clone();
        Box::pin(async move { dispatcher.submit(job).await })
    }

    fn outcome(&self, job: JobId, wait: Duration) -> Answer<Result<Option<JobOutcome>, Refusal>> {
        let dispatcher = self.dispatcher.clone();
        Box::pin(async move { Ok(dispatcher.outcome(job, wait).await?.map(|outcome| (*outcome).clone())) })
    }

    fn status(&self, job: JobId) -> Answer<Result<String, Refusal>> {
        let (dispatcher, handle) = (self.dispatcher.clone(), self.handle.clone());
        Box::pin(async move {
            match handle.job(job).await {
                Some(view) => Ok(view.summary.status.to_string()),
                None => match dispatcher.outcome(job, Duration::ZERO).await? {
                    Some(outcome) => Ok(outcome.status.to_string()),
                    None => Err(not_known(job)),
                },
            }
        })
    }

    fn cancel(&self, job: JobId) -> Answer<Result<(), Refusal>> {
        self.handle.cancel(job);
        Box::pin(async { Ok(()) })
    }
}

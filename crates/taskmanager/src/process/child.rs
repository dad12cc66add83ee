//! A worker that is a child process.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::AsyncRead;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::children::{Children, Place};
use super::memory::{INTERVAL, sample_of};
use crate::{Worker, WorkerListener, WorkerStart};
use weft_common::{ErrorKind, ExecutionAttemptId};
use weft_control::{Failure, WorkerEnd};
use weft_rpc::program::capture;
use weft_rpc::program::{
    FRAME_LIMIT, FromProgram, Inherited, Parent, ProgramCommand, ProgramExit, ProgramProcess, ProgramReceiver,
    ProgramSender, Start, ToProgram, WorkSpec,
};
use weft_rpc::{
    BlobRef, LogDirectory, OperatorEvent, RpcError, TaskDeployment, TaskFailure, TaskState, TaskUpdate, WorkerAddress,
};
use weft_runtime::TaskMetrics;

/// How long a process may live after it has closed the connection to this one.
const FAREWELL: Duration = Duration::from_secs(1);

/// The signal by which whoever ends a container ends all of its processes.
const TERMINATED: i32 = 15;

/// What a child is started with.
pub(super) struct ChildStart {
    pub(super) children: Arc<Children>,
    pub(super) place: Arc<Place>,
    pub(super) start: WorkerStart,
    /// What the job is.
    pub(super) source: BlobRef,
    pub(super) address: WorkerAddress,
    pub(super) listener: Arc<dyn WorkerListener>,
}

/// A child process, from the order to start it to its end.
pub(super) struct ChildWorker {
    listener: Arc<dyn WorkerListener>,
    running: Mutex<Option<Running>>,
    /// Whether it is still wanted.
    wanted: watch::Sender<Wanted>,
}

struct Running {
    sender: ProgramSender,
    process: ProgramProcess,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Yes,
    /// It is to end by itself.
    Stopped,
    Killed,
}

impl ChildWorker {
    /// Starts it, on `io`.
    pub(super) fn spawn(start: ChildStart, io: &tokio::runtime::Handle) -> Arc<Self> {
        let (wanted, changed) = watch::channel(Wanted::Yes);
        let listener = start.listener.clone();
        let child = Arc::new(ChildWorker { listener, running: Mutex::default(), wanted });
        io.spawn(child.clone().live(start, changed));
        child
    }

    async fn live(self: Arc<Self>, start: ChildStart, mut wanted: watch::Receiver<Wanted>) {
        let started = tokio::select! {
            started = start_program(&start) => started,
            given_up = wanted.wait_for(|wanted| *wanted != Wanted::Yes) => {
                let end = match given_up.map(|wanted| *wanted) {
                    Ok(Wanted::Stopped) => WorkerEnd::Exited(0),
                    _ => WorkerEnd::Signalled(9),
                };
                return self.listener.ended(end, None);
            }
        };
        match started {
            Ok((parent, configuration)) => self.accompany(start, parent, configuration, wanted).await,
            Err(failure) => self.listener.ended(WorkerEnd::CannotStart(failure), None),
        }
    }

    /// Hears the program until it has ended.
    async fn accompany(
        &self,
        start: ChildStart,
        parent: Parent,
        configuration: Inherited,
        mut wanted: watch::Receiver<Wanted>,
    ) {
        let Parent { sender, mut receiver, process } = parent;
        let passing_on = tokio::spawn(pass_on(configuration, sender.clone()));
        *self.lock() = Some(Running { sender, process: process.clone() });
        self.catch_up();
        let job = start.start.fence.job;
        let logs = &start.children.settings.logs;
        let mut stdout = spawn_capture(process.take_stdout(), logs, format!("worker-{job}.out"));
        let mut stderr = spawn_capture(process.take_stderr(), logs, format!("worker-{job}.err"));
        let sampling = tokio::spawn(sample(process.clone(), self.listener.clone()));

        let refusal = self.hear(&mut receiver, &process).await;
        if tokio::time::timeout(FAREWELL, process.exited()).await.is_err() {
            process.kill();
        }
        let exit = process.exited().await;
        sampling.abort();
        passing_on.abort();
        *self.lock() = None;
        // What it has started may live on, with the same outputs.
        let (printed, last_words) =
            tokio::join!(tokio::time::timeout(FAREWELL, &mut stdout), tokio::time::timeout(FAREWELL, &mut stderr));
        if printed.is_err() {
            stdout.abort();
        }
        if last_words.is_err() {
            stderr.abort();
        }
        let last_words = last_words.ok().and_then(Result::ok).flatten();
        let end = match refusal {
            Some(sentence) => WorkerEnd::CannotStart(Failure::new(ErrorKind::User, sentence)),
            None => end_of(exit),
        };
        if end == WorkerEnd::Signalled(TERMINATED) {
            // Most likely this process is about to end as well, and why it does says more than that a worker has.
            let patience = start.children.settings.same_order;
            let _ = tokio::time::timeout(patience, wanted.wait_for(|wanted| *wanted != Wanted::Yes)).await;
        }
        self.listener.ended(end, last_words);
    }

    /// What was ordered while there was no process yet.
    fn catch_up(&self) {
        match *self.wanted.borrow() {
            Wanted::Yes => {}
            Wanted::Stopped => self.tell(ToProgram::Stop),
            Wanted::Killed => self.kill_process(),
        }
    }

    /// Passes on what the program says; returns the sentence with which it refused to be a worker, if it did.
    async fn hear(&self, receiver: &mut ProgramReceiver, process: &ProgramProcess) -> Option<String> {
        loop {
            match receiver.receive().await {
                Ok(Some(FromProgram::Ready)) => self.listener.ready(),
                Ok(Some(FromProgram::Task(update))) => self.listener.task_update(update),
                Ok(Some(FromProgram::OperatorEvent(event))) => self.listener.operator_event(event),
                Ok(Some(FromProgram::Metrics(reports))) => self.listener.task_reports(reports),
                Ok(Some(FromProgram::Failed(sentence))) => return Some(sentence),
                Ok(Some(_)) => {
                    tracing::warn!(pid = process.pid(), "a worker said what only other programs say, and is killed");
                    process.kill();
                    return None;
                }
                Ok(None) => return None,
                Err(error) => {
                    tracing::warn!(pid = process.pid(), "a worker cannot be understood, and is killed: {error}");
                    process.kill();
                    return None;
                }
            }
        }
    }

    /// Tells the program something; one that is gone is told of by its end.
    fn tell(&self, message: ToProgram) {
        if let Err(error) = self.try_tell(message) {
            tracing::debug!("not said to a worker: {error}");
        }
    }

    fn try_tell(&self, message: ToProgram) -> Result<(), RpcError> {
        let running = self.lock();
        let Some(running) = &*running else { return Ok(()) };
        let told = running.sender.send(message);
        if let Err(RpcError::Backlog { .. }) = told {
            tracing::warn!(pid = running.process.pid(), "a worker takes no orders, and is killed");
            running.process.kill();
        }
        told
    }

    fn kill_process(&self) {
        if let Some(running) = &*self.lock() {
            running.process.kill();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Worker for ChildWorker {
    fn deploy(&self, tasks: Vec<TaskDeployment>) {
        let attempts: Vec<_> = tasks.iter().map(|task| task.attempt).collect();
        // What did not reach the worker will not run.
        if let Err(error) = self.try_tell(ToProgram::Deploy(tasks)) {
            for attempt in attempts {
                let message = format!("cannot be handed to the job's worker: {error}");
                let failure = TaskFailure { message, operator: None, kind: ErrorKind::Retryable };
                self.listener.task_update(TaskUpdate { attempt, state: TaskState::Failed(failure) });
            }
        }
    }

    fn cancel(&self, attempt: ExecutionAttemptId) {
        self.tell(ToProgram::Cancel(attempt));
    }

    fn operator_event(&self, event: OperatorEvent) {
        self.tell(ToProgram::OperatorEvent(event));
    }

    fn drop_slot(&self, slot: u32) {
        self.tell(ToProgram::FreeSlot(slot));
    }

    fn stop(&self) {
        self.wanted.send_if_modified(|wanted| {
            let first = *wanted == Wanted::Yes;
            if first {
                *wanted = Wanted::Stopped;
            }
            first
        });
        self.tell(ToProgram::Stop);
    }

    fn kill(&self) {
        self.wanted.send_replace(Wanted::Killed);
        self.kill_process();
    }

    /// They are in the other process, which reports them.
    fn metrics(&self) -> BTreeMap<ExecutionAttemptId, Arc<TaskMetrics>> {
        BTreeMap::new()
    }
}

async fn start_program(child: &ChildStart) -> Result<(Parent, Inherited), Failure> {
    let program = child.children.program(&child.place.program, child.source).await?;
    let settings = &child.children.settings;
    let mut configuration = settings.configuration.clone();
    let spec = Box::new(WorkSpec {
        job: program.spec.clone(),
        epoch: child.start.fence.epoch,
        worker: child.children.blobs.worker_number(),
        configuration: configuration.now(),
        network_memory_per_slot: settings.network_memory_per_slot,
        address: child.address.clone(),
        key: settings
            .secret
            .as_ref()
            .map_or_else(Vec::new, |secret| secret.for_workers_of(program.spec.job).expose().to_vec()),
    });
    let command = ProgramCommand {
        executable: program.artifact.path().to_owned(),
        name: program.spec.program.name.clone(),
        arguments: program.spec.program.arguments.clone(),
        environment: settings.environment.clone().into_iter().chain(program.spec.program.environment.clone()).collect(),
        directory: child.place.directory.clone(),
        stdout: Stdio::piped(),
        stderr: Stdio::piped(),
    };
    let start = Start::Work { spec, listener: &child.place.listener };
    let parent = Parent::start(command, start, FRAME_LIMIT).await;
    let parent = parent.map_err(|error| Failure::retryable(format!("the job's worker cannot be started: {error}")))?;
    Ok((parent, configuration))
}

/// Keeps what a worker writes.
fn spawn_capture(
    output: Option<impl AsyncRead + Unpin + Send + 'static>,
    logs: &LogDirectory,
    name: String,
) -> JoinHandle<Option<String>> {
    let logs = logs.clone();
    tokio::spawn(async move { capture(output?, &logs, &name).await })
}

/// Passes changes of the TaskManager's configuration on.
async fn pass_on(mut configuration: Inherited, sender: ProgramSender) {
    loop {
        let logging = configuration.changed().await;
        if let Err(error) = sender.send(ToProgram::Logging(logging)) {
            tracing::debug!("what is logged is not said to a worker: {error}");
        }
    }
}

/// Tells what a process uses of the memory, as long as it is there.
async fn sample(process: ProgramProcess, listener: Arc<dyn WorkerListener>) {
    let mut due = tokio::time::interval(INTERVAL);
    due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        due.tick().await;
        // After its end the number may be another process's.
        if process.exit().is_some() {
            return;
        }
        let pid = process.pid();
        if let Ok(Some(sample)) = tokio::task::spawn_blocking(move || sample_of(pid)).await {
            listener.memory(sample);
        }
    }
}

fn end_of(exit: ProgramExit) -> WorkerEnd {
    match exit {
        ProgramExit::Code(code) => WorkerEnd::Exited(code),
        ProgramExit::Signal { number, .. } => WorkerEnd::Signalled(number),
        ProgramExit::Unknown => WorkerEnd::Unknown,
    }
}

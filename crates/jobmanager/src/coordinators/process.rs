//! Coordinators in a process of their own: the user's program, started by the JobManager.
//!
//! One task owns the process. It starts it when the job starts, and again when a start is ordered after it died; it hands orders on in their
//! order, and what the process says to the listener. A process that dies is a failure of the coordinators, which the JobMaster answers with
//! a restart or the job's end: nothing is decided here.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use super::{CoordinatorGateway, CoordinatorListener, CoordinatorStarter};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use weft_common::{ErrorKind, JobId};
use weft_control::{CoordinatorMessage, Failure};
use weft_graph::JobGraph;
use weft_rpc::program::{
    CoordinateSpec, CoordinatorOrder, FRAME_LIMIT, FromProgram, Inherited, Parent, ProgramCommand, Start, ToProgram,
    capture,
};
use weft_rpc::{JobSpec, LogDirectory, RpcError};

/// How long the process may take to end after it was told to.
const ENDING: Duration = Duration::from_secs(5);

/// Starts the coordinators of a job as a process.
pub struct CoordinatorProcess {
    /// Where its tasks run.
    pub io: Handle,
    /// The program's file.
    pub executable: PathBuf,
    /// The process's working directory, which is made.
    pub directory: PathBuf,
    /// Where its standard output and error are kept.
    pub logs: LogDirectory,
    /// The job.
    pub job: JobSpec,
    /// The JobManager's configuration.
    pub configuration: Inherited,
}

impl CoordinatorStarter for CoordinatorProcess {
    fn start(
        self: Box<Self>,
        job: JobId,
        _graph: &JobGraph,
        listener: Box<dyn CoordinatorListener>,
    ) -> Result<Box<dyn CoordinatorGateway>, String> {
        let (orders, queue) = unbounded_channel();
        let io = self.io.clone();
        io.spawn(Supervisor { job, starter: *self, listener, attempt: 0, running: None }.run(queue));
        Ok(Box::new(ToProcess(orders)))
    }
}

struct ToProcess(UnboundedSender<CoordinatorOrder>);

impl CoordinatorGateway for ToProcess {
    fn order(&self, order: CoordinatorOrder) {
        // A supervisor that is gone has said so.
        let _ = self.0.send(order);
    }
}

struct Supervisor {
    job: JobId,
    starter: CoordinatorProcess,
    listener: Box<dyn CoordinatorListener>,
    /// The newest start or reset, which a death is told under.
    attempt: u32,
    running: Option<Parent>,
}

impl Supervisor {
    async fn run(mut self, mut orders: UnboundedReceiver<CoordinatorOrder>) {
        loop {
            tokio::select! {
                order = orders.recv() => match order {
                    None => return,
                    Some(CoordinatorOrder::End { success }) => return self.end(success).await,
                    Some(order) => self.order(order).await,
                },
                said = said(&mut self.running) => self.on(said).await,
                logging = self.starter.configuration.changed() => self.pass_on(logging),
            }
        }
    }

    async fn order(&mut self, order: CoordinatorOrder) {
        if let CoordinatorOrder::Start { attempt }
        | CoordinatorOrder::Reset { attempt, .. }
        | CoordinatorOrder::Commit { attempt } = order
        {
            self.attempt = attempt;
        }
        if matches!(order, CoordinatorOrder::Start { .. }) && self.running.is_none() {
            match self.spawn().await {
                Ok(process) => self.running = Some(process),
                Err(error) => {
                    return self.failed(format!("cannot start the process of the job's coordinators: {error}"));
                }
            }
        }
        let Some(process) = &self.running else {
            // Its death was told; what was ordered meanwhile died with it.
            return self.failed("the process of the job's coordinators is gone".to_owned());
        };
        if let Err(error) = process.sender.send(ToProgram::Coordinator(order)) {
            let (ending, why) = (self.running.take(), error.to_string());
            self.died(ending, Some(why)).await;
        }
    }

    fn pass_on(&self, logging: BTreeMap<String, String>) {
        let Some(process) = &self.running else { return };
        if let Err(error) = process.sender.send(ToProgram::Logging(logging)) {
            tracing::debug!("what is logged is not said to the coordinators: {error}");
        }
    }

    async fn spawn(&mut self) -> Result<Parent, RpcError> {
        let CoordinatorProcess { executable, directory, job, configuration, .. } = &mut self.starter;
        std::fs::create_dir_all(&*directory)
            .map_err(|source| RpcError::Io { doing: "making a directory for the coordinators of a job", source })?;
        let command = ProgramCommand {
            executable: executable.clone(),
            name: job.program.name.clone(),
            arguments: job.program.arguments.clone(),
            environment: job.program.environment.clone(),
            directory: directory.clone(),
            stdout: Stdio::piped(),
            stderr: Stdio::piped(),
        };
        let spec = CoordinateSpec { job: job.clone(), configuration: configuration.now() };
        let parent = Parent::start(command, Start::Coordinate(Box::new(spec)), FRAME_LIMIT).await?;
        self.keep_output(&parent);
        Ok(parent)
    }

    /// Keeps what the process writes, for as long as it does.
    fn keep_output(&self, parent: &Parent) {
        let of = |kind: &str| (self.starter.logs.clone(), format!("coordinator-{}.{kind}", self.job));
        if let Some(stdout) = parent.process.take_stdout() {
            let (logs, name) = of("out");
            tokio::spawn(async move { capture(stdout, &logs, &name).await });
        }
        if let Some(stderr) = parent.process.take_stderr() {
            let (logs, name) = of("err");
            tokio::spawn(async move { capture(stderr, &logs, &name).await });
        }
    }

    async fn on(&mut self, said: Result<Option<FromProgram>, RpcError>) {
        match said {
            Ok(Some(FromProgram::Coordinator { attempt, message })) => self.listener.coordinator(attempt, message),
            Ok(Some(FromProgram::Reply(event))) => self.listener.reply(event),
            Ok(Some(FromProgram::Result { operator, payload })) => self.listener.result(operator, payload),
            Ok(Some(FromProgram::Failed(sentence))) => {
                let ending = self.running.take();
                self.died(ending, Some(sentence)).await;
            }
            // It is ready, or says what only drivers and workers say.
            Ok(Some(_)) => {}
            Ok(None) => {
                let ending = self.running.take();
                self.died(ending, None).await;
            }
            Err(error) => {
                let ending = self.running.take();
                self.died(ending, Some(error.to_string())).await;
            }
        }
    }

    /// Makes sure that the process is gone, and tells of it.
    async fn died(&self, process: Option<Parent>, why: Option<String>) {
        let Some(Parent { process, .. }) = process else { return };
        process.kill();
        let exit = process.exited().await;
        self.failed(match why {
            Some(why) => format!("the process of the job's coordinators failed: {why}"),
            None => format!("the process of the job's coordinators ended: {exit}"),
        });
    }

    fn failed(&self, message: String) {
        let failure = Failure::new(ErrorKind::Retryable, message);
        self.listener.coordinator(self.attempt, CoordinatorMessage::Failed(failure));
    }

    /// Has the coordinators clean up, and ends the process. When there is none, one is started: what an attempt left has to be removed.
    async fn end(&mut self, success: bool) {
        if self.running.is_none() && !success {
            self.running = self.clean_up().await;
        }
        if let Some(mut process) = self.running.take() {
            let _ = process.sender.send(ToProgram::Coordinator(CoordinatorOrder::End { success }));
            loop {
                match process.receiver.receive().await {
                    Ok(Some(FromProgram::Ended)) | Ok(None) | Err(_) => break,
                    Ok(Some(FromProgram::Result { operator, payload })) => self.listener.result(operator, payload),
                    Ok(Some(_)) => {}
                }
            }
            let _ = process.sender.send(ToProgram::Stop);
            drop((process.sender, process.receiver));
            if tokio::time::timeout(ENDING, process.process.exited()).await.is_err() {
                process.process.kill();
                process.process.exited().await;
            }
        }
        self.listener.ended();
    }

    /// A process whose coordinators have been made, so that they can clean up after those that died.
    async fn clean_up(&mut self) -> Option<Parent> {
        match self.spawn().await {
            Ok(process) => {
                let start = CoordinatorOrder::Start { attempt: self.attempt };
                process.sender.send(ToProgram::Coordinator(start)).ok().map(|()| process)
            }
            Err(error) => {
                tracing::warn!(job = %self.job, "nobody cleans up after the job's coordinators: {error}");
                None
            }
        }
    }
}

/// What the process says next; nothing while there is none.
async fn said(running: &mut Option<Parent>) -> Result<Option<FromProgram>, RpcError> {
    match running {
        Some(process) => process.receiver.receive().await,
        None => std::future::pending().await,
    }
}

//! The thread of a job's coordinators.
//!
//! It gets what subtasks say, what is to be reset, and the order to commit, in the order in which the JobMaster decided; what it answers
//! carries the number of the start or reset it belongs to, so that an answer from before a reset is recognised as late. A coordinator that
//! fails or panics fails the job with its operator's name.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use super::{CoordinatorGateway, CoordinatorListener, CoordinatorStarter};
use weft_common::{ErrorKind, JobId, JobVertexId, OperatorId};
use weft_control::{CoordinatorMessage, Failure};
use weft_graph::{ExecutionVertexId, JobGraph};
use weft_rpc::OperatorEvent;
use weft_rpc::program::CoordinatorOrder;
use weft_runtime::coordinator::{CoordinatorContext, OperatorCoordinator, Replies};
use weft_runtime::{Clock, JobInfo, Program, TaskError};

/// How long to wait before a commit is tried again, each time.
const COMMIT_PAUSES_MS: [u64; 6] = [50, 100, 200, 500, 1000, 2000];

/// Coordinators on a thread of this process: in an embedded cluster, and in the process that a JobManager starts for them.
pub struct CoordinatorThread {
    orders: Sender<CoordinatorOrder>,
}

impl CoordinatorThread {
    /// Starts the thread. Coordinators are made when they are told to [`Start`](CoordinatorOrder::Start).
    pub fn spawn(
        job: JobId,
        code: CoordinatorCode,
        graph: &JobGraph,
        listener: Box<dyn CoordinatorListener>,
    ) -> std::io::Result<Self> {
        let (orders, queue) = channel();
        let mut operators = BTreeMap::new();
        for vertex in &graph.vertices {
            for operator in &vertex.operators {
                let context = CoordinatorContext {
                    job,
                    info: code.info.clone(),
                    operator: operator.id,
                    name: operator.name.clone(),
                    parallelism: vertex.parallelism,
                    io: Some(code.io.clone()),
                    clock: code.clock.clone(),
                };
                operators.insert(operator.id, (vertex.id, context));
            }
        }
        let host = Host { job, operators, program: code.program, listener, attempt: 0, running: BTreeMap::new() };
        std::thread::Builder::new().name("weft-coordinator".into()).spawn(move || host.run(&queue))?;
        Ok(CoordinatorThread { orders })
    }
}

impl CoordinatorGateway for CoordinatorThread {
    fn order(&self, order: CoordinatorOrder) {
        let _ = self.orders.send(order);
    }
}

/// What coordinators on a thread need of their process.
#[derive(Clone)]
pub struct CoordinatorCode {
    /// What the job is.
    pub info: Arc<JobInfo>,
    /// The program's code.
    pub program: Arc<Program>,
    /// Where they wait for I/O.
    pub io: tokio::runtime::Handle,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl CoordinatorStarter for CoordinatorCode {
    fn start(
        self: Box<Self>,
        job: JobId,
        graph: &JobGraph,
        listener: Box<dyn CoordinatorListener>,
    ) -> Result<Box<dyn CoordinatorGateway>, String> {
        let thread = CoordinatorThread::spawn(job, *self, graph, listener);
        let thread = thread.map_err(|e| format!("cannot start a thread for the coordinators of job {job}: {e}"))?;
        Ok(Box::new(thread))
    }
}

struct Host {
    job: JobId,
    operators: BTreeMap<OperatorId, (JobVertexId, CoordinatorContext)>,
    program: Arc<Program>,
    listener: Box<dyn CoordinatorListener>,
    attempt: u32,
    running: BTreeMap<OperatorId, Box<dyn OperatorCoordinator>>,
}

impl Host {
    /// Serves until the other end is dropped.
    fn run(mut self, queue: &Receiver<CoordinatorOrder>) {
        weft_runtime::catch_panics_on_this_thread();
        while let Ok(order) = queue.recv() {
            let done = catch_unwind(AssertUnwindSafe(|| self.carry_out(order)));
            let done = done.unwrap_or_else(|panic| Err(TaskError::user(weft_runtime::describe_panic(&*panic))));
            if let Err(error) = done {
                self.answer(CoordinatorMessage::Failed(failure(&error)));
            }
        }
    }

    fn carry_out(&mut self, order: CoordinatorOrder) -> Result<(), TaskError> {
        match order {
            CoordinatorOrder::Start { attempt } => self.start(attempt),
            CoordinatorOrder::Event(event) => self.event(&event),
            CoordinatorOrder::Reset { attempt, subtasks } => self.reset(attempt, &subtasks),
            CoordinatorOrder::Commit { attempt } => {
                self.attempt = attempt;
                let message = match self.commit() {
                    Ok(()) => CoordinatorMessage::CommitFinished,
                    // Something may be visible already: running the tasks again would write it twice.
                    Err(error) => CoordinatorMessage::CommitFailed(failure(&error).non_recoverable()),
                };
                self.answer(message);
                Ok(())
            }
            CoordinatorOrder::End { success } => {
                self.end(success);
                Ok(())
            }
        }
    }

    /// Coordinators that run already keep what they have committed; all their subtasks start over.
    fn start(&mut self, attempt: u32) -> Result<(), TaskError> {
        self.attempt = attempt;
        let program = self.program.clone();
        for (id, factory) in program.coordinators() {
            let Some((_, context)) = self.operators.get(&id).cloned() else { continue };
            let Some(_) = self.running.get(&id) else {
                let made = catch_unwind(AssertUnwindSafe(|| factory.create(&context)));
                let made = made.unwrap_or_else(|panic| Err(TaskError::user(weft_runtime::describe_panic(&*panic))));
                self.running.insert(id, made.map_err(|e| e.at(&context.name))?);
                continue;
            };
            for subtask in 0..context.parallelism {
                self.call(id, |c| c.subtask_reset(subtask))?;
            }
        }
        Ok(())
    }

    /// Calls a coordinator; what goes wrong there, a panic too, carries its operator's name.
    fn call<R>(
        &mut self,
        operator: OperatorId,
        call: impl FnOnce(&mut dyn OperatorCoordinator) -> Result<R, TaskError>,
    ) -> Result<Option<R>, TaskError> {
        let Some(coordinator) = self.running.get_mut(&operator) else { return Ok(None) };
        let result = catch_unwind(AssertUnwindSafe(|| call(&mut **coordinator)));
        let result = result.unwrap_or_else(|panic| Err(TaskError::user(weft_runtime::describe_panic(&*panic))));
        result.map(Some).map_err(|e| match self.operators.get(&operator) {
            Some((_, context)) => e.at(&context.name),
            None => e,
        })
    }

    fn event(&mut self, event: &OperatorEvent) -> Result<(), TaskError> {
        let mut replies = Replies::new();
        let operator = event.operator;
        match self.call(operator, |c| c.on_event(event.attempt, &event.payload, &mut replies)) {
            Err(error) if error.kind() == ErrorKind::Retryable => {
                self.patiently(error, |host| host.call(operator, |c| c.retry()).map(|_| ()))?;
            }
            done => {
                done?;
            }
        }
        for (to, payload) in replies {
            self.listener.reply(OperatorEvent { operator, attempt: to, payload });
        }
        Ok(())
    }

    fn reset(&mut self, attempt: u32, subtasks: &[ExecutionVertexId]) -> Result<(), TaskError> {
        self.attempt = attempt;
        for id in self.running_ids() {
            let Some(vertex) = self.operators.get(&id).map(|(vertex, _)| *vertex) else { continue };
            for subtask in subtasks.iter().filter(|s| s.vertex == vertex) {
                self.call(id, |c| c.subtask_reset(subtask.subtask))?;
            }
        }
        Ok(())
    }

    fn running_ids(&self) -> Vec<OperatorId> {
        self.running.keys().copied().collect()
    }

    /// Everybody commits, then everybody is told that all have. An operator whose commit succeeded is not asked again.
    fn commit(&mut self) -> Result<(), TaskError> {
        let mut committed = BTreeSet::new();
        match self.commit_rest(&mut committed) {
            Err(error) if error.kind() == ErrorKind::Retryable => {
                self.patiently(error, |host| host.commit_rest(&mut committed))?;
            }
            done => done?,
        }
        for operator in self.running_ids() {
            if let Some(payload) = self.call(operator, |c| c.finished())?.flatten() {
                self.listener.result(operator, payload);
            }
        }
        Ok(())
    }

    fn commit_rest(&mut self, committed: &mut BTreeSet<OperatorId>) -> Result<(), TaskError> {
        for operator in self.running_ids() {
            if !committed.contains(&operator) {
                self.call(operator, |c| c.commit())?;
                committed.insert(operator);
            }
        }
        Ok(())
    }

    /// A passing failure to make something visible is answered by trying again, here and not by running the job again.
    fn patiently(
        &mut self,
        mut error: TaskError,
        mut again: impl FnMut(&mut Self) -> Result<(), TaskError>,
    ) -> Result<(), TaskError> {
        for pause in COMMIT_PAUSES_MS {
            tracing::warn!(job = %self.job, "trying again in {pause} ms: {error}");
            std::thread::park_timeout(Duration::from_millis(pause));
            match again(self) {
                Err(next) if next.kind() == ErrorKind::Retryable => error = next,
                done => return done,
            }
        }
        Err(error)
    }

    /// A panic in one coordinator's clean-up keeps none of the others from theirs.
    fn end(&mut self, success: bool) {
        for coordinator in self.running.values_mut().filter(|_| !success) {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| coordinator.abort())) {
                tracing::warn!("cleaning up after the job {}", weft_runtime::describe_panic(&*panic));
            }
        }
        self.running.clear();
        self.listener.ended();
    }

    fn answer(&self, message: CoordinatorMessage) {
        self.listener.coordinator(self.attempt, message);
    }
}

/// Whatever a retry cannot change is not retried.
fn failure(error: &TaskError) -> Failure {
    let mut failure = Failure::new(error.kind(), error.message());
    failure.operator = error.operator().map(str::to_owned);
    match error.kind() {
        ErrorKind::Retryable => failure,
        _ => failure.non_recoverable(),
    }
}

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

use crate::message::{JobManagerHandle, Message};
use weft_common::{ErrorKind, JobId, JobVertexId, OperatorId};
use weft_control::{CoordinatorMessage, Failure};
use weft_graph::{ExecutionVertexId, JobGraph};
use weft_rpc::OperatorEvent;
use weft_runtime::coordinator::{CoordinatorContext, OperatorCoordinator, Replies};
use weft_runtime::{Clock, JobInfo, Program, TaskError};

/// How long to wait before a commit is tried again, each time.
const COMMIT_PAUSES_MS: [u64; 6] = [50, 100, 200, 500, 1000, 2000];

/// What the thread is told.
enum Order {
    Start(u32),
    Event(OperatorEvent),
    Reset(u32, Vec<ExecutionVertexId>),
    Commit(u32),
    /// The job is over; without success nothing of it may become visible.
    End {
        success: bool,
    },
}

/// The way to the thread.
pub(crate) struct Coordinators {
    orders: Sender<Order>,
}

impl Coordinators {
    /// Starts the thread. Coordinators are made when [`start`](Self::start) is called.
    pub(crate) fn spawn(
        job: JobId,
        info: Arc<JobInfo>,
        graph: &JobGraph,
        program: Arc<Program>,
        io: tokio::runtime::Handle,
        clock: Arc<dyn Clock>,
        answers: JobManagerHandle,
    ) -> std::io::Result<Self> {
        let (orders, queue) = channel();
        let mut operators = BTreeMap::new();
        for vertex in &graph.vertices {
            for operator in &vertex.operators {
                let context = CoordinatorContext {
                    job,
                    info: info.clone(),
                    operator: operator.id,
                    name: operator.name.clone(),
                    parallelism: vertex.parallelism,
                    io: Some(io.clone()),
                    clock: clock.clone(),
                };
                operators.insert(operator.id, (vertex.id, context));
            }
        }
        let host = Host { job, operators, program, answers, attempt: 0, running: BTreeMap::new() };
        std::thread::Builder::new().name("weft-coordinator".into()).spawn(move || host.run(&queue))?;
        Ok(Coordinators { orders })
    }

    pub(crate) fn start(&self, attempt: u32) {
        let _ = self.orders.send(Order::Start(attempt));
    }

    pub(crate) fn event(&self, event: OperatorEvent) {
        let _ = self.orders.send(Order::Event(event));
    }

    pub(crate) fn reset(&self, attempt: u32, subtasks: Vec<ExecutionVertexId>) {
        let _ = self.orders.send(Order::Reset(attempt, subtasks));
    }

    pub(crate) fn commit(&self, attempt: u32) {
        let _ = self.orders.send(Order::Commit(attempt));
    }

    /// Answered by [`Message::CoordinatorsEnded`].
    pub(crate) fn end(&self, success: bool) {
        let _ = self.orders.send(Order::End { success });
    }
}

struct Host {
    job: JobId,
    operators: BTreeMap<OperatorId, (JobVertexId, CoordinatorContext)>,
    program: Arc<Program>,
    answers: JobManagerHandle,
    attempt: u32,
    running: BTreeMap<OperatorId, Box<dyn OperatorCoordinator>>,
}

impl Host {
    /// Serves until the other end is dropped.
    fn run(mut self, queue: &Receiver<Order>) {
        weft_runtime::catch_panics_on_this_thread();
        while let Ok(order) = queue.recv() {
            let done = catch_unwind(AssertUnwindSafe(|| self.carry_out(order)));
            let done = done.unwrap_or_else(|panic| Err(TaskError::user(weft_runtime::describe_panic(&*panic))));
            if let Err(error) = done {
                self.answer(CoordinatorMessage::Failed(failure(&error)));
            }
        }
    }

    fn carry_out(&mut self, order: Order) -> Result<(), TaskError> {
        match order {
            Order::Start(attempt) => self.start(attempt),
            Order::Event(event) => self.event(&event),
            Order::Reset(attempt, subtasks) => self.reset(attempt, &subtasks),
            Order::Commit(attempt) => {
                self.attempt = attempt;
                let message = match self.commit() {
                    Ok(()) => CoordinatorMessage::CommitFinished,
                    // Something may be visible already: running the tasks again would write it twice.
                    Err(error) => CoordinatorMessage::CommitFailed(failure(&error).non_recoverable()),
                };
                self.answer(message);
                Ok(())
            }
            Order::End { success } => {
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
            self.answers.send(Message::Reply { job: self.job, operator, to, payload });
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
                self.answers.send(Message::Result { job: self.job, operator, payload });
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
        self.answers.send(Message::CoordinatorsEnded(self.job));
    }

    fn answer(&self, message: CoordinatorMessage) {
        self.answers.send(Message::Coordinator { job: self.job, attempt: self.attempt, message });
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

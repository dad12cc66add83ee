//! A lane: the tasks of one slot, stepped in turn by one thread.
//!
//! A lane owns its tasks and everything they hold; the world reaches it only through its [`LaneHandle`]: *mail* (deploy, cancel,
//! coordinator messages) and the *inbox* of the exchange. [`Lane::step`] is one round: read mail and inbox, give every task
//! a turn, hand the outgoing messages to the transport. It never blocks, reads no clock but the one it was given and
//! draws no randomness, so a simulation can step many lanes on one thread in any order. [`crate::run_lane`] is the
//! thread that steps a real one and parks when there is nothing to do.
//!
//! A task that panics or fails takes down neither its lane nor its neighbours here: it is dropped and reported, and the
//! JobMaster decides what else has to stop. A panic that is no single task's fails all of them; the lane goes on.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::deploy::{LocalChannels, build, name};
use crate::ending::Endings;
use crate::operator::EventSender;
use crate::output::OutputLimits;
use crate::panics::{describe_panic, panic_message};
use crate::task::{Task, Turn};
use crate::{Background, Clock, JobInfo, LaneWaker, Program, TaskError, TaskMetrics};
use weft_common::{ErrorKind, ExecutionAttemptId, Mono};
use weft_exchange::{ChannelId, Envelope, ExchangeError, Inbox, Message, Outbox, SlotAddress, Transport};
use weft_rpc::{OperatorEvent, TaskDeployment, TaskFailure, TaskState, TaskUpdate};

/// Longest turn of one task while others wait.
const TURN: Duration = Duration::from_micros(500);

/// What a lane is told.
#[derive(Debug)]
pub enum Mail {
    /// Run these tasks; they start together.
    Deploy(Vec<TaskDeployment>),
    /// Drop a task.
    Cancel(ExecutionAttemptId),
    /// A coordinator's message for a subtask.
    OperatorEvent(OperatorEvent),
    /// Drop everything and end.
    Stop,
}

/// Hears what becomes of tasks.
pub trait TaskListener: Send + Sync {
    /// A task changed its state.
    fn task_update(&self, update: TaskUpdate);
    /// A task was made; its counters can be read from now on.
    fn task_metrics(&self, _attempt: ExecutionAttemptId, _metrics: Arc<TaskMetrics>) {}
}

/// What a lane is made with.
#[derive(Clone)]
pub struct LaneContext {
    /// Its place in the job.
    pub address: SlotAddress,
    /// The job whose tasks it runs.
    pub job: Arc<JobInfo>,
    /// The program's code.
    pub program: Arc<Program>,
    /// How messages leave it.
    pub transport: Arc<dyn Transport>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Wakes it.
    pub waker: Arc<LaneWaker>,
    /// Where blocking I/O happens; `None` in a simulation.
    pub io: Option<tokio::runtime::Handle>,
    /// The way to coordinators.
    pub events: Arc<dyn EventSender>,
    /// Who hears of its tasks.
    pub listener: Arc<dyn TaskListener>,
    /// What outputs may gather.
    pub limits: OutputLimits,
    /// Largest encoded record (`exchange.max-record-size`).
    pub max_record: usize,
    /// Longest time a partial batch waits (`execution.buffer-timeout.interval`); zero sends after every round.
    pub buffer_timeout: Duration,
    /// Seed of everything random in it.
    pub seed: u64,
}

/// How the world reaches a lane.
pub struct LaneHandle {
    mail: Mutex<Vec<Mail>>,
    waker: Arc<LaneWaker>,
}

impl LaneHandle {
    /// A handle whose lane is woken by `waker`.
    pub fn new(waker: Arc<LaneWaker>) -> Arc<Self> {
        Arc::new(LaneHandle { mail: Mutex::default(), waker })
    }

    /// Puts mail in its box and wakes it.
    pub fn send(&self, mail: Mail) {
        self.mail.lock().unwrap_or_else(PoisonError::into_inner).push(mail);
        self.waker.wake();
    }

    fn take(&self) -> Vec<Mail> {
        std::mem::take(&mut *self.mail.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a round came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// Something was done; step again.
    Worked,
    /// Nothing to do until woken, or until this monotonic time.
    Idle(Option<Mono>),
    /// It was told to stop.
    Stopped,
}

#[derive(Clone, Copy)]
enum End {
    Gate(usize),
    Writer(usize),
}

/// The tasks of one slot.
pub struct Lane {
    context: LaneContext,
    handle: Arc<LaneHandle>,
    inbox: Arc<Inbox>,
    /// Mail that is still to be read: it outlives a panic over the mail before it.
    mail: VecDeque<Mail>,
    arrived: Vec<Envelope>,
    outbox: Outbox,
    tasks: Vec<Task>,
    /// Tasks that are gone and not reported yet.
    endings: Endings,
    ends: HashMap<(ChannelId, bool), (ExecutionAttemptId, End)>,
    /// The newest attempt that was started at each end of a channel, by edge and subtask: what is for an older one, or for that
    /// one when it is gone, comes too late.
    started: HashMap<(u32, u32, bool), u32>,
    /// Messages for tasks that are not deployed yet: a producer may have credit to give back, or nothing but events to send, before
    /// its peer is there.
    early: Vec<Envelope>,
    flushed: Mono,
}

impl Lane {
    /// An empty lane.
    pub fn new(context: LaneContext, handle: Arc<LaneHandle>, inbox: Arc<Inbox>) -> Self {
        let flushed = context.clock.mono();
        Lane {
            context,
            handle,
            inbox,
            mail: VecDeque::new(),
            arrived: Vec::new(),
            outbox: Outbox::default(),
            tasks: Vec::new(),
            endings: Endings::default(),
            ends: HashMap::new(),
            started: HashMap::new(),
            early: Vec::new(),
            flushed,
        }
    }

    /// Its context.
    pub fn context(&self) -> &LaneContext {
        &self.context
    }

    /// One round. It does not panic: whatever does in it becomes the failure of a task, or of all of them.
    pub fn step(&mut self) -> Round {
        let round = catch_unwind(AssertUnwindSafe(|| self.round()));
        round.unwrap_or_else(|panic| {
            let any = !self.tasks.is_empty();
            self.fail_all(&panic_error(&*panic));
            if any { Round::Worked } else { Round::Idle(None) }
        })
    }

    fn round(&mut self) -> Round {
        self.mail.extend(self.handle.take());
        while let Some(mail) = self.mail.pop_front() {
            if matches!(mail, Mail::Stop) {
                self.stop();
                return Round::Stopped;
            }
            self.on_mail(mail);
        }
        self.report_endings();
        self.receive();
        let mut worked = self.turns();
        if !worked {
            worked = self.flush();
        } else if self.buffer_timeout_over() {
            self.flush_overdue();
        }
        self.outbox.flush(&*self.context.transport);
        if worked {
            return Round::Worked;
        }
        let tasks = self.tasks.len();
        let next = self.next_time();
        if self.tasks.len() < tasks { Round::Worked } else { Round::Idle(next) }
    }

    /// Each task's name and what it waits for, for whoever asks why nothing moves.
    pub fn waits(&self) -> Vec<(String, String)> {
        self.tasks.iter().map(|t| (t.name.clone(), t.waits_for())).collect()
    }

    fn on_mail(&mut self, mail: Mail) {
        match mail {
            Mail::Deploy(deployments) => self.deploy(deployments),
            Mail::Cancel(attempt) => self.cancel(attempt),
            Mail::OperatorEvent(event) => self.operator_event(event),
            Mail::Stop => {}
        }
    }

    fn deploy(&mut self, deployments: Vec<TaskDeployment>) {
        let mut local = LocalChannels::new();
        for deployment in deployments {
            self.report(deployment.attempt, TaskState::Initializing);
            let background = Background::new(self.context.waker.clone().into());
            let built = catch_unwind(AssertUnwindSafe(|| build(&self.context, &deployment, &mut local, &background)));
            match built.unwrap_or_else(|panic| Err(panic_error(&*panic))) {
                Ok(task) => self.start(task, &deployment),
                Err(error) => {
                    tracing::info!("{} cannot run: {error}", name(&deployment));
                    self.end(deployment.attempt, failed(&error), background);
                }
            }
        }
        for envelope in std::mem::take(&mut self.early) {
            self.receive_one(envelope);
        }
    }

    fn start(&mut self, mut task: Task, deployment: &TaskDeployment) {
        let (subtask, attempt) = (task.attempt.subtask, task.attempt.attempt);
        for (index, input) in deployment.inputs.iter().enumerate() {
            self.started.insert((input.edge, subtask, false), attempt);
            for from in input.sources.clone() {
                let id = ChannelId { edge: input.edge, from, to: subtask, attempt };
                self.ends.insert((id, false), (task.attempt, End::Gate(index)));
            }
        }
        for (index, output) in deployment.outputs.iter().enumerate() {
            self.started.insert((output.edge, subtask, true), attempt);
            for to in output.targets.clone() {
                let id = ChannelId { edge: output.edge, from: subtask, to, attempt };
                self.ends.insert((id, true), (task.attempt, End::Writer(index)));
            }
        }
        self.context.listener.task_metrics(task.attempt, task.metrics.clone());
        task.open_gates(&mut self.outbox);
        let working = task.chain().label().enter();
        tracing::info!("runs in {}", self.context.address);
        drop(working);
        self.report(task.attempt, TaskState::Running);
        self.tasks.push(task);
    }

    fn cancel(&mut self, attempt: ExecutionAttemptId) {
        if let Some(index) = self.tasks.iter().position(|t| t.attempt == attempt) {
            self.end_task(index, TaskState::Canceled);
        }
    }

    fn operator_event(&mut self, event: OperatorEvent) {
        let Some(index) = self.tasks.iter().position(|t| t.attempt == event.attempt) else { return };
        let Some(task) = self.tasks.get_mut(index) else { return };
        let heard = guarded(task, |task| task.operator_event(event.operator, &event.payload));
        if let Err(error) = heard {
            self.fail(index, &error);
        }
    }

    fn receive(&mut self) {
        let mut arrived = std::mem::take(&mut self.arrived);
        self.inbox.drain(&mut arrived);
        for envelope in arrived.drain(..) {
            self.receive_one(envelope);
        }
        self.arrived = arrived;
    }

    /// Gives a message to its task. One for a task that is still to come is kept, one for a task that is gone is dropped.
    fn receive_one(&mut self, envelope: Envelope) {
        let Envelope { channel, message } = envelope;
        let to_writer = match message {
            Message::Credit(_) => true,
            Message::Broken(_) => self.ends.contains_key(&(channel, true)),
            _ => false,
        };
        let Some(&(attempt, end)) = self.ends.get(&(channel, to_writer)) else {
            if self.is_early(channel, to_writer) {
                self.early.push(Envelope { channel, message });
            }
            return;
        };
        let Some(index) = self.tasks.iter().position(|t| t.attempt == attempt) else { return };
        let Some(task) = self.tasks.get_mut(index) else { return };
        let net = &mut self.outbox;
        let result = guarded(task, |task| match (end, message) {
            (End::Writer(writer), Message::Credit(bytes)) => {
                if let Some(writer) = task.chain().writer(writer) {
                    writer.on_credit(channel.to, bytes, net);
                }
                Ok(())
            }
            (End::Writer(_), Message::Broken(reason)) => Err(ExchangeError::Broken { channel, reason }.into()),
            (End::Writer(_), _) => Ok(()),
            (End::Gate(gate), message) => task.deliver(gate, channel.from, message),
        });
        if let Err(error) = result {
            self.fail(index, &error);
        }
    }

    fn is_early(&self, channel: ChannelId, to_writer: bool) -> bool {
        let subtask = if to_writer { channel.from } else { channel.to };
        self.started.get(&(channel.edge, subtask, to_writer)).is_none_or(|newest| *newest < channel.attempt)
    }

    fn turns(&mut self) -> bool {
        let mut worked = false;
        let mut index = 0;
        while let Some(task) = self.tasks.get_mut(index) {
            let (net, clock) = (&mut self.outbox, &*self.context.clock);
            match guarded(task, |task| task.turn(net, clock, TURN)) {
                Ok(Turn::Worked | Turn::Idle(true) | Turn::Blocked(true)) => worked = true,
                Ok(Turn::Idle(false) | Turn::Blocked(false)) => {}
                Ok(Turn::Finished) => {
                    worked = true;
                    self.end_task(index, TaskState::Finished);
                    continue;
                }
                Err(error) => {
                    worked = true;
                    self.fail(index, &error);
                    continue;
                }
            }
            index += 1;
        }
        worked
    }

    fn flush(&mut self) -> bool {
        self.flushed = self.context.clock.mono();
        self.each_task(Task::flush)
    }

    fn flush_overdue(&mut self) {
        self.flushed = self.context.clock.mono();
        self.each_task(|task, net| {
            task.flush_overdue(net);
            true
        });
    }

    /// Has every task do something that may call its records' code; one that panics fails. Whether any of them did something.
    fn each_task(&mut self, mut act: impl FnMut(&mut Task, &mut Outbox) -> bool) -> bool {
        let (mut any, mut index) = (false, 0);
        while let Some(task) = self.tasks.get_mut(index) {
            let net = &mut self.outbox;
            match guarded(task, |task| Ok(act(task, net))) {
                Ok(did) => {
                    any |= did;
                    index += 1;
                }
                Err(error) => {
                    any = true;
                    self.fail(index, &error);
                }
            }
        }
        any
    }

    fn buffer_timeout_over(&self) -> bool {
        self.context.clock.mono().since(self.flushed) >= self.context.buffer_timeout
    }

    fn fail(&mut self, index: usize, error: &TaskError) {
        self.end_task(index, failed(error));
    }

    fn end_task(&mut self, index: usize, state: TaskState) {
        if let Some(task) = self.tasks.get_mut(index) {
            let _working = task.chain().label().enter();
            match &state {
                TaskState::Failed(failure) => tracing::info!("has failed: {}", failure.message),
                TaskState::Canceled => tracing::info!("was cancelled"),
                _ => tracing::info!("has finished"),
            }
        }
        if let Some((attempt, background)) = self.drop_task(index) {
            self.end(attempt, state, background);
        }
    }

    /// Reports the end of a task, at once or when nothing of it moves any more.
    fn end(&mut self, attempt: ExecutionAttemptId, state: TaskState, background: Background) {
        self.endings.add(attempt, state, background, self.context.clock.mono());
        self.report_endings();
    }

    fn report_endings(&mut self) {
        for (attempt, state) in self.endings.take_over(&*self.context.clock) {
            self.report(attempt, state);
        }
    }

    fn fail_all(&mut self, error: &TaskError) {
        while !self.tasks.is_empty() {
            self.fail(0, error);
        }
    }

    /// Takes a task out; user code that panics in `close` or `drop` is kept from doing harm.
    fn drop_task(&mut self, index: usize) -> Option<(ExecutionAttemptId, Background)> {
        if index >= self.tasks.len() {
            return None;
        }
        let mut task = self.tasks.remove(index);
        let (attempt, background) = (task.attempt, task.background.clone());
        task.metrics.leave(self.context.clock.mono());
        self.ends.retain(|_, (owner, _)| *owner != attempt);
        let _working = task.chain().label().enter();
        let dropped = catch_unwind(AssertUnwindSafe(move || {
            task.chain().close();
            drop(task);
        }));
        if let Err(panic) = dropped {
            tracing::warn!(%attempt.vertex, "closing a task panicked: {}", panic_message(&*panic));
        }
        Some((attempt, background))
    }

    fn stop(&mut self) {
        while self.drop_task(0).is_some() {}
        self.outbox.flush(&*self.context.transport);
    }

    fn next_time(&mut self) -> Option<Mono> {
        let mut wanted: Option<i64> = None;
        self.each_task(|task, _| {
            wanted = [wanted, task.next_time()].into_iter().flatten().min();
            false
        });
        let now = self.context.clock.now();
        let until =
            |wall: i64| now.mono + Duration::from_millis(u64::try_from(wall.saturating_sub(now.wall_ms)).unwrap_or(0));
        [wanted.map(until), self.endings.next_deadline()].into_iter().flatten().min()
    }

    fn report(&self, attempt: ExecutionAttemptId, state: TaskState) {
        self.context.listener.task_update(TaskUpdate { attempt, state });
    }
}

fn failed(error: &TaskError) -> TaskState {
    TaskState::Failed(TaskFailure {
        message: error.message().to_owned(),
        operator: error.operator().map(str::to_owned),
        kind: error.kind(),
    })
}

/// Calls a task; a panic is its error, at the operator that was called last.
fn guarded<R>(task: &mut Task, call: impl FnOnce(&mut Task) -> Result<R, TaskError>) -> Result<R, TaskError> {
    let _working = task.chain().label().enter();
    let result = catch_unwind(AssertUnwindSafe(|| call(task)));
    result.unwrap_or_else(|panic| Err(panic_error(&*panic).at(task.chain().current_operator())))
}

fn panic_error(panic: &(dyn std::any::Any + Send)) -> TaskError {
    TaskError::of(ErrorKind::User, describe_panic(panic))
}

/// Where a task's spill files go when nothing is configured.
pub fn default_spill_dir() -> PathBuf {
    std::env::temp_dir()
}

#[cfg(test)]
#[path = "lane_test.rs"]
mod tests;

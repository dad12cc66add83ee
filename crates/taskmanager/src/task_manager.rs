//! The shell around a TaskManager's machine.
//!
//! Events come from many threads: the JobManager's, lanes, timers. They queue, and whichever thread finds nobody at work feeds them to the
//! machine and carries out what it commands, those of others too: so messages leave in the order of their numbers, nobody waits for
//! a lock, and a command whose outcome is known at once can say so without being called again from within.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, PoisonError, TryLockError, Weak};
use std::time::Duration;

use crate::board::Board;
use crate::timer::Timer;
use crate::{JobManagerLink, Worker, WorkerListener, WorkerStart, Workers};
use weft_common::{AllocationId, ExecutionAttemptId, JobId, LeaderEpoch, Mono, SlotId, TaskManagerId};
use weft_control::{
    ControlError, Exit, LeaderOrder, MemorySample, RegistrationFailure, TaskManager as Machine, TaskManagerCommand,
    TaskManagerCommands, TaskManagerEvent, TaskManagerSettings, WorkerEnd,
};
use weft_rpc::program::TaskReport;
use weft_rpc::view::RunningTask;
use weft_rpc::{
    BlobRef, Fence, JobSource, OperatorEvent, TaskDeployment, TaskManagerGateway, TaskUpdate, slot_of_lane,
};
use weft_runtime::{Clock, TaskMetrics};

/// The slots of one process and what runs in them.
pub struct TaskManager {
    me: Weak<TaskManager>,
    id: TaskManagerId,
    slots: u32,
    link: Arc<dyn JobManagerLink>,
    workers: Arc<dyn Workers>,
    clock: Arc<dyn Clock>,
    timer: Timer,
    queue: Mutex<VecDeque<TaskManagerEvent>>,
    machine: Mutex<Machine>,
    /// Workers by job, for what is not for the machine to decide.
    running: Mutex<HashMap<JobId, Running>>,
    /// Where jobs are found.
    sources: Mutex<HashMap<JobId, JobSource>>,
    /// Deployments that the machine has neither handed over nor discarded.
    deployments: Mutex<HashMap<(JobId, ExecutionAttemptId), TaskDeployment>>,
    board: Board,
    exit: Mutex<Option<Exit>>,
    exited: Condvar,
}

/// What a TaskManager is made of.
pub struct TaskManagerParts {
    /// Its name: one life of one process.
    pub id: TaskManagerId,
    /// Its machine's settings.
    pub settings: TaskManagerSettings,
    /// What messages and workers are numbered from: greater than any number of an earlier process under the same name.
    pub first_number: u64,
    /// The way to its JobManager.
    pub link: Arc<dyn JobManagerLink>,
    /// What starts its workers.
    pub workers: Arc<dyn Workers>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where it waits.
    pub io: tokio::runtime::Handle,
}

#[derive(Clone)]
struct Running {
    start: WorkerStart,
    worker: Arc<dyn Worker>,
}

impl TaskManager {
    /// A TaskManager that does nothing before [`start`](Self::start).
    pub fn with_parts(parts: TaskManagerParts) -> Arc<Self> {
        let TaskManagerParts { id, settings, first_number, link, workers, clock, io } = parts;
        let slots = settings.slots;
        let machine = Machine::new(id.clone(), settings, first_number);
        let (timer, waiting) = Timer::new();
        let task_manager = Arc::new_cyclic(|me| TaskManager {
            me: me.clone(),
            id,
            slots,
            link,
            workers,
            clock,
            timer,
            queue: Mutex::default(),
            machine: Mutex::new(machine),
            running: Mutex::default(),
            sources: Mutex::default(),
            deployments: Mutex::default(),
            board: Board::default(),
            exit: Mutex::default(),
            exited: Condvar::new(),
        });
        // Not before: a timer that finds nobody to call ends.
        waiting.start(&io, Arc::downgrade(&task_manager));
        task_manager
    }

    /// Looks for the JobManager.
    pub fn start(&self) {
        self.on(TaskManagerEvent::Start);
    }

    /// Its name.
    pub fn id(&self) -> &TaskManagerId {
        &self.id
    }

    /// How many slots it has.
    pub fn slots(&self) -> u32 {
        self.slots
    }

    /// The counters of a job's tasks, live and ended, as far as they are in this process.
    pub fn metrics(&self, job: JobId) -> BTreeMap<ExecutionAttemptId, Arc<TaskMetrics>> {
        self.running(job).map(|running| running.worker.metrics()).unwrap_or_default()
    }

    /// The tasks that run here, and what they have counted. Their jobs' names are known to those who start workers.
    pub fn running_tasks(&self) -> Vec<RunningTask> {
        self.board.tasks()
    }

    /// Bytes of memory that workers use, where they are processes of their own.
    pub fn memory_of_workers(&self) -> u64 {
        self.board.workers_use()
    }

    /// Bytes of network memory that are set aside for the channels of the tasks that run here.
    pub fn network_memory_used(&self) -> u64 {
        self.board.network_used()
    }

    /// The JobManager has taken this TaskManager in.
    pub fn registered(&self, attempt: u64, epoch: LeaderEpoch) {
        self.on(TaskManagerEvent::Registered { attempt, epoch });
    }

    /// An attempt to register failed.
    pub fn registration_failed(&self, attempt: u64, failure: RegistrationFailure) {
        self.on(TaskManagerEvent::RegistrationFailed { attempt, failure });
    }

    /// The connection that an attempt had made is broken.
    pub fn disconnected(&self, attempt: u64, cause: String) {
        self.on(TaskManagerEvent::Disconnected { attempt, cause });
    }

    /// The JobManager lives.
    pub fn heartbeat(&self, epoch: LeaderEpoch) {
        self.order(epoch, LeaderOrder::Heartbeat);
    }
    /// Ends in an orderly way, with the workers first; [`JobManagerLink::exit`] is called when it is done.
    pub fn end(&self, cause: String) {
        self.on(TaskManagerEvent::ShutDown { cause });
    }

    /// Waits until it has ended, for at most as long as `patience`; why it has, if it has.
    pub fn wait_for_exit(&self, patience: Duration) -> Option<Exit> {
        let exit = lock(&self.exit);
        let waited = self.exited.wait_timeout_while(exit, patience, |exit| exit.is_none());
        let (exit, _) = waited.unwrap_or_else(PoisonError::into_inner);
        exit.clone()
    }

    #[cfg(feature = "process")]
    pub(crate) fn weak(&self) -> Weak<TaskManager> {
        self.me.clone()
    }

    pub(crate) fn now(&self) -> Mono {
        self.clock.mono()
    }

    fn order(&self, epoch: LeaderEpoch, order: LeaderOrder) {
        self.on(TaskManagerEvent::Leader { epoch, order });
    }

    /// Feeds the machine. When it returns, the event has been dealt with, or another thread is about to.
    pub(crate) fn on(&self, event: TaskManagerEvent) {
        self.lock_queue().push_back(event);
        // Whoever finds somebody at work has made the event visible before; whoever ends its work looks once more after.
        while !self.lock_queue().is_empty() {
            match self.machine.try_lock() {
                Ok(mut machine) => self.work(&mut machine),
                Err(TryLockError::Poisoned(poisoned)) => self.work(&mut poisoned.into_inner()),
                Err(TryLockError::WouldBlock) => return,
            }
        }
    }

    fn lock_queue(&self) -> std::sync::MutexGuard<'_, VecDeque<TaskManagerEvent>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next_event(&self) -> Option<TaskManagerEvent> {
        self.lock_queue().pop_front()
    }

    fn work(&self, machine: &mut Machine) {
        while let Some(event) = self.next_event() {
            self.drop_fenced_deployments(machine, &event);
            let mut commands = TaskManagerCommands::new();
            match machine.on(self.clock.mono(), event, &mut commands) {
                Ok(()) => {}
                Err(ControlError::Fenced(fenced)) => tracing::debug!("{fenced}"),
                Err(error) => tracing::error!(task_manager = %self.id, "{error}"),
            }
            let epoch = machine.leader().unwrap_or_default();
            commands.into_iter().for_each(|command| self.carry_out(epoch, command));
        }
        self.timer.set(machine.next_deadline());
    }

    /// What another leader deployed is refused, and never heard of again.
    fn drop_fenced_deployments(&self, machine: &Machine, event: &TaskManagerEvent) {
        if let TaskManagerEvent::Leader { epoch, order: LeaderOrder::Deploy { job, tasks } } = event
            && machine.leader() != Some(*epoch)
        {
            tasks.iter().for_each(|(attempt, _)| drop(self.take_deployment(*job, *attempt)));
        }
    }

    fn carry_out(&self, epoch: LeaderEpoch, command: TaskManagerCommand) {
        use TaskManagerCommand::*;
        let fence = |job| Fence { epoch, job };
        match command {
            Connect { attempt, timeout } => self.link.connect(self, attempt, epoch, timeout),
            Disconnect => self.link.disconnect(),
            Heartbeat => self.link.heartbeat(self),
            TellResourceManager { sequence, message } => {
                self.link.resource_manager().task_manager_message(epoch, &self.id, sequence, message);
            }
            TellJobMaster { job, sequence, message } => {
                self.link.job_master().worker_message(fence(job), &self.id, sequence, message);
            }
            Leave { cause } => self.link.leave(&cause),
            StartWorker { job, incarnation } => self.start_worker(fence(job), incarnation),
            Deploy { job, incarnation, attempts } => self.deploy_to_worker(job, incarnation, &attempts),
            Discard { job, attempt } => drop(self.take_deployment(job, attempt)),
            CancelTask { job, incarnation, attempt } => self.with_worker(job, incarnation, |w| w.cancel(attempt)),
            DropSlot { job, incarnation, index } => self.with_worker(job, incarnation, |w| w.drop_slot(index)),
            StopWorker { job, incarnation } => self.with_worker(job, incarnation, |w| w.stop()),
            KillWorker { job, incarnation, cause } => self.kill_worker(job, incarnation, &cause),
            ReportStuckTask { job, attempt, since } => {
                let seconds = since.as_secs();
                tracing::warn!(%job, ?attempt, "a task has not stopped {seconds} s after it was cancelled");
            }
            WarnOfMemory { job, used, limit } => {
                tracing::warn!(%job, used, limit, "the job's worker has used most of its memory and is killed at its limit");
            }
            ForgetJob { job } => self.forget(fence(job)),
            Exit(exit) => self.has_ended(exit),
        }
    }

    fn has_ended(&self, exit: Exit) {
        *lock(&self.exit) = Some(exit.clone());
        self.exited.notify_all();
        self.link.exit(exit);
    }

    fn start_worker(&self, fence: Fence, incarnation: u64) {
        let source = lock(&self.sources).get(&fence.job).copied().unwrap_or(JobSource::InProcess);
        let start = WorkerStart { fence, source, incarnation };
        let listener = Arc::new(Ears { task_manager: self.me.clone(), start: start.clone() });
        let started = self.workers.start(start.clone(), listener);
        if let Some(address) = started.address {
            self.link.job_master().worker_address(fence, &self.id, address);
        }
        lock(&self.running).insert(fence.job, Running { start, worker: started.worker });
    }

    fn deploy_to_worker(&self, job: JobId, incarnation: u64, attempts: &[ExecutionAttemptId]) {
        let tasks: Vec<_> = attempts.iter().filter_map(|attempt| self.take_deployment(job, *attempt)).collect();
        self.board.deployed(&tasks);
        self.with_worker(job, incarnation, |worker| worker.deploy(tasks));
    }

    fn take_deployment(&self, job: JobId, attempt: ExecutionAttemptId) -> Option<TaskDeployment> {
        lock(&self.deployments).remove(&(job, attempt))
    }

    fn kill_worker(&self, job: JobId, incarnation: u64, cause: &str) {
        tracing::warn!(%job, "{cause}");
        if let Some(running) = self.running(job).filter(|running| running.start.incarnation == incarnation) {
            self.retire(&running.start);
            running.worker.kill();
        }
    }

    /// Nobody is to reach the next worker who takes it for this one.
    fn retire(&self, start: &WorkerStart) {
        if let Some(address) = self.workers.retire(start) {
            self.link.job_master().worker_address(start.fence, &self.id, address);
        }
    }

    fn forget(&self, fence: Fence) {
        lock(&self.running).remove(&fence.job);
        self.board.worker_ended(fence.job);
        lock(&self.sources).remove(&fence.job);
        lock(&self.deployments).retain(|(job, _), _| *job != fence.job);
        self.workers.forget(fence);
    }

    fn running(&self, job: JobId) -> Option<Running> {
        lock(&self.running).get(&job).cloned()
    }

    fn with_worker(&self, job: JobId, incarnation: u64, call: impl FnOnce(&dyn Worker)) {
        if let Some(running) = self.running(job).filter(|running| running.start.incarnation == incarnation) {
            call(&*running.worker);
        }
    }
}

impl TaskManagerGateway for TaskManager {
    fn request_slot(&self, fence: Fence, slot: SlotId, allocation: AllocationId, source: &JobSource) {
        lock(&self.sources).insert(fence.job, *source);
        let SlotId { index, .. } = slot;
        self.order(fence.epoch, LeaderOrder::RequestSlot { index, job: fence.job, allocation });
    }

    fn prepare(&self, fence: Fence, source: BlobRef) {
        self.workers.prepare(fence, source);
    }

    fn free_slot(&self, epoch: LeaderEpoch, allocation: AllocationId) {
        self.order(epoch, LeaderOrder::FreeSlot { allocation });
    }

    fn deploy(&self, fence: Fence, tasks: Vec<TaskDeployment>) {
        let places = tasks.iter().map(|task| (task.attempt, slot_of_lane(task.lane))).collect();
        lock(&self.deployments).extend(tasks.into_iter().map(|task| ((fence.job, task.attempt), task)));
        self.order(fence.epoch, LeaderOrder::Deploy { job: fence.job, tasks: places });
    }

    fn cancel(&self, fence: Fence, attempt: ExecutionAttemptId) {
        self.order(fence.epoch, LeaderOrder::Cancel { job: fence.job, attempt });
    }

    fn give_up(&self, fence: Fence, attempts: Vec<ExecutionAttemptId>) {
        self.order(fence.epoch, LeaderOrder::GiveUp { job: fence.job, attempts });
    }

    fn acknowledge(&self, fence: Fence, sequence: u64, accepted: Vec<AllocationId>) {
        self.order(fence.epoch, LeaderOrder::Acknowledge { job: fence.job, sequence, accepted });
    }

    fn operator_event(&self, fence: Fence, event: OperatorEvent) {
        if let Some(running) = self.running(fence.job).filter(|running| running.start.fence == fence) {
            running.worker.operator_event(event);
        }
    }

    fn job_finished(&self, fence: Fence) {
        self.workers.unprepare(fence.job);
        self.order(fence.epoch, LeaderOrder::JobFinished { job: fence.job });
    }

    fn dismiss(&self, epoch: LeaderEpoch, cause: String) {
        self.order(epoch, LeaderOrder::Dismiss { cause });
    }
}

/// Hears a worker.
struct Ears {
    task_manager: Weak<TaskManager>,
    start: WorkerStart,
}

impl Ears {
    fn tell(&self, event: impl FnOnce(JobId, u64) -> TaskManagerEvent) {
        if let Some(task_manager) = self.task_manager.upgrade() {
            task_manager.on(event(self.start.fence.job, self.start.incarnation));
        }
    }

    fn with_task_manager(&self, call: impl FnOnce(&TaskManager)) {
        if let Some(task_manager) = self.task_manager.upgrade() {
            call(&task_manager);
        }
    }
}

impl WorkerListener for Ears {
    fn ready(&self) {
        self.tell(|job, incarnation| TaskManagerEvent::WorkerReady { job, incarnation });
    }

    fn ended(&self, end: WorkerEnd, last_words: Option<String>) {
        self.with_task_manager(|task_manager| {
            task_manager.board.worker_ended(self.start.fence.job);
            task_manager.retire(&self.start);
        });
        self.tell(|job, incarnation| TaskManagerEvent::WorkerEnded { job, incarnation, end, last_words });
    }

    fn task_update(&self, update: TaskUpdate) {
        if update.state.is_terminal() {
            self.with_task_manager(|task_manager| task_manager.board.task_ended(self.start.fence.job, update.attempt));
        }
        self.tell(|job, incarnation| TaskManagerEvent::Task { job, incarnation, status: update.into() });
    }

    fn operator_event(&self, event: OperatorEvent) {
        self.with_task_manager(|task_manager| task_manager.link.job_master().operator_event(self.start.fence, event));
    }

    fn task_reports(&self, reports: Vec<TaskReport>) {
        self.with_task_manager(|task_manager| {
            task_manager.board.reported(self.start.fence.job, &reports, task_manager.now());
            task_manager.link.job_master().task_reports(self.start.fence, &task_manager.id, reports);
        });
    }

    fn memory(&self, sample: MemorySample) {
        self.with_task_manager(|task_manager| task_manager.board.worker_uses(self.start.fence.job, sample.used));
        self.tell(|job, incarnation| TaskManagerEvent::MemorySampled { job, incarnation, sample });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

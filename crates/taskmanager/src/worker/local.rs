//! A worker that is threads of this process.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::lanes::{LaneThread, Lanes};
use super::{DataPlane, Worker, WorkerListener};
use crate::WorkerSettings;
use weft_common::{ErrorKind, ExecutionAttemptId};
use weft_control::WorkerEnd;
use weft_exchange::SlotAddress;
use weft_rpc::program::{TaskCounters, TaskReport};
use weft_rpc::{OperatorEvent, TaskDeployment, TaskFailure, TaskState, TaskUpdate};
use weft_runtime::{
    Clock, EventSender, JobInfo, Lane, LaneContext, LaneHandle, LaneWaker, Mail, Program, TaskListener, TaskMetrics,
    run_lane,
};

/// What a worker on threads is made with.
pub struct LocalWorkerContext {
    /// Its number in slot addresses.
    pub worker: u32,
    /// What the job is.
    pub info: Arc<JobInfo>,
    /// The closures and codecs.
    pub program: Arc<Program>,
    /// The way to other workers.
    pub data_plane: Arc<dyn DataPlane>,
    /// Settings of every lane.
    pub settings: WorkerSettings,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where blocking I/O happens.
    pub io: tokio::runtime::Handle,
}

/// Runs the tasks of one job on lanes: a thread for each slot, and for each chain that blocks its thread. A lane starts with its first task
/// and ends with its slot.
///
/// It cannot be killed: a lane that is stuck in a user's function is left behind, and ends when the function returns.
pub struct LocalWorker {
    me: Weak<LocalWorker>,
    context: LocalWorkerContext,
    listener: Arc<dyn WorkerListener>,
    lanes: Mutex<Lanes>,
    end_told: AtomicBool,
}

impl LocalWorker {
    /// A worker that is ready, without lanes yet. Its readiness is not told to `listener`, since the caller knows.
    pub fn new(context: LocalWorkerContext, listener: Arc<dyn WorkerListener>) -> Arc<Self> {
        Arc::new_cyclic(|me| LocalWorker {
            me: me.clone(),
            context,
            listener,
            lanes: Mutex::default(),
            end_told: AtomicBool::new(false),
        })
    }

    /// What its tasks have counted so far, as another process is told.
    pub fn reports(&self) -> Vec<TaskReport> {
        self.metrics().into_iter().map(|(attempt, metrics)| self.report(attempt, &metrics)).collect()
    }

    fn report(&self, attempt: ExecutionAttemptId, metrics: &TaskMetrics) -> TaskReport {
        let [busy_ns, idle_ns, back_pressured_ns] = metrics.times(self.context.clock.mono());
        let counters = TaskCounters {
            records_in: metrics.records_in.get(),
            records_out: metrics.records_out.get(),
            bytes_in: metrics.bytes_in.get(),
            bytes_out: metrics.bytes_out.get(),
            busy_ns,
            idle_ns,
            back_pressured_ns,
            source_done: metrics.source_done.get(),
            source_size: metrics.source_size.get(),
        };
        TaskReport { attempt, counters, watermark: None, accumulators: metrics.accumulators.report() }
    }

    /// A task is over: its last counts are told, before its end is.
    fn ended(&self, attempt: ExecutionAttemptId) {
        let metrics = {
            let mut lanes = self.lock();
            lanes.tasks.remove(&attempt);
            lanes.metrics.get(&attempt).cloned()
        };
        // One that was never made has counted nothing.
        if let Some(metrics) = metrics {
            self.listener.task_reports(vec![self.report(attempt, &metrics)]);
        }
    }

    /// Ends all lanes and waits for them, but for none longer than `patience`.
    pub fn shut_down(&self, patience: Duration) {
        let threads = self.lock().close();
        let until = Instant::now() + patience;
        threads.into_iter().for_each(|thread| join_until(thread, until));
        self.tell_end();
    }

    fn lock(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell_end(&self) {
        if !self.end_told.swap(true, Ordering::SeqCst) {
            self.listener.ended(WorkerEnd::Exited(0), None);
        }
    }

    /// The lane's handle; its thread is started when it is not there.
    fn lane(&self, lanes: &mut Lanes, number: u32) -> Result<Arc<LaneHandle>, String> {
        if lanes.closed {
            return Err("the worker is ending".to_owned());
        }
        if let Some(running) = lanes.lanes.get(&number) {
            return Ok(running.handle.clone());
        }
        let waker = Arc::new(LaneWaker::default());
        let handle = LaneHandle::new(waker.clone());
        let inbox = self.context.data_plane.inbox(number);
        let wake = waker.clone();
        inbox.set_waker(Box::new(move || wake.wake()));
        let (context, for_thread) = (self.lane_context(number, waker), handle.clone());
        let name = format!("weft-slot-{}-{number}", self.context.worker);
        let thread = run_lane(name, move || Lane::new(context, for_thread, inbox))
            .map_err(|e| format!("cannot start a thread for slot {number}: {e}"))?;
        lanes.lanes.insert(number, LaneThread { handle: handle.clone(), thread });
        Ok(handle)
    }

    fn lane_context(&self, number: u32, waker: Arc<LaneWaker>) -> LaneContext {
        let LocalWorkerContext { worker, info, program, data_plane, settings, clock, io } = &self.context;
        let ears = Arc::new(LaneEars { worker: self.me.clone(), listener: self.listener.clone() });
        LaneContext {
            address: SlotAddress { worker: *worker, slot: number },
            job: info.clone(),
            program: program.clone(),
            transport: data_plane.port(number),
            clock: clock.clone(),
            waker,
            io: Some(io.clone()),
            events: ears.clone(),
            listener: ears,
            limits: settings.limits.clone(),
            max_record: settings.max_record,
            buffer_timeout: settings.buffer_timeout,
            seed: u64::from(*worker) << 32 | u64::from(number),
        }
    }

    fn deploy_to_lane(&self, number: u32, tasks: Vec<TaskDeployment>) {
        let mut lanes = self.lock();
        match self.lane(&mut lanes, number) {
            Ok(lane) => {
                lanes.tasks.extend(tasks.iter().map(|t| (t.attempt, number)));
                lane.send(Mail::Deploy(tasks));
            }
            Err(message) => {
                drop(lanes);
                tasks.iter().for_each(|task| self.refuse(task.attempt, &message));
            }
        }
    }

    fn refuse(&self, attempt: ExecutionAttemptId, message: &str) {
        let failure = TaskFailure { message: message.to_owned(), operator: None, kind: ErrorKind::Retryable };
        self.listener.task_update(TaskUpdate { attempt, state: TaskState::Failed(failure) });
    }
}

impl Worker for LocalWorker {
    fn deploy(&self, tasks: Vec<TaskDeployment>) {
        let mut by_lane: BTreeMap<u32, Vec<TaskDeployment>> = BTreeMap::new();
        for task in tasks {
            self.context.data_plane.introduce(&task.placement.workers);
            by_lane.entry(task.lane).or_default().push(task);
        }
        by_lane.into_iter().for_each(|(number, tasks)| self.deploy_to_lane(number, tasks));
    }

    /// A task that is in no lane has ended, and was said to have.
    fn cancel(&self, attempt: ExecutionAttemptId) {
        if let Some(lane) = self.lock().lane_of(attempt) {
            lane.send(Mail::Cancel(attempt));
        }
    }

    fn operator_event(&self, event: OperatorEvent) {
        if let Some(lane) = self.lock().lane_of(event.attempt) {
            lane.send(Mail::OperatorEvent(event));
        }
    }

    fn drop_slot(&self, slot: u32) {
        self.lock().drop_slot(slot);
    }

    fn stop(&self) {
        let threads = self.lock().close();
        let Some(me) = self.me.upgrade() else { return };
        if threads.is_empty() {
            return me.tell_end();
        }
        self.context.io.spawn_blocking(move || {
            threads.into_iter().for_each(join);
            me.tell_end();
        });
    }

    fn kill(&self) {
        self.lock().close();
        self.tell_end();
    }

    fn metrics(&self) -> BTreeMap<ExecutionAttemptId, Arc<TaskMetrics>> {
        self.lock().metrics.clone()
    }
}

/// Hears the lanes of a worker.
struct LaneEars {
    worker: Weak<LocalWorker>,
    listener: Arc<dyn WorkerListener>,
}

impl TaskListener for LaneEars {
    fn task_update(&self, update: TaskUpdate) {
        if let (TaskState::Finished | TaskState::Canceled | TaskState::Failed(_), Some(worker)) =
            (&update.state, self.worker.upgrade())
        {
            worker.ended(update.attempt);
        }
        self.listener.task_update(update);
    }

    fn task_metrics(&self, attempt: ExecutionAttemptId, metrics: Arc<TaskMetrics>) {
        if let Some(worker) = self.worker.upgrade() {
            worker.lock().metrics.insert(attempt, metrics);
        }
    }
}

impl EventSender for LaneEars {
    fn send(&self, event: OperatorEvent) {
        self.listener.operator_event(event);
    }
}

/// Waits for a lane's thread, but not for one that does not come back from a user's function in time.
fn join_until(thread: JoinHandle<()>, until: Instant) {
    while !thread.is_finished() && Instant::now() < until {
        std::thread::park_timeout(Duration::from_millis(1));
    }
    if thread.is_finished() {
        join(thread);
    }
}

fn join(thread: JoinHandle<()>) {
    if thread.join().is_err() {
        tracing::warn!("a slot thread ended with a panic");
    }
}

//! The TaskManager.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::listener::LaneListener;
use crate::slots::{LaneThread, Slots};
use crate::{JobCodes, WorkerSettings};
use weft_common::{AllocationId, ErrorKind, ExecutionAttemptId, JobId, LeaderEpoch, SlotId, TaskManagerId};
use weft_control::{ExecutionState, Failure, PooledSlot, SlotReport, TaskManagerMessage, TaskStatus, WorkerMessage};
use weft_exchange::SlotAddress;
use weft_rpc::{
    Fence, JobMasterGateway, JobSource, OperatorEvent, ResourceManagerGateway, TaskDeployment, TaskManagerGateway,
};
use weft_runtime::{Clock, Lane, LaneContext, LaneHandle, LaneWaker, Mail, TaskMetrics, run_lane};

/// The slots of one process and what runs in them.
pub struct TaskManager {
    me: Weak<TaskManager>,
    id: TaskManagerId,
    /// This TaskManager's number in slot addresses.
    worker: u32,
    slots: u32,
    state: Mutex<Slots>,
    metrics: Mutex<HashMap<(JobId, ExecutionAttemptId), Arc<TaskMetrics>>>,
    masters: Masters,
    environment: WorkerEnvironment,
}

/// Whom a TaskManager answers to.
#[derive(Clone)]
pub struct Masters {
    /// Who leads.
    pub epoch: LeaderEpoch,
    /// The ResourceManager.
    pub resource_manager: Arc<dyn ResourceManagerGateway>,
    /// The JobMasters, all behind one address.
    pub job_master: Arc<dyn JobMasterGateway>,
}

/// What lanes need besides their deployments.
#[derive(Clone)]
pub struct WorkerEnvironment {
    /// The code of jobs.
    pub codes: Arc<JobCodes>,
    /// Settings of every lane.
    pub settings: WorkerSettings,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where blocking I/O happens.
    pub io: tokio::runtime::Handle,
}

impl TaskManager {
    /// A TaskManager with free slots. `worker` tells it from the others of its cluster.
    pub fn new(
        id: TaskManagerId,
        worker: u32,
        slots: u32,
        masters: Masters,
        environment: WorkerEnvironment,
    ) -> Arc<Self> {
        let (state, metrics) = (Mutex::default(), Mutex::default());
        Arc::new_cyclic(|me| TaskManager { me: me.clone(), id, worker, slots, state, metrics, masters, environment })
    }

    /// Tells the ResourceManager of its slots; to be called once it is known there.
    pub fn report_slots(&self) {
        let mut state = self.lock();
        let report = |index| SlotReport { index, grant: state.granted.get(&index).copied() };
        let report = (0..self.slots).map(report).collect();
        self.tell_resource_manager(&mut state, TaskManagerMessage::SlotReport(report));
    }

    fn tell_resource_manager(&self, state: &mut Slots, message: TaskManagerMessage) {
        let sequence = state.next_report();
        self.masters.resource_manager.task_manager_message(self.masters.epoch, &self.id, sequence, message);
    }

    /// Its name.
    pub fn id(&self) -> &TaskManagerId {
        &self.id
    }

    /// How many slots it has.
    pub fn slots(&self) -> u32 {
        self.slots
    }

    /// Its number in slot addresses.
    pub fn worker(&self) -> u32 {
        self.worker
    }

    /// The counters of a job's tasks, live and ended.
    pub fn metrics(&self, job: JobId) -> BTreeMap<ExecutionAttemptId, Arc<TaskMetrics>> {
        let metrics = self.metrics.lock().unwrap_or_else(PoisonError::into_inner);
        metrics.iter().filter(|((j, _), _)| *j == job).map(|((_, attempt), m)| (*attempt, m.clone())).collect()
    }

    /// Stops all lanes and waits for their threads; a lane stuck in a user's function is left behind.
    pub fn shut_down(&self) {
        let lanes: Vec<LaneThread> = self.lock().lanes.drain().map(|(_, lane)| lane).collect();
        lanes.iter().for_each(|lane| lane.handle.send(Mail::Stop));
        for lane in lanes {
            join_unless_stuck(lane);
        }
    }

    pub(crate) fn job_master(&self) -> &dyn JobMasterGateway {
        &*self.masters.job_master
    }

    pub(crate) fn keep_metrics(&self, job: JobId, attempt: ExecutionAttemptId, metrics: Arc<TaskMetrics>) {
        self.metrics.lock().unwrap_or_else(PoisonError::into_inner).insert((job, attempt), metrics);
    }

    /// Sends a message to the JobMaster. The lock is held while it is handed over, so that messages leave in the order of their numbers.
    pub(crate) fn report(&self, fence: Fence, message: WorkerMessage) {
        let mut state = self.lock();
        if let WorkerMessage::TaskStateChanged(status) = &message
            && status.state.is_terminal()
        {
            state.tasks.remove(&(fence.job, status.attempt));
        }
        let sequence = state.next_sequence(fence.job);
        self.masters.job_master.worker_message(fence, &self.id, sequence, message);
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lane_context(
        &self,
        fence: Fence,
        lane: u32,
        waker: Arc<LaneWaker>,
    ) -> Option<(LaneContext, Arc<weft_exchange::Inbox>)> {
        let code = self.environment.codes.get(fence.job)?;
        let address = SlotAddress { worker: self.worker, slot: lane };
        let inbox = code.transport.inbox(address);
        let wake = waker.clone();
        inbox.set_waker(Box::new(move || wake.wake()));
        let listener = Arc::new(LaneListener { task_manager: self.me.clone(), fence });
        let context = LaneContext {
            address,
            job: code.info,
            program: code.program,
            transport: code.transport,
            clock: self.environment.clock.clone(),
            waker,
            io: Some(self.environment.io.clone()),
            events: listener.clone(),
            listener,
            limits: self.environment.settings.limits.clone(),
            max_record: self.environment.settings.max_record,
            buffer_timeout: self.environment.settings.buffer_timeout,
            seed: u64::from(self.worker) << 32 | u64::from(lane),
        };
        Some((context, inbox))
    }

    /// The lane's handle; its thread is started when it is not there.
    fn lane(&self, state: &mut Slots, fence: Fence, lane: u32) -> Result<Arc<LaneHandle>, String> {
        if let Some(running) = state.lanes.get(&(fence.job, lane)) {
            return Ok(running.handle.clone());
        }
        let waker = Arc::new(LaneWaker::default());
        let handle = LaneHandle::new(waker.clone());
        let unknown = || format!("TaskManager {} does not have the program of job {}", self.id, fence.job);
        let (context, inbox) = self.lane_context(fence, lane, waker).ok_or_else(unknown)?;
        let for_thread = handle.clone();
        let name = format!("weft-slot-{}-{lane}", self.worker);
        let thread = run_lane(name, move || Lane::new(context, for_thread, inbox))
            .map_err(|e| format!("TaskManager {} cannot start a thread for slot {lane}: {e}", self.id))?;
        state.lanes.insert((fence.job, lane), LaneThread { handle: handle.clone(), thread: Some(thread) });
        Ok(handle)
    }

    fn refuse(&self, fence: Fence, attempt: ExecutionAttemptId, message: String) {
        let failure = Some(Failure::new(ErrorKind::Retryable, message));
        self.report(
            fence,
            WorkerMessage::TaskStateChanged(TaskStatus { attempt, state: ExecutionState::Failed, failure }),
        );
    }
}

impl TaskManagerGateway for TaskManager {
    fn request_slot(&self, fence: Fence, slot: SlotId, allocation: AllocationId, _source: &JobSource) {
        let mut state = self.lock();
        state.granted.insert(slot.index, (fence.job, allocation));
        self.tell_resource_manager(&mut state, TaskManagerMessage::SlotGranted { index: slot.index, allocation });
        drop(state);
        self.report(fence, WorkerMessage::SlotsOffered(vec![PooledSlot { allocation, slot }]));
    }

    fn free_slot(&self, _epoch: LeaderEpoch, allocation: AllocationId) {
        let mut state = self.lock();
        let grant = state.granted.iter().find(|(_, (_, a))| *a == allocation).map(|(slot, (job, _))| (*slot, *job));
        let Some((slot, job)) = grant else { return };
        state.granted.remove(&slot);
        let lanes = state.remove_lanes(job, Some(slot));
        self.tell_resource_manager(&mut state, TaskManagerMessage::SlotFreed { index: slot, allocation });
        drop(state);
        lanes.iter().for_each(|lane| lane.handle.send(Mail::Stop));
    }

    fn deploy(&self, fence: Fence, tasks: Vec<TaskDeployment>) {
        let mut by_lane: BTreeMap<u32, Vec<TaskDeployment>> = BTreeMap::new();
        for task in tasks {
            by_lane.entry(task.lane).or_default().push(task);
        }
        for (number, tasks) in by_lane {
            let mut state = self.lock();
            match self.lane(&mut state, fence, number) {
                Ok(lane) => {
                    state.tasks.extend(tasks.iter().map(|t| ((fence.job, t.attempt), number)));
                    lane.send(Mail::Deploy(tasks));
                }
                Err(message) => {
                    drop(state);
                    tasks.iter().for_each(|t| self.refuse(fence, t.attempt, message.clone()));
                }
            }
        }
    }

    fn cancel(&self, fence: Fence, attempt: ExecutionAttemptId) {
        let lane = self.lock().lane_of(fence.job, attempt).cloned();
        match lane {
            Some(lane) => lane.send(Mail::Cancel(attempt)),
            None => {
                let status = TaskStatus { attempt, state: ExecutionState::Canceled, failure: None };
                self.report(fence, WorkerMessage::TaskStateChanged(status));
            }
        }
    }

    fn acknowledge(&self, _fence: Fence, _sequence: u64, _accepted: Vec<AllocationId>) {}

    fn operator_event(&self, fence: Fence, event: OperatorEvent) {
        if let Some(lane) = self.lock().lane_of(fence.job, event.attempt) {
            lane.send(Mail::OperatorEvent(event));
        }
    }

    fn job_finished(&self, fence: Fence) {
        let lanes = self.lock().remove_job(fence.job);
        lanes.iter().for_each(|lane| lane.handle.send(Mail::Stop));
        self.metrics.lock().unwrap_or_else(PoisonError::into_inner).retain(|(job, _), _| *job != fence.job);
    }
}

/// Waits for a lane's thread, but not for one that does not come back from a user's function within the time it takes to notice.
fn join_unless_stuck(mut lane: LaneThread) {
    let Some(thread) = lane.thread.take() else { return };
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(1);
    while !thread.is_finished() && std::time::Instant::now() < patience {
        std::thread::park_timeout(std::time::Duration::from_millis(1));
    }
    if thread.is_finished() && thread.join().is_err() {
        tracing::warn!("a slot thread ended with a panic");
    }
}

//! The JobManager's thread.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::job::Job;
use crate::message::{JobManagerHandle, Message};
use crate::submission::PlannedJob;
use crate::{JobEnd, JobWatch};
use weft_common::{ErrorKind, JobId, LeaderEpoch, TaskManagerId};
use weft_control::{
    Event, FinalFailure, JobStatus, ResourceCommand, ResourceEvent, ResourceManager, ResourceManagerSettings,
    SlotOverview,
};
use weft_rpc::{Fence, JobSource, TaskManagerGateway};
use weft_runtime::Clock;

/// A TaskManager and its number in slot addresses.
struct Registered {
    worker: u32,
    host: String,
    gateway: Arc<dyn TaskManagerGateway>,
}

/// What jobs share: TaskManagers, slots, time.
pub(crate) struct Cluster {
    pub(crate) epoch: LeaderEpoch,
    pub(crate) clock: Arc<dyn Clock>,
    task_managers: BTreeMap<TaskManagerId, Registered>,
    resource_manager: ResourceManager,
    /// Where TaskManagers find what each job is.
    sources: BTreeMap<JobId, JobSource>,
    /// Events for jobs that came up while another job's commands were carried out.
    pending: Vec<(JobId, Event)>,
    /// Who starts TaskManagers.
    #[cfg(feature = "process")]
    watcher: Option<crate::staffing::Watcher>,
}

impl Cluster {
    pub(crate) fn task_manager(&self, id: &TaskManagerId, call: impl FnOnce(&dyn TaskManagerGateway)) {
        if let Some(registered) = self.task_managers.get(id) {
            call(&*registered.gateway);
        }
    }

    pub(crate) fn worker_of(&self, id: &TaskManagerId) -> u32 {
        self.task_managers.get(id).map_or(u32::MAX, |r| r.worker)
    }

    /// The slots of all TaskManagers.
    pub(crate) fn slots(&self) -> SlotOverview {
        self.resource_manager.overview()
    }

    /// How many slots there ought to be, for whoever starts TaskManagers of `slots_each`.
    #[cfg(feature = "process")]
    pub(crate) fn wanted_slots(&self, slots_each: u32) -> u32 {
        self.resource_manager.wanted_slots(slots_each)
    }

    /// The slots of each TaskManager.
    #[cfg(feature = "process")]
    pub(crate) fn slots_of_each(&self) -> impl Iterator<Item = (&TaskManagerId, SlotOverview)> {
        self.resource_manager.task_managers()
    }

    /// The registered TaskManagers with their hosts.
    pub(crate) fn task_managers(&self) -> impl Iterator<Item = (&TaskManagerId, String)> {
        self.task_managers.iter().map(|(id, r)| (id, r.host.clone()))
    }

    pub(crate) fn declare(&mut self, job: JobId, slots: u32) {
        self.resource_event(ResourceEvent::RequirementsDeclared { job, slots });
    }

    pub(crate) fn job_over(&mut self, fence: Fence) {
        self.task_managers.values().for_each(|r| r.gateway.job_finished(fence));
        self.sources.remove(&fence.job);
        self.resource_event(ResourceEvent::JobOver { job: fence.job });
    }

    /// Tells whoever starts TaskManagers what has changed.
    #[cfg(feature = "process")]
    fn tell_watcher(&mut self) {
        if let Some(mut watcher) = self.watcher.take() {
            watcher.publish(self);
            self.watcher = Some(watcher);
        }
    }

    fn resource_event(&mut self, event: ResourceEvent) {
        #[cfg(feature = "process")]
        if let Some(watcher) = &mut self.watcher {
            watcher.outdated();
        }
        let mut commands = Vec::new();
        if let Err(fenced) = self.resource_manager.on(event, &mut commands) {
            tracing::debug!("{fenced}");
        }
        for command in commands {
            self.carry_out(command);
        }
    }

    fn carry_out(&mut self, command: ResourceCommand) {
        match command {
            ResourceCommand::RequestSlot { slot, job, allocation } => {
                let fence = Fence { epoch: self.epoch, job };
                let source = self.sources.get(&job).copied().unwrap_or(JobSource::InProcess);
                self.task_manager(&slot.task_manager.clone(), |tm| {
                    tm.request_slot(fence, slot, allocation, &source);
                });
            }
            ResourceCommand::FreeSlot { slot, allocation } => {
                let epoch = self.epoch;
                self.task_manager(&slot.task_manager, |tm| tm.free_slot(epoch, allocation));
            }
            ResourceCommand::Prepare { task_manager, job } => {
                let fence = Fence { epoch: self.epoch, job };
                if let Some(JobSource::Blob(source)) = self.sources.get(&job).copied() {
                    self.task_manager(&task_manager, |tm| tm.prepare(fence, source));
                }
            }
            ResourceCommand::RefuseTaskManager { task_manager, cause } => {
                tracing::warn!(%task_manager, "refused: {cause}");
                let epoch = self.epoch;
                self.task_manager(&task_manager, |tm| tm.dismiss(epoch, cause));
            }
            ResourceCommand::SlotsLost { job, allocations, cause } => {
                self.pending.push((job, Event::SlotsLost { allocations, cause }));
            }
            ResourceCommand::SlotsScarce { job, free, pending } => {
                self.pending.push((job, Event::SlotsScarce { free, pending }));
            }
        }
    }
}

/// A running JobManager.
pub struct JobManager {
    epoch: LeaderEpoch,
    handle: JobManagerHandle,
    thread: Option<JoinHandle<()>>,
}

impl JobManager {
    /// Starts the thread. `entropy` is what allocation ids begin at.
    pub fn start(
        epoch: LeaderEpoch,
        clock: Arc<dyn Clock>,
        settings: ResourceManagerSettings,
        entropy: u128,
    ) -> std::io::Result<Self> {
        let (queue, messages) = channel();
        let handle = JobManagerHandle { queue };
        let cluster = Cluster {
            epoch,
            clock,
            task_managers: BTreeMap::new(),
            resource_manager: ResourceManager::new(epoch, settings, entropy),
            sources: BTreeMap::new(),
            pending: Vec::new(),
            #[cfg(feature = "process")]
            watcher: None,
        };
        let shell = Shell { cluster, jobs: BTreeMap::new(), handle: handle.clone() };
        let thread = std::thread::Builder::new().name("weft-jobmanager".into()).spawn(move || shell.run(&messages))?;
        Ok(JobManager { epoch, handle, thread: Some(thread) })
    }

    /// Under which epoch it leads.
    pub fn epoch(&self) -> LeaderEpoch {
        self.epoch
    }

    /// The way to it.
    pub fn handle(&self) -> &JobManagerHandle {
        &self.handle
    }
}

impl Drop for JobManager {
    fn drop(&mut self) {
        self.handle.stop();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the JobManager's thread panicked");
        }
    }
}

pub(crate) struct Shell {
    pub(crate) cluster: Cluster,
    pub(crate) jobs: BTreeMap<JobId, Job>,
    handle: JobManagerHandle,
}

impl Shell {
    fn run(mut self, messages: &Receiver<Message>) {
        loop {
            let message = match self.patience() {
                None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(patience) => messages.recv_timeout(patience),
            };
            match message {
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(message) => self.on(message),
                Err(RecvTimeoutError::Timeout) => self.tick(),
            }
            self.deliver_pending();
            #[cfg(feature = "process")]
            self.cluster.tell_watcher();
        }
    }

    /// How long nothing needs to be done; `None`: until somebody says something.
    fn patience(&self) -> Option<Duration> {
        let next = self.jobs.values().filter_map(Job::next_deadline).min()?;
        Some(next.since(self.cluster.clock.mono()))
    }

    fn tick(&mut self) {
        let now = self.cluster.clock.now();
        for job in self.jobs.values_mut() {
            if job.next_deadline().is_some_and(|d| d <= now.mono) {
                job.on(now, Event::Tick, &mut self.cluster);
            }
        }
        let overdue: Vec<JobId> = self.jobs.values().filter(|j| j.is_overdue(now.mono)).map(Job::id).collect();
        for job in overdue {
            tracing::warn!(%job, "the job's coordinators still clean up; its end is told without them");
            self.end(job);
        }
    }

    fn deliver_pending(&mut self) {
        while !self.cluster.pending.is_empty() {
            for (job, event) in std::mem::take(&mut self.cluster.pending) {
                self.job_event(job, event);
            }
        }
    }

    fn job_event(&mut self, job: JobId, event: Event) {
        let now = self.cluster.clock.now();
        if let Some(job) = self.jobs.get_mut(&job) {
            job.on(now, event, &mut self.cluster);
        }
    }

    fn on(&mut self, message: Message) {
        match message {
            Message::Submit(planned, watch) => self.submit(*planned, watch),
            Message::Cancel(job) => self.job_event(job, Event::CancelRequested),
            Message::RegisterTaskManager { id, worker, host, gateway } => {
                self.cluster.task_managers.insert(id, Registered { worker, host, gateway });
            }
            Message::TaskManager { epoch, task_manager, sequence, message } => {
                self.cluster.resource_event(ResourceEvent::TaskManager { epoch, task_manager, sequence, message });
            }
            Message::Worker { fence, task_manager, sequence, message } => {
                self.job_event(fence.job, Event::Worker { epoch: fence.epoch, task_manager, sequence, message });
            }
            Message::Coordinator { job, attempt, message } => {
                let epoch = self.cluster.epoch;
                self.job_event(job, Event::Coordinator { epoch, attempt, message });
            }
            Message::CoordinatorsEnded(job) => self.end(job),
            Message::WorkerAddress { fence, task_manager, address } => {
                if let Some(job) = self.fenced(fence) {
                    job.worker_address(task_manager, address);
                }
            }
            Message::TaskReports { fence, reports } => {
                let now = self.cluster.clock.mono();
                if let Some(job) = self.fenced(fence) {
                    job.task_reports(reports, now);
                }
            }
            Message::TaskManagerLost { id, cause } => self.task_manager_lost(id, cause),
            Message::TaskManagerExplained { id, why } => {
                for job in self.jobs.keys().copied().collect::<Vec<_>>() {
                    let (task_manager, why) = (id.clone(), why.clone());
                    self.job_event(job, Event::TaskManagerExplained { task_manager, why });
                }
            }
            Message::Ask(question) => question(self),
            #[cfg(feature = "process")]
            Message::Staffing(watcher) => self.cluster.watcher = Some(watcher),
            Message::OperatorEvent { fence, event } => {
                if let Some(job) = self.jobs.get(&fence.job).filter(|_| fence.epoch == self.cluster.epoch) {
                    job.operator_event(event);
                }
            }
            Message::Reply { job, event } => {
                if let Some(job) = self.jobs.get(&job) {
                    job.reply(event, &self.cluster);
                }
            }
            Message::Result { job, operator, payload } => {
                if let Some(job) = self.jobs.get_mut(&job) {
                    job.add_result(operator, payload);
                }
            }
            Message::Stop => {}
        }
    }

    fn submit(&mut self, planned: PlannedJob, watch: Arc<JobWatch>) {
        let (now, id) = (self.cluster.clock.now(), planned.job);
        self.cluster.sources.insert(id, planned.source);
        match Job::new(planned, watch.clone(), now, &self.cluster, &self.handle) {
            Ok(mut job) => {
                job.on(now, Event::Start, &mut self.cluster);
                self.jobs.insert(id, job);
            }
            Err(message) => {
                let failure = Some(FinalFailure { message, kind: ErrorKind::Fatal });
                let (status, results, duration) = (JobStatus::Failed, BTreeMap::new(), Duration::ZERO);
                self.cluster.sources.remove(&id);
                watch.set_end(JobEnd { status, failure, results, duration }, None);
            }
        }
    }

    /// A job of this leader.
    fn fenced(&mut self, fence: Fence) -> Option<&mut Job> {
        self.jobs.get_mut(&fence.job).filter(|_| fence.epoch == self.cluster.epoch)
    }

    fn task_manager_lost(&mut self, task_manager: TaskManagerId, cause: String) {
        self.cluster.task_managers.remove(&task_manager);
        for job in self.jobs.keys().copied().collect::<Vec<_>>() {
            let (task_manager, cause) = (task_manager.clone(), cause.clone());
            self.job_event(job, Event::TaskManagerLost { task_manager, cause });
        }
        self.cluster.resource_event(ResourceEvent::TaskManagerLost { task_manager, cause });
    }

    fn end(&mut self, job: JobId) {
        if let Some(job) = self.jobs.remove(&job) {
            job.tell_end(self.cluster.clock.mono(), &self.cluster);
        }
    }
}

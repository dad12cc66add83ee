//! The decisions of one TaskManager: slots, workers, tasks, and whose they are.
//!
//! # Whose side it is on
//!
//! A TaskManager works for one JobManager at a time, known by its leader epoch. It registers, is granted slots to jobs, offers them, and
//! runs what the jobs' JobMasters deploy. When the connection breaks it keeps everything and connects again: the same leader finds its
//! slots and tasks in the reports that follow. A new leader knows nothing of them, so what was the former's is dropped first. A JobManager
//! that is not found again within the heartbeat time-out has given this TaskManager up, so its tasks end too: they may be running
//! elsewhere by then.
//!
//! ```text
//!  Start ─► connecting ◄───────────────── broken, silent ─────────────── registered
//!             │  │  ▲                                                       ▲ slots, workers, tasks
//!             │  │  └─ pause: not there yet ×2, error, refused              │
//!             │  └──────────── Registered{epoch}: new leader drops all ─────┘
//!             └─► Exit: taskmanager.registration.timeout
//! ```
//!
//! # What is said until it is heard
//!
//! Slots that a job has not taken, and the last states of tasks, are repeated with a report each
//! [`repeat_interval`](TaskManagerSettings::repeat_interval) until the JobMaster acknowledges the report; everything else is in the
//! reports that go with every heartbeat. A deployment that comes twice, or after its attempt has ended or was cancelled, starts nothing:
//! the newest attempt of every subtask is remembered as long as the job has anything here, and as long again as messages may be late.
//!
//! # Files
//!
//! `registration` finds the JobManager, `leader` takes its orders, `slots` keeps slots, `worker` the workers, `tasks` what runs in them,
//! `memory` what they use, `reports` says it all; `ending` is the end of the process.

mod command;
mod ending;
mod event;
mod job;
mod leader;
mod memory;
mod registration;
mod reports;
mod settings;
mod slots;
mod tasks;
mod worker;

#[cfg(test)]
mod tests;

pub use command::{Exit, TaskManagerCommand, TaskManagerCommands};
pub use event::{LeaderOrder, RegistrationFailure, TaskManagerEvent, WorkerEnd};
pub use memory::MemorySample;
pub use settings::{RegistrationSettings, TaskManagerSettings, WorkerMemory};

use crate::{ControlError, ExecutionState, HeartbeatCommand, HeartbeatEvent, HeartbeatMonitor, SlotState};
use ending::Phase;
use job::{FormerJobs, Job};
use registration::Registration;
use slots::Slots;
use std::collections::BTreeMap;
use weft_common::{AllocationId, ExecutionAttemptId, JobId, LeaderEpoch, Mono, TaskManagerId};

/// The state machine of one TaskManager.
#[derive(Clone, Debug)]
pub struct TaskManager {
    id: TaskManagerId,
    settings: TaskManagerSettings,
    phase: Phase,
    registration: Registration,
    heartbeat: HeartbeatMonitor<()>,
    /// The newest leader, whose slots and tasks these are.
    leader: Option<LeaderEpoch>,
    /// When to give up a leader that does not come back; set while the connection is broken.
    leader_lost_at: Option<Mono>,
    slots: Slots,
    jobs: BTreeMap<JobId, Job>,
    former_jobs: FormerJobs,
    /// The number of the newest message.
    sequence: u64,
    /// The number of the newest worker.
    incarnation: u64,
}

impl TaskManager {
    /// A TaskManager with free slots that does nothing before [`Start`](TaskManagerEvent::Start). Messages and workers are numbered from
    /// `first_number`, which is to be greater than any that an earlier process under the same name used.
    pub fn new(id: TaskManagerId, settings: TaskManagerSettings, first_number: u64) -> Self {
        TaskManager {
            id,
            phase: Phase::Serving,
            registration: Registration::new(settings.registration),
            heartbeat: HeartbeatMonitor::new(settings.heartbeat),
            leader: None,
            leader_lost_at: None,
            slots: Slots::new(settings.slots),
            jobs: BTreeMap::new(),
            former_jobs: FormerJobs::new(),
            sequence: first_number,
            incarnation: first_number,
            settings,
        }
    }

    /// Takes an event and appends the commands that follow from it. Fails with [`ControlError::Fenced`] on an order of another leader,
    /// which changes nothing.
    pub fn on(
        &mut self,
        now: Mono,
        event: TaskManagerEvent,
        out: &mut TaskManagerCommands,
    ) -> Result<(), ControlError> {
        match self.phase {
            Phase::Over => return Ok(()),
            Phase::Leaving { .. } => self.while_leaving(now, event, out),
            Phase::Serving => self.dispatch(now, event, out)?,
        }
        self.settle(now, out)
    }

    fn dispatch(
        &mut self,
        now: Mono,
        event: TaskManagerEvent,
        out: &mut TaskManagerCommands,
    ) -> Result<(), ControlError> {
        match event {
            TaskManagerEvent::Start => self.registration.start(now, out),
            TaskManagerEvent::Tick => self.tick(now, out)?,
            TaskManagerEvent::Registered { attempt, epoch } => self.registered(now, attempt, epoch, out)?,
            TaskManagerEvent::RegistrationFailed { attempt, failure } => {
                self.registration.failed(now, attempt, failure);
            }
            TaskManagerEvent::Disconnected { attempt, cause } => self.connection_lost(now, Some(attempt), cause),
            TaskManagerEvent::Leader { epoch, order } => self.take_order(now, epoch, order, out)?,
            TaskManagerEvent::WorkerReady { job, incarnation } => self.worker_ready(job, incarnation, out),
            TaskManagerEvent::WorkerEnded { job, incarnation, end, last_words } => {
                self.worker_ended(job, incarnation, end, last_words, out);
            }
            TaskManagerEvent::Task { job, incarnation, status } => self.task_status(job, incarnation, status, out),
            TaskManagerEvent::MemorySampled { job, incarnation, sample } => {
                self.memory_sampled(job, incarnation, sample, out);
            }
            TaskManagerEvent::ShutDown { cause } => self.leave(now, cause, out),
        }
        Ok(())
    }

    fn tick(&mut self, now: Mono, out: &mut TaskManagerCommands) -> Result<(), ControlError> {
        if let Some(farewell) = self.registration.tick(now, out) {
            self.exit_now(Exit::GaveUp(farewell), out);
            return Ok(());
        }
        let mut beats = Vec::new();
        self.heartbeat.on(now, HeartbeatEvent::Tick, &mut beats);
        for beat in beats {
            match beat {
                HeartbeatCommand::Beat(()) => {
                    out.push(TaskManagerCommand::Heartbeat);
                    self.report_all(out);
                }
                HeartbeatCommand::Lost { cause, .. } => {
                    self.connection_lost(now, None, cause);
                    out.push(TaskManagerCommand::Disconnect);
                }
                HeartbeatCommand::Probe(()) => {}
            }
        }
        if self.leader_lost_at.is_some_and(|deadline| deadline <= now) {
            self.leader_lost_at = None;
            self.drop_everything("its JobManager did not come back within heartbeat.timeout", out)?;
        }
        if self.registration.is_registered() {
            for allocation in self.slots.untaken(now) {
                self.release(now, allocation, out)?;
            }
        }
        let jobs: Vec<_> = self.jobs.keys().copied().collect();
        for job in jobs {
            self.watch_cancellations(now, job, out);
            self.kill_slow_worker(now, job, out);
            if self.jobs.get(&job).and_then(|job| job.report_due).is_some_and(|due| due <= now) {
                self.report(job, out);
            }
        }
        Ok(())
    }

    /// Does what has become possible, or necessary.
    fn settle(&mut self, now: Mono, out: &mut TaskManagerCommands) -> Result<(), ControlError> {
        match self.phase {
            Phase::Over => Ok(()),
            Phase::Leaving { .. } => {
                self.exit_when_alone(out);
                Ok(())
            }
            Phase::Serving => {
                self.free_released_slots(out)?;
                let jobs: Vec<_> = self.jobs.keys().copied().collect();
                for job in jobs {
                    self.settle_worker(now, job, out);
                    self.forget_if_nothing_is_left(now, job, out);
                    self.settle_report(now, job);
                }
                Ok(())
            }
        }
    }

    /// When the next `Tick` is due, if any.
    pub fn next_deadline(&self) -> Option<Mono> {
        match &self.phase {
            Phase::Over => None,
            Phase::Leaving { until, .. } => Some(*until),
            Phase::Serving => {
                let slots = self.slots.next_deadline().filter(|_| self.registration.is_registered());
                let others = [self.registration.next_deadline(), self.heartbeat.next_deadline(), self.leader_lost_at];
                let jobs = self.jobs.values().filter_map(Job::next_deadline);
                jobs.chain(slots).chain(others.into_iter().flatten()).min()
            }
        }
    }

    /// Its name.
    pub fn id(&self) -> &TaskManagerId {
        &self.id
    }

    /// The newest leader it registered with.
    pub fn leader(&self) -> Option<LeaderEpoch> {
        self.leader
    }

    /// Whether there is a connection to that leader.
    pub fn is_registered(&self) -> bool {
        self.registration.is_registered()
    }

    /// Its slots: index, state and whom each is granted to.
    pub fn slots(&self) -> impl Iterator<Item = (u32, SlotState, Option<(JobId, AllocationId)>)> + '_ {
        self.slots.iter().map(|(index, state, grant)| (index, state, grant.map(|grant| (grant.job, grant.allocation))))
    }

    /// The jobs that have anything here, each with the life of its worker that is there.
    pub fn jobs(&self) -> impl Iterator<Item = (JobId, Option<u64>)> + '_ {
        self.jobs.iter().map(|(id, job)| (*id, job.worker.incarnation()))
    }

    /// The tasks of a job, without those whose end is acknowledged.
    pub fn tasks(&self, job: JobId) -> impl Iterator<Item = (ExecutionAttemptId, ExecutionState)> + '_ {
        let tasks = self.jobs.get(&job).into_iter().flat_map(|job| &job.tasks);
        tasks.map(|(attempt, task)| (*attempt, task.status.state))
    }
}

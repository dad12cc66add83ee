//! One job's decisions.
//!
//! # The protocol
//!
//! An event changes what the job knows (a task's state, a slot more or less, a failure and what the restart strategy
//! made of it); then [`JobMaster::settle`] does whatever has become possible: begin a restart whose tasks have stopped and
//! whose back-off is over, hand slots to the tasks that wait for one, deploy when *all* of them have one, commit when
//! every task has finished, end when everything has stopped. Settling depends on the state only, never on the event, so
//! it does not matter in which order messages arrive.
//!
//! ```text
//! Start ─► tasks SCHEDULED, requirements declared ─► offers ─► Deploy ×n ─► INITIALIZING ─► RUNNING ─► FINISHED
//!                 ▲                                                              │                        │ all
//!                 │ back-off over, all of the region stopped      failure: cancel the region           CommitSinks
//!                 └──────────── attempt + 1 ◄────────────────────────────────────┘                        │
//!                                                                                          job FINISHED ◄─┘
//! ```
//!
//! # What messages may do
//!
//! They may be lost, late, repeated and overtake each other. A task's state only moves forward, a message about another
//! attempt than the current one changes nothing, and reports (see [`WorkerMessage::Report`]) find out what was lost: a
//! task that was there and is not any more has failed; one that should stop and has not is told again; one that nobody
//! wants is told to stop. A report that newer messages of its sender have overtaken is put aside, since it may miss what
//! they said. A task is redeployed only after its former attempt is known to have ended, or its slot to be lost.
//!
//! # Files
//!
//! `messages` takes what comes from outside, `scheduling` slots and deployment, `failover` failures and restarts,
//! `ending` cancellation, failure, suspension and the end.

mod command;
mod ending;
mod event;
mod execution;
mod failover;
mod messages;
mod options;
mod phase;
mod scheduling;
mod settings;
mod tasks;

#[cfg(test)]
mod tests;

pub use command::{Command, Commands, FinalFailure, JobResult};
pub use event::{CoordinatorMessage, Event, Handled, Ignored, OfferedSlot, TaskStatus, WorkerMessage};
pub use execution::{Execution, ExecutionVertexHistory};
pub use settings::JobMasterSettings;
pub use weft_common::configuration::options::FailoverStrategy;

use crate::slot_pool::SlotPool;
use crate::{
    ControlError, ExceptionHistory, JobStatus, LifeCycle, PooledSlot, RestartBackoff, StateTimestamps, Topology,
};
use failover::Entropy;
use phase::Phase;
use std::collections::BTreeMap;
use tasks::TaskTable;
use weft_common::{JobId, LeaderEpoch, Mono, Now, TaskManagerId};
use weft_graph::{ExecutionGraph, ExecutionVertexId};

/// The state machine of one job under one leader.
#[derive(Clone, Debug)]
pub struct JobMaster {
    job: JobId,
    epoch: LeaderEpoch,
    settings: JobMasterSettings,
    topology: Topology,
    status: JobStatus,
    timestamps: StateTimestamps<JobStatus>,
    phase: Phase,
    tasks: TaskTable,
    slots: SlotPool,
    /// What was declared last.
    declared_slots: u32,
    /// Free and pending slots of the cluster, as last heard.
    cluster_slots: (u32, u32),
    /// The TaskManager of whose end was told last without a failure being about it, as one that never came; when, and in a sentence.
    never_came: Option<(Mono, String)>,
    backoff: RestartBackoff,
    entropy: Entropy,
    coordinators: Coordinators,
    exceptions: ExceptionHistory,
    /// The highest sequence number seen of each TaskManager.
    last_heard: BTreeMap<TaskManagerId, u64>,
}

/// The job's split enumerators and committers, as one thing that is started, reset and stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Coordinators {
    /// The number of the newest start or reset.
    attempt: u32,
    running: bool,
}

impl JobMaster {
    /// A job in INITIALIZING. `seed` is what the jitter of restarts is drawn from.
    pub fn new(
        now: Now,
        job: JobId,
        epoch: LeaderEpoch,
        graph: &ExecutionGraph,
        settings: JobMasterSettings,
        seed: u64,
    ) -> Self {
        let topology = Topology::new(graph);
        JobMaster {
            job,
            epoch,
            status: JobStatus::Initializing,
            timestamps: StateTimestamps::starting_in(JobStatus::Initializing, now.wall_ms),
            phase: Phase::Waiting,
            tasks: TaskTable::new(now, &topology, settings.attempt_history),
            slots: SlotPool::default(),
            declared_slots: 0,
            cluster_slots: (0, 0),
            never_came: None,
            backoff: RestartBackoff::new(settings.restart.clone()),
            entropy: Entropy(seed),
            coordinators: Coordinators { attempt: 0, running: false },
            exceptions: ExceptionHistory::new(settings.exception_history),
            last_heard: BTreeMap::new(),
            settings,
            topology,
        }
    }

    /// Takes an event and appends the commands that follow from it. Fails with
    /// [`ControlError::Fenced`] on a message of another leader, which changes nothing.
    pub fn on(&mut self, now: Now, event: Event, out: &mut Commands) -> Result<Handled, ControlError> {
        self.check_epoch(&event)?;
        if let Phase::Over = self.phase {
            return Ok(self.after_the_end(event, out));
        }
        let handled = self.dispatch(now, event, out)?;
        self.settle(now, out)?;
        Ok(handled)
    }

    fn dispatch(&mut self, now: Now, event: Event, out: &mut Commands) -> Result<Handled, ControlError> {
        match event {
            Event::Start => self.start(now, out),
            Event::Tick => self.tick(now, out),
            Event::CancelRequested => self.cancel(now, out),
            Event::LeaderLost => self.suspend(now, out),
            Event::SlotsLost { allocations, cause } => self.slots_lost(now, allocations, &cause, out),
            Event::TaskManagerLost { task_manager, cause } => {
                let held: Vec<_> = self.slots.held_from(&task_manager).collect();
                self.slots_lost(now, held, &cause, out)
            }
            Event::TaskManagerExplained { task_manager, why } => {
                if !self.exceptions.explain(&task_manager, &why) {
                    self.never_came = Some((now.mono, format!("{task_manager} {why}")));
                }
                Ok(Handled::Applied)
            }
            Event::TaskManagerReconnected { task_manager } => Ok(self.task_manager_reconnected(&task_manager)),
            Event::SlotsScarce { free, pending } => {
                self.cluster_slots = (free, pending);
                Ok(Handled::Applied)
            }
            Event::DeployFailed { attempt, failure } => self.deploy_failed(now, attempt, failure, out),
            Event::Worker { task_manager, sequence, message, .. } => {
                self.worker_message(now, task_manager, sequence, message, out)
            }
            Event::Coordinator { attempt, message, .. } => self.coordinator_message(now, attempt, message, out),
        }
    }

    /// Does what has become possible.
    fn settle(&mut self, now: Now, out: &mut Commands) -> Result<(), ControlError> {
        match self.phase {
            Phase::Waiting | Phase::Over => Ok(()),
            Phase::Active(_) => {
                self.begin_due_restarts(now, out)?;
                self.schedule(now, out)?;
                self.commit_when_finished(out);
                Ok(())
            }
            Phase::Stopping(_) => self.end_when_stopped(now, out),
        }
    }

    fn tick(&mut self, now: Now, out: &mut Commands) -> Result<Handled, ControlError> {
        self.give_up_on_stuck_tasks(now, out);
        self.release_idle_slots(now, out);
        self.fail_without_slots(now, out)?;
        self.stop_awaiting_commit(now);
        Ok(Handled::Applied)
    }

    /// When the next `Tick` is due, if any.
    pub fn next_deadline(&self) -> Option<Mono> {
        let stuck = self.tasks.currents().filter_map(|execution| execution.cancel_deadline).min();
        let phase = match &self.phase {
            Phase::Active(active) => [
                self.next_restart(active),
                active.slot_deadline,
                self.slots.next_idle_deadline(self.settings.slot_idle_timeout),
            ]
            .into_iter()
            .flatten()
            .min(),
            Phase::Stopping(stopping) => stopping.commit.deadline(),
            Phase::Waiting | Phase::Over => return None,
        };
        stuck.into_iter().chain(phase).min()
    }

    fn enter(&mut self, now: Now, status: JobStatus, out: &mut Commands) -> Result<(), ControlError> {
        self.status = self.status.transition(status)?;
        self.timestamps.enter(status, now.wall_ms);
        out.push(Command::JobStatusChanged { status, at_ms: now.wall_ms });
        Ok(())
    }

    /// The job.
    pub fn job(&self) -> JobId {
        self.job
    }

    /// The leader it runs under.
    pub fn epoch(&self) -> LeaderEpoch {
        self.epoch
    }

    /// Its status.
    pub fn status(&self) -> JobStatus {
        self.status
    }

    /// When it entered each status.
    pub fn timestamps(&self) -> &StateTimestamps<JobStatus> {
        &self.timestamps
    }

    /// Its tasks, slots and regions.
    pub fn topology(&self) -> &Topology {
        &self.topology
    }

    /// A subtask's attempts.
    pub fn task(&self, id: ExecutionVertexId) -> Option<&ExecutionVertexHistory> {
        self.topology.task(id).map(|task| self.tasks.history(task))
    }

    /// Every subtask with its attempts, vertices in topological order.
    pub fn tasks(&self) -> impl Iterator<Item = (ExecutionVertexId, &ExecutionVertexHistory)> {
        self.topology.tasks().map(|task| (self.topology.id(task), self.tasks.history(task)))
    }

    /// The slot that a subtask runs in, or will run in; `None` while it has none.
    pub fn slot_of(&self, id: ExecutionVertexId) -> Option<PooledSlot> {
        self.slots.slot_of(self.topology.slice_of(self.topology.task(id)?))
    }

    /// How many slots the job holds.
    pub fn held_slots(&self) -> usize {
        self.slots.len()
    }

    /// Its failures.
    pub fn exceptions(&self) -> &ExceptionHistory {
        &self.exceptions
    }
}

//! A TaskManager's process: its machine, its workers, and its end of the connection.

use std::collections::{BTreeMap, BTreeSet};
use weft_common::{AllocationId, ExecutionAttemptId, JobId, TaskManagerId};
use weft_control::{ExecutionState, Failure, TaskManager, TaskManagerSettings, TaskStatus};

pub(crate) struct Process {
    pub(crate) machine: TaskManager,
    pub(crate) alive: bool,
    /// Nothing happens in it before.
    pub(crate) frozen_until: u64,
    /// The registration that made its connection.
    pub(crate) connection: Option<u64>,
    pub(crate) workers: BTreeMap<JobId, Worker>,
    /// Deployments that were received and neither handed to a worker nor discarded.
    pub(crate) deployments: BTreeSet<(JobId, ExecutionAttemptId)>,
    /// What each slot was granted to last.
    pub(crate) granted: BTreeMap<u32, (JobId, AllocationId)>,
}

/// A worker's process.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) incarnation: u64,
    pub(crate) ready: bool,
    pub(crate) tasks: BTreeMap<ExecutionAttemptId, Task>,
}

#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) state: ExecutionState,
    pub(crate) hung: bool,
}

/// What a task's next step is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fate {
    Go,
    Wait,
    Fail,
    /// Will not react to being cancelled; only killing its worker helps.
    Hang,
}

impl Process {
    pub(crate) fn new(number: usize, settings: TaskManagerSettings) -> Self {
        let machine = TaskManager::new(TaskManagerId(format!("tm-{number}")), settings, 0);
        Process {
            machine,
            alive: true,
            frozen_until: 0,
            connection: None,
            workers: BTreeMap::new(),
            deployments: BTreeSet::new(),
            granted: BTreeMap::new(),
        }
    }

    /// The worker of a job, if it is still the one with this number.
    pub(crate) fn worker(&mut self, job: JobId, incarnation: u64) -> Option<&mut Worker> {
        self.workers.get_mut(&job).filter(|worker| worker.incarnation == incarnation)
    }

    pub(crate) fn is_idle(&self) -> bool {
        let slots_free = self.machine.slots().all(|(_, _, grant)| grant.is_none());
        slots_free && self.machine.jobs().count() == 0 && self.workers.is_empty() && self.deployments.is_empty()
    }

    /// The process is gone, and with it its workers.
    pub(crate) fn end(&mut self) {
        self.alive = false;
        self.connection = None;
        self.workers.clear();
        self.deployments.clear();
    }

    pub(crate) fn describe(&self) -> String {
        if !self.alive {
            return format!("{} has ended", self.machine.id());
        }
        let (id, slots, jobs) = (self.machine.id(), self.machine.slots(), self.machine.jobs());
        format!(
            "{id} registered: {}, slots {:?}, jobs {:?}, workers {:?}, deployments {:?}, next deadline {:?}",
            self.machine.is_registered(),
            slots.collect::<Vec<_>>(),
            jobs.collect::<Vec<_>>(),
            self.workers,
            self.deployments,
            self.machine.next_deadline(),
        )
    }
}

impl Worker {
    /// Moves a task on; returns what it says, and whether it goes on.
    pub(crate) fn step(&mut self, attempt: ExecutionAttemptId, fate: Fate) -> (Option<TaskStatus>, bool) {
        use ExecutionState::*;
        let Some(task) = self.tasks.get_mut(&attempt) else { return (None, false) };
        task.state = match (task.state, fate) {
            (state, _) if state.is_terminal() => return (None, false),
            (Canceling, _) if task.hung => return (None, false),
            (_, Fate::Hang) => {
                task.hung = true;
                return (None, true);
            }
            (_, Fate::Wait) => return (None, true),
            (_, Fate::Fail) => Failed,
            (Deploying, _) => Initializing,
            (Initializing, _) => Running,
            (Running, _) => Finished,
            (Canceling, _) => Canceled,
            (other, _) => other,
        };
        let failure = (task.state == Failed).then(|| Failure::retryable("simulated"));
        (Some(TaskStatus { attempt, state: task.state, failure }), !task.state.is_terminal())
    }
}

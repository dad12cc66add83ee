//! What a TaskManager has of one job.

use super::memory::MemoryUse;
use super::worker::Worker;
use crate::{ExecutionState, Failure, TaskStatus};
use std::collections::BTreeMap;
use std::time::Duration;
use weft_common::{AllocationId, ExecutionAttemptId, JobId, JobVertexId, Mono};

/// The newest attempt of each subtask.
pub(super) type NewestAttempts = BTreeMap<(JobVertexId, u32), u32>;

/// What is remembered of jobs that have nothing here any more, and until when.
pub(super) type FormerJobs = BTreeMap<JobId, (Mono, NewestAttempts)>;

/// What there is of a job; a new one if there is nothing yet.
pub(super) fn entry<'a>(jobs: &'a mut BTreeMap<JobId, Job>, former: &mut FormerJobs, id: JobId) -> &'a mut Job {
    jobs.entry(id).or_insert_with(|| {
        let newest = former.remove(&id).map(|(_, newest)| newest).unwrap_or_default();
        Job { newest, ..Job::default() }
    })
}

/// A job's worker and tasks.
#[derive(Clone, Debug, Default)]
pub(super) struct Job {
    pub(super) worker: Worker,
    /// Whether this life of the worker was given a task.
    pub(super) worker_used: bool,
    pub(super) tasks: BTreeMap<ExecutionAttemptId, Task>,
    /// Tasks for which there is no worker yet, in the order in which they came.
    pub(super) queue: Vec<ExecutionAttemptId>,
    /// The newest attempt of each subtask that was heard of: one that is not newer and not among the tasks has ended.
    pub(super) newest: NewestAttempts,
    /// When to report again what has not been acknowledged.
    pub(super) report_due: Option<Mono>,
    /// When to forget the job although something has not been acknowledged; set while it has neither slots nor a worker.
    pub(super) forget_at: Option<Mono>,
    pub(super) memory: MemoryUse,
}

impl Job {
    /// Whether an attempt has not been heard of before; from now on it has.
    pub(super) fn hear_of(&mut self, attempt: ExecutionAttemptId) -> bool {
        let newest = self.newest.entry((attempt.vertex, attempt.subtask));
        let mut is_news = false;
        let number = newest.or_insert_with(|| {
            is_news = true;
            attempt.attempt
        });
        is_news |= attempt.attempt > *number;
        *number = attempt.attempt.max(*number);
        is_news
    }

    /// Forgets all tasks.
    pub(super) fn drop_tasks(&mut self) {
        self.tasks.clear();
        self.queue.clear();
        self.newest.clear();
        self.report_due = None;
    }

    /// Whether a task of this grant has not ended.
    pub(super) fn is_in_use(&self, allocation: AllocationId) -> bool {
        self.tasks.values().any(|task| task.allocation == Some(allocation) && task.is_live())
    }

    /// Forgets the tasks that ended before the report with this number was sent.
    pub(super) fn forget_ended(&mut self, reported: u64) {
        self.tasks.retain(|_, task| task.is_live() || task.listed.is_none_or(|listed| listed > reported));
    }

    /// Whether the last state of some task may not have arrived.
    pub(super) fn has_unacknowledged(&self) -> bool {
        self.tasks.values().any(|task| !task.is_live())
    }

    /// Every task as the JobMaster is told. Those that have ended are listed from this message on.
    pub(super) fn list_tasks(&mut self, sequence: u64) -> Vec<TaskStatus> {
        for task in self.tasks.values_mut().filter(|task| !task.is_live()) {
            task.listed.get_or_insert(sequence);
        }
        self.tasks.values().map(|task| task.status.clone()).collect()
    }

    pub(super) fn next_deadline(&self) -> Option<Mono> {
        let cancellations = self.tasks.values().filter_map(|task| task.cancellation.as_ref()).map(Cancellation::due);
        let others = [self.report_due, self.forget_at, self.worker.kill_at()];
        cancellations.chain(others.into_iter().flatten()).min()
    }
}

/// One attempt of one subtask.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) status: TaskStatus,
    /// The grant it runs under; `None` for one that was refused, or cancelled before it came.
    pub(super) allocation: Option<AllocationId>,
    /// Whether a worker was given it.
    pub(super) in_worker: bool,
    pub(super) cancellation: Option<Cancellation>,
    /// The first report that listed its last state.
    listed: Option<u64>,
}

impl Task {
    pub(super) fn queued(attempt: ExecutionAttemptId, allocation: AllocationId) -> Self {
        let status = TaskStatus { attempt, state: ExecutionState::Deploying, failure: None };
        Task { status, allocation: Some(allocation), in_worker: false, cancellation: None, listed: None }
    }

    /// One that never runs here.
    pub(super) fn ended(attempt: ExecutionAttemptId, state: ExecutionState, failure: Option<Failure>) -> Self {
        let status = TaskStatus { attempt, state, failure };
        Task { status, allocation: None, in_worker: false, cancellation: None, listed: None }
    }

    pub(super) fn is_live(&self) -> bool {
        !self.status.state.is_terminal()
    }

    /// Follows what its worker says; tells whether it is news. One that is to stop is not running again because it says so.
    pub(super) fn follow(&mut self, status: TaskStatus) -> bool {
        let stays = self.status.state == ExecutionState::Canceling && !status.state.is_terminal();
        if !self.is_live() || stays || status.state == self.status.state {
            return false;
        }
        self.end_cancellation_if(status.state.is_terminal());
        self.status = status;
        true
    }

    pub(super) fn fail(&mut self, failure: Failure) {
        self.status.state = ExecutionState::Failed;
        self.status.failure = Some(failure);
        self.end_cancellation_if(true);
    }

    fn end_cancellation_if(&mut self, over: bool) {
        if over {
            self.cancellation = None;
        }
    }
}

/// A task that was asked to stop.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cancellation {
    pub(super) since: Mono,
    pub(super) next_warning: Mono,
    /// When its worker is given up.
    pub(super) give_up: Option<Mono>,
}

impl Cancellation {
    pub(super) fn new(now: Mono, interval: Duration, timeout: Option<Duration>) -> Self {
        Cancellation { since: now, next_warning: now + interval, give_up: timeout.map(|timeout| now + timeout) }
    }

    fn due(&self) -> Mono {
        self.give_up.map_or(self.next_warning, |give_up| give_up.min(self.next_warning))
    }
}

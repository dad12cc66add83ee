//! A TaskManager: slots, tasks, and a memory of what it was told to cancel.

use std::collections::{BTreeMap, BTreeSet};
use weft_common::{AllocationId, ExecutionAttemptId, JobId, SlotId, TaskManagerId};
use weft_control::{ExecutionState, Failure, OfferedSlot, SlotReport, TaskManagerMessage, TaskStatus, WorkerMessage};

/// What a TaskManager is asked to do.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    GrantSlot { index: u32, job: JobId, allocation: AllocationId },
    FreeSlot { allocation: AllocationId },
    Deploy { job: JobId, attempt: ExecutionAttemptId, allocation: AllocationId },
    Cancel { job: JobId, attempt: ExecutionAttemptId },
    KillWorker { job: JobId },
}

/// What comes of it.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    ToResource(TaskManagerMessage),
    ToJob(JobId, WorkerMessage),
    GrantRefused(SlotId, AllocationId),
    DeployRefused(JobId, ExecutionAttemptId),
    WorkerKilled(JobId, Vec<AllocationId>),
    Step(JobId, ExecutionAttemptId),
}

#[derive(Debug)]
pub(crate) struct TaskManager {
    pub(crate) id: TaskManagerId,
    pub(crate) alive: bool,
    pub(crate) sequence: u64,
    slots: Vec<Option<(JobId, AllocationId)>>,
    tasks: BTreeMap<(JobId, ExecutionAttemptId), Task>,
    cancelled: BTreeSet<(JobId, ExecutionAttemptId)>,
    /// Jobs that ever had something here, and so are sent reports.
    jobs: BTreeSet<JobId>,
}

#[derive(Debug)]
struct Task {
    state: ExecutionState,
    allocation: AllocationId,
    hung: bool,
}

impl TaskManager {
    pub(crate) fn new(number: usize, slots: usize) -> Self {
        TaskManager {
            id: TaskManagerId(format!("tm-{number}")),
            alive: true,
            sequence: 0,
            slots: vec![None; slots],
            tasks: BTreeMap::new(),
            cancelled: BTreeSet::new(),
            jobs: BTreeSet::new(),
        }
    }

    pub(crate) fn handle(&mut self, request: Request) -> Vec<Answer> {
        match request {
            Request::GrantSlot { index, job, allocation } => self.grant(index, job, allocation),
            Request::FreeSlot { allocation } => self.free(allocation),
            Request::Deploy { job, attempt, allocation } => self.deploy(job, attempt, allocation),
            Request::Cancel { job, attempt } => self.cancel(job, attempt),
            Request::KillWorker { job } => self.kill_worker(job),
        }
    }

    fn grant(&mut self, index: u32, job: JobId, allocation: AllocationId) -> Vec<Answer> {
        let slot = SlotId { task_manager: self.id.clone(), index };
        match &mut self.slots[index as usize] {
            Some(held) if *held != (job, allocation) => vec![Answer::GrantRefused(slot, allocation)],
            held => {
                *held = Some((job, allocation));
                self.jobs.insert(job);
                vec![
                    Answer::ToResource(TaskManagerMessage::SlotGranted { index, allocation }),
                    Answer::ToJob(job, WorkerMessage::SlotsOffered(vec![OfferedSlot { allocation, slot }])),
                ]
            }
        }
    }

    fn free(&mut self, allocation: AllocationId) -> Vec<Answer> {
        let Some(index) = self.slots.iter().position(|held| held.is_some_and(|(_, a)| a == allocation)) else {
            return Vec::new();
        };
        self.slots[index] = None;
        self.tasks.retain(|_, task| task.allocation != allocation);
        vec![Answer::ToResource(TaskManagerMessage::SlotFreed { index: index as u32, allocation })]
    }

    fn deploy(&mut self, job: JobId, attempt: ExecutionAttemptId, allocation: AllocationId) -> Vec<Answer> {
        if self.tasks.contains_key(&(job, attempt)) {
            return Vec::new();
        }
        let same_subtask = |(of, other): &(JobId, ExecutionAttemptId)| {
            *of == job && (other.vertex, other.subtask) == (attempt.vertex, attempt.subtask)
        };
        let newer = self.tasks.keys().any(|key| same_subtask(key) && key.1.attempt > attempt.attempt);
        if newer || self.cancelled.contains(&(job, attempt)) || !self.slots.contains(&Some((job, allocation))) {
            return vec![Answer::DeployRefused(job, attempt)];
        }
        self.tasks.insert((job, attempt), Task { state: ExecutionState::Deploying, allocation, hung: false });
        vec![status(job, attempt, ExecutionState::Deploying), Answer::Step(job, attempt)]
    }

    fn cancel(&mut self, job: JobId, attempt: ExecutionAttemptId) -> Vec<Answer> {
        self.jobs.insert(job);
        self.cancelled.insert((job, attempt));
        match self.tasks.get_mut(&(job, attempt)) {
            None => vec![status(job, attempt, ExecutionState::Canceled)],
            Some(task) if task.state.is_terminal() => vec![status(job, attempt, task.state)],
            Some(task) => {
                task.state = ExecutionState::Canceling;
                vec![Answer::Step(job, attempt)]
            }
        }
    }

    fn kill_worker(&mut self, job: JobId) -> Vec<Answer> {
        let held: Vec<_> = self.slots.iter().flatten().filter(|(of, _)| *of == job).map(|(_, a)| *a).collect();
        let mut answers: Vec<_> = held.iter().flat_map(|allocation| self.free(*allocation)).collect();
        self.tasks.retain(|(of, _), _| *of != job);
        answers.push(Answer::WorkerKilled(job, held));
        answers
    }

    /// Moves a task on; `fate` decides what happens to it: fail, hang, or go its way.
    pub(crate) fn step(&mut self, job: JobId, attempt: ExecutionAttemptId, fate: Fate) -> Vec<Answer> {
        use ExecutionState::*;
        let Some(task) = self.tasks.get_mut(&(job, attempt)) else { return Vec::new() };
        task.state = match (task.state, fate) {
            (state, _) if state.is_terminal() => return Vec::new(),
            (Canceling, _) if task.hung => return Vec::new(),
            (_, Fate::Hang) => {
                task.hung = true;
                return vec![Answer::Step(job, attempt)];
            }
            (_, Fate::Wait) => return vec![Answer::Step(job, attempt)],
            (_, Fate::Fail) => Failed,
            (Deploying, _) => Initializing,
            (Initializing, _) => Running,
            (Running, _) => Finished,
            (Canceling, _) => Canceled,
            (other, _) => other,
        };
        let mut answers = vec![status(job, attempt, task.state)];
        if !task.state.is_terminal() {
            answers.push(Answer::Step(job, attempt));
        }
        answers
    }

    /// Everything it knows, for everybody concerned.
    pub(crate) fn heartbeat(&self) -> Vec<Answer> {
        let slots = self.slots.iter().zip(0..).map(|(grant, index)| SlotReport { index, grant: *grant });
        let mut answers = vec![Answer::ToResource(TaskManagerMessage::SlotReport(slots.collect()))];
        for &job in &self.jobs {
            let held = self.slots.iter().zip(0..).filter_map(|(held, index)| {
                let (of, allocation) = (*held)?;
                let slot = SlotId { task_manager: self.id.clone(), index };
                (of == job).then_some(OfferedSlot { allocation, slot })
            });
            let held: Vec<_> = held.collect();
            let tasks = self.tasks.iter().filter(|((of, _), _)| *of == job);
            let tasks = tasks.map(|((_, attempt), task)| task_status(*attempt, task.state)).collect();
            let allocations = held.iter().map(|slot| slot.allocation).collect();
            let unused = |slot: &OfferedSlot| self.tasks.values().all(|task| task.allocation != slot.allocation);
            let offers: Vec<_> = held.into_iter().filter(unused).collect();
            if !offers.is_empty() {
                answers.push(Answer::ToJob(job, WorkerMessage::SlotsOffered(offers)));
            }
            answers.push(Answer::ToJob(job, WorkerMessage::Report { tasks, allocations }));
        }
        answers
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.slots.iter().all(Option::is_none) && self.tasks.is_empty()
    }

    pub(crate) fn crash(&mut self) {
        self.alive = false;
        self.tasks.clear();
        self.slots.clear();
    }
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

fn task_status(attempt: ExecutionAttemptId, state: ExecutionState) -> TaskStatus {
    let failure = (state == ExecutionState::Failed).then(|| Failure::retryable("simulated"));
    TaskStatus { attempt, state, failure }
}

fn status(job: JobId, attempt: ExecutionAttemptId, state: ExecutionState) -> Answer {
    Answer::ToJob(job, WorkerMessage::TaskStateChanged(task_status(attempt, state)))
}

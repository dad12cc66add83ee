//! Exact commands for exact events.

mod leader;
mod memory;
mod messages;
mod registration;
mod running;
mod workers;

use super::TaskManagerCommand as Do;
use super::*;
use crate::{Failure, OfferedSlot, SlotReport, TaskManagerMessage, TaskStatus, WorkerMessage};
use std::time::Duration;
use weft_common::{JobVertexId, SlotId};

const EPOCH: LeaderEpoch = LeaderEpoch { counter: 3, random: 77 };
const JOB: JobId = JobId(9);
const OTHER: JobId = JobId(10);

fn at(ms: u64) -> Mono {
    Mono::from_millis(ms)
}

/// Attempt `attempt` of subtask `subtask` of the one vertex.
fn att(subtask: u32, attempt: u32) -> ExecutionAttemptId {
    ExecutionAttemptId { vertex: JobVertexId(1), subtask, attempt }
}

fn grant(number: u128) -> AllocationId {
    AllocationId(100 + number)
}

fn status(attempt: ExecutionAttemptId, state: ExecutionState) -> TaskStatus {
    TaskStatus { attempt, state, failure: None }
}

/// A TaskManager with its clock, in milliseconds.
struct Tm {
    machine: TaskManager,
    at_ms: u64,
}

impl Tm {
    fn new(settings: TaskManagerSettings) -> Self {
        Tm { machine: TaskManager::new(TaskManagerId("tm-1".to_owned()), settings, 0), at_ms: 0 }
    }

    /// One with two slots that has registered, and said so.
    fn registered() -> Self {
        Tm::registered_with(TaskManagerSettings::default())
    }

    fn registered_with(settings: TaskManagerSettings) -> Self {
        let mut tm = Tm::new(TaskManagerSettings { slots: 2, ..settings });
        tm.on(TaskManagerEvent::Start);
        let report = tm.slot_report(&[None, None]);
        assert_eq!(tm.on(TaskManagerEvent::Registered { attempt: 1, epoch: EPOCH }), [report]);
        tm
    }

    /// One whose first slot is [`JOB`]'s, with its worker, the first, ready.
    fn with_worker() -> Self {
        Tm::with_worker_and(TaskManagerSettings::default())
    }

    fn with_worker_and(settings: TaskManagerSettings) -> Self {
        let mut tm = Tm::registered_with(settings);
        tm.request(0, JOB, 0);
        assert_eq!(tm.on(TaskManagerEvent::WorkerReady { job: JOB, incarnation: 1 }), []);
        tm
    }

    /// One that runs a task in that worker.
    fn running() -> Self {
        Tm::running_with(TaskManagerSettings::default())
    }

    fn running_with(settings: TaskManagerSettings) -> Self {
        let mut tm = Tm::with_worker_and(settings);
        tm.order(LeaderOrder::Deploy { job: JOB, tasks: vec![(att(0, 0), 0)] });
        for state in [ExecutionState::Initializing, ExecutionState::Running] {
            let told = tm.tell_status(1, status(att(0, 0), state));
            assert_eq!(tm.task(1, status(att(0, 0), state)), [told]);
        }
        let sequence = tm.machine.sequence;
        assert_eq!(tm.order(LeaderOrder::Acknowledge { job: JOB, sequence, accepted: vec![grant(0)] }), []);
        tm
    }

    fn on(&mut self, event: TaskManagerEvent) -> Vec<Do> {
        let mut out = Vec::new();
        self.machine.on(at(self.at_ms), event, &mut out).expect("a legal event");
        out
    }

    fn order(&mut self, order: LeaderOrder) -> Vec<Do> {
        self.on(TaskManagerEvent::Leader { epoch: EPOCH, order })
    }

    fn request(&mut self, index: u32, job: JobId, number: u128) -> Vec<Do> {
        self.order(LeaderOrder::RequestSlot { index, job, allocation: grant(number) })
    }

    fn task(&mut self, incarnation: u64, status: TaskStatus) -> Vec<Do> {
        self.on(TaskManagerEvent::Task { job: JOB, incarnation, status })
    }

    fn ended(&mut self, incarnation: u64, end: WorkerEnd) -> Vec<Do> {
        self.on(TaskManagerEvent::WorkerEnded { job: JOB, incarnation, end, last_words: None })
    }

    /// Lets time pass up to the next deadline, which must be at `at_ms`.
    fn tick_at(&mut self, at_ms: u64) -> Vec<Do> {
        assert_eq!(self.machine.next_deadline(), Some(at(at_ms)));
        self.at_ms = at_ms;
        let out = self.on(TaskManagerEvent::Tick);
        assert!(self.machine.next_deadline().is_none_or(|next| next > at(at_ms)));
        out
    }

    /// Lets time pass, whatever happens in between.
    fn pass_until(&mut self, at_ms: u64) -> Vec<Do> {
        let mut out = Vec::new();
        while let Some(next) = self.machine.next_deadline().filter(|next| *next <= at(at_ms)) {
            out.extend(self.tick_at(next.0 / 1_000_000));
        }
        self.at_ms = at_ms;
        out
    }

    /// The `ahead`-th next message to the ResourceManager.
    fn tell_resource(&self, ahead: u64, message: TaskManagerMessage) -> Do {
        Do::TellResourceManager { sequence: self.machine.sequence + ahead, message }
    }

    fn tell_job(&self, ahead: u64, message: WorkerMessage) -> Do {
        Do::TellJobMaster { job: JOB, sequence: self.machine.sequence + ahead, message }
    }

    fn tell_status(&self, ahead: u64, status: TaskStatus) -> Do {
        self.tell_job(ahead, WorkerMessage::TaskStateChanged(status))
    }

    fn tell_report(&self, ahead: u64, tasks: &[TaskStatus], grants: &[u128]) -> Do {
        let allocations = grants.iter().map(|number| grant(*number)).collect();
        self.tell_job(ahead, WorkerMessage::Report { tasks: tasks.to_vec(), allocations })
    }

    fn tell_offer(&self, ahead: u64, slots: &[(u32, u128)]) -> Do {
        let offers = slots.iter().map(|(index, number)| OfferedSlot {
            allocation: grant(*number),
            slot: SlotId { task_manager: self.machine.id().clone(), index: *index },
        });
        self.tell_job(ahead, WorkerMessage::SlotsOffered(offers.collect()))
    }

    /// The next message, which reports the slots.
    fn slot_report(&self, grants: &[Option<(JobId, u128)>]) -> Do {
        let grants = grants.iter().map(|held| held.map(|(job, number)| (job, grant(number))));
        let report = (0..).zip(grants).map(|(index, grant)| SlotReport { index, grant }).collect();
        self.tell_resource(1, TaskManagerMessage::SlotReport(report))
    }

    fn freed(&self, ahead: u64, index: u32, number: u128) -> Do {
        self.tell_resource(ahead, TaskManagerMessage::SlotFreed { index, allocation: grant(number) })
    }

    fn granted(&self, ahead: u64, index: u32, number: u128) -> Do {
        self.tell_resource(ahead, TaskManagerMessage::SlotGranted { index, allocation: grant(number) })
    }

    fn slot_states(&self) -> Vec<SlotState> {
        self.machine.slots().map(|(_, state, _)| state).collect()
    }
}

fn start(incarnation: u64) -> Do {
    Do::StartWorker { job: JOB, incarnation }
}

fn deploy(incarnation: u64, attempts: &[ExecutionAttemptId]) -> Do {
    Do::Deploy { job: JOB, incarnation, attempts: attempts.to_vec() }
}

/// What the one task that fails in `out` is told to have failed with.
fn failure_in(out: &[Do]) -> &Failure {
    let failures = out.iter().filter_map(|command| match command {
        Do::TellJobMaster { message: WorkerMessage::TaskStateChanged(status), .. } => status.failure.as_ref(),
        _ => None,
    });
    let failures: Vec<_> = failures.collect();
    assert_eq!(failures.len(), 1, "{out:?}");
    failures[0]
}

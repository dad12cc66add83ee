//! Exact commands for exact events.

mod cancelling;
mod failing;
mod messages;
mod running;
mod slots;

use super::*;
use crate::{ExecutionState, Failure, FixedDelay, RestartStrategy, SliceIndex, SlotState};
use std::time::Duration;
use weft_common::{AllocationId, ExecutionAttemptId, JobVertexId, SlotId};
use weft_graph::{ExchangeMode, JobEdge, JobGraph, JobVertex, RuntimeMode, ShipStrategy};

const EPOCH: LeaderEpoch = LeaderEpoch { counter: 3, random: 77 };

fn vertex_id(number: u32) -> JobVertexId {
    JobVertexId(u128::from(number) + 1)
}

/// A vertex: name, parallelism, slot-sharing group.
type Vertex = (&'static str, u32, &'static str);

fn graph(vertices: &[Vertex], edges: &[(u32, u32, ShipStrategy, ExchangeMode)]) -> ExecutionGraph {
    let vertices = vertices.iter().enumerate().map(|(number, (name, parallelism, group))| JobVertex {
        id: vertex_id(number as u32),
        name: (*name).to_owned(),
        operators: Vec::new(),
        parallelism: *parallelism,
        max_parallelism: None,
        slot_sharing_group: (*group).to_owned(),
        blocking: false,
    });
    let edges = edges.iter().map(|(from, to, ship, exchange)| JobEdge {
        stream_edge: 0,
        from: vertex_id(*from),
        from_operator: weft_common::OperatorId(0),
        output: 0,
        to: vertex_id(*to),
        input: 0,
        ship: *ship,
        distribution: ship.distribution(),
        exchange: *exchange,
    });
    ExecutionGraph::new(&JobGraph {
        name: "test".to_owned(),
        runtime_mode: RuntimeMode::Streaming,
        vertices: vertices.collect(),
        edges: edges.collect(),
    })
}

/// Two vertices of parallelism `p`, every subtask connected with every other: one region, p slots.
fn shuffled(p: u32) -> ExecutionGraph {
    graph(&[("Source", p, "default"), ("Sink", p, "default")], &[(0, 1, ShipStrategy::Hash, ExchangeMode::Pipelined)])
}

/// Two vertices joined by forward edges: `p` regions, p slots.
fn side_by_side(p: u32) -> ExecutionGraph {
    let edges = [(0, 1, ShipStrategy::Forward, ExchangeMode::Pipelined)];
    graph(&[("Source", p, "default"), ("Sink", p, "default")], &edges)
}

fn fixed_delay(attempts: u32, delay_ms: u64) -> JobMasterSettings {
    let restart = RestartStrategy::FixedDelay(FixedDelay { attempts, delay: Duration::from_millis(delay_ms) });
    JobMasterSettings { restart, ..JobMasterSettings::default() }
}

/// The `number`-th slot: two on each TaskManager, allocation ids from 100.
fn slot(number: u32) -> PooledSlot {
    let slot = SlotId { task_manager: tm(number / 2), index: number % 2 };
    PooledSlot { allocation: AllocationId(100 + u128::from(number)), slot }
}

fn tm(number: u32) -> TaskManagerId {
    TaskManagerId(format!("tm-{number}"))
}

/// Attempt `attempt` of subtask `subtask` of vertex `vertex`.
fn att(vertex: u32, subtask: u32, attempt: u32) -> ExecutionAttemptId {
    ExecutionAttemptId { vertex: vertex_id(vertex), subtask, attempt }
}

fn deploy(attempt: ExecutionAttemptId, slot: PooledSlot) -> Command {
    Command::Deploy { attempt, allocation: slot.allocation, slot: slot.slot }
}

fn cancel(attempt: ExecutionAttemptId, slot: PooledSlot) -> Command {
    Command::CancelTask { attempt, task_manager: slot.slot.task_manager }
}

/// A job with its clock: mono and wall milliseconds alike, both from 1000.
struct Job {
    master: JobMaster,
    at_ms: u64,
    sequence: u64,
}

impl Job {
    fn new(graph: &ExecutionGraph, settings: JobMasterSettings) -> Self {
        let at_ms = 1000;
        let master = JobMaster::new(now(at_ms), JobId(9), EPOCH, graph, settings, 42);
        Job { master, at_ms, sequence: 0 }
    }

    /// A job whose tasks all run, in the first slots.
    fn running(graph: &ExecutionGraph, settings: JobMasterSettings) -> Self {
        let mut job = Job::new(graph, settings);
        job.on(Event::Start);
        job.offer(0..graph.needed_slots());
        job.all_reach(ExecutionState::Running);
        assert!(job.master.tasks().all(|(_, task)| task.current().state() == ExecutionState::Running));
        job
    }

    fn on(&mut self, event: Event) -> Vec<Command> {
        let mut out = Commands::new();
        self.master.on(now(self.at_ms), event, &mut out).expect("a legal event");
        out
    }

    fn handled(&mut self, event: Event) -> Handled {
        let mut out = Commands::new();
        let handled = self.master.on(now(self.at_ms), event, &mut out).expect("a legal event");
        if let Handled::Ignored(_) = handled {
            assert_eq!(out, [], "an ignored event has no consequences");
        }
        handled
    }

    /// Lets time pass up to the next deadline, which must be at `at_ms`.
    fn tick_at(&mut self, at_ms: u64) -> Vec<Command> {
        assert_eq!(self.master.next_deadline(), Some(Mono::from_millis(at_ms)));
        self.at_ms = at_ms;
        let out = self.on(Event::Tick);
        assert!(self.master.next_deadline().is_none_or(|next| next > Mono::from_millis(at_ms)));
        out
    }

    fn worker(&mut self, from: TaskManagerId, message: WorkerMessage) -> Event {
        self.sequence += 1;
        Event::Worker { epoch: EPOCH, task_manager: from, sequence: self.sequence, message }
    }

    fn offer(&mut self, slots: std::ops::Range<u32>) -> Vec<Command> {
        let offers: Vec<_> = slots.map(slot).collect();
        let event = self.worker(tm(0), WorkerMessage::SlotsOffered(offers));
        self.on(event)
    }

    fn reaches(&mut self, attempt: ExecutionAttemptId, state: ExecutionState) -> Event {
        self.status_event(attempt, state, None)
    }

    fn fails(&mut self, attempt: ExecutionAttemptId, failure: Failure) -> Event {
        self.status_event(attempt, ExecutionState::Failed, Some(failure))
    }

    fn status_event(&mut self, attempt: ExecutionAttemptId, state: ExecutionState, failure: Option<Failure>) -> Event {
        let from = self.place_of(attempt).map_or(tm(0), |place| place.slot.task_manager);
        self.worker(from, WorkerMessage::TaskStateChanged(TaskStatus { attempt, state, failure }))
    }

    fn place_of(&self, attempt: ExecutionAttemptId) -> Option<PooledSlot> {
        let id = ExecutionVertexId { vertex: attempt.vertex, subtask: attempt.subtask };
        self.master.task(id)?.current().place().cloned()
    }

    fn state_of(&self, vertex: u32, subtask: u32) -> (u32, ExecutionState) {
        let id = ExecutionVertexId { vertex: vertex_id(vertex), subtask };
        let execution = self.master.task(id).expect("the task exists").current();
        (execution.attempt(), execution.state())
    }

    /// Every task that is on a TaskManager reports `state`; all commands together.
    fn all_reach(&mut self, state: ExecutionState) -> Vec<Command> {
        let deployed = |execution: &Execution| execution.state().is_deployed();
        let tasks = self.master.tasks().filter(|(_, task)| deployed(task.current()));
        let attempts: Vec<_> = tasks.map(|(id, task)| id.attempt(task.current().attempt())).collect();
        let mut out = Vec::new();
        for attempt in attempts {
            let event = self.reaches(attempt, state);
            out.extend(self.on(event));
        }
        out
    }

    fn coordinator(&mut self, attempt: u32, message: CoordinatorMessage) -> Vec<Command> {
        self.on(Event::Coordinator { epoch: EPOCH, attempt, message })
    }

    /// The answer to the newest message, a report: the job holds these slots.
    fn acknowledgement(&self, task_manager: TaskManagerId, holds: &[u32]) -> Command {
        let accepted = holds.iter().map(|number| slot(*number).allocation).collect();
        Command::Acknowledge { task_manager, sequence: self.sequence, accepted }
    }

    fn status(&self, status: JobStatus) -> Command {
        Command::JobStatusChanged { status, at_ms: self.at_ms as i64 }
    }
}

fn now(at_ms: u64) -> Now {
    Now { mono: Mono::from_millis(at_ms), wall_ms: at_ms as i64 }
}

fn finished(status: JobStatus) -> Command {
    Command::Finished(JobResult { status, failure: None })
}

/// The sentence with which a job failed.
fn final_message(out: &[Command]) -> &str {
    match out.last() {
        Some(Command::Finished(JobResult { status: JobStatus::Failed, failure: Some(failure) })) => &failure.message,
        other => panic!("the job did not fail: {other:?}"),
    }
}

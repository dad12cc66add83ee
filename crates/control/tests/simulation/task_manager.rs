//! A TaskManager's process: what its machine is told, and what it does about it.

use crate::bug::Bug;
use crate::process::{Fate, Task, Worker};
use crate::random::TOO_MUCH_MEMORY;
use crate::world::{Action, EPOCH, FORMER, Said, World};
use std::collections::BTreeMap;
use weft_common::{ExecutionAttemptId, JobId, LeaderEpoch};
use weft_control::*;

impl World {
    pub(crate) fn tell_task_manager(&mut self, number: usize, event: TaskManagerEvent) {
        match &event {
            TaskManagerEvent::Registered { attempt, .. } => self.connected(number, *attempt),
            TaskManagerEvent::Disconnected { .. } => self.processes[number].connection = None,
            TaskManagerEvent::ShutDown { .. } => self.outcome.task_managers_that_left += 1,
            _ => {}
        }
        let now = self.now().mono;
        let mut out = TaskManagerCommands::new();
        let fenced = matches!(&event, TaskManagerEvent::Leader { epoch, .. } if *epoch == FORMER);
        match self.processes[number].machine.on(now, event, &mut out) {
            Err(ControlError::Fenced(_)) => assert!(out.is_empty()),
            Err(error) => panic!("TaskManager {number}: {error}"),
            // One that is leaving listens to nobody.
            Ok(()) => assert!(!fenced || out.is_empty(), "an order of another leader was obeyed"),
        }
        for command in out {
            if self.trace {
                println!("         TaskManager {number}: {command:?}");
            }
            if self.processes[number].alive {
                self.obey(number, command);
            }
        }
        self.check_process(number);
        if let Some(next) = self.processes[number].machine.next_deadline() {
            self.at_deadline(next, Action::TaskManagerDeadline(number));
        }
    }

    /// The answer to an attempt that was given up meanwhile belongs to a connection that is closed.
    fn connected(&mut self, number: usize, attempt: u64) {
        if self.sessions.get(&number) == Some(&attempt) {
            self.processes[number].connection = Some(attempt);
        }
    }

    pub(crate) fn task_manager_deadline(&mut self, number: usize) {
        let now = self.now().mono;
        if self.processes[number].machine.next_deadline().is_none_or(|deadline| deadline > now) {
            return;
        }
        self.tell_task_manager(number, TaskManagerEvent::Tick);
        let next = self.processes[number].machine.next_deadline();
        assert!(next.is_none_or(|next| next > now), "a tick at {now:?} leaves the deadline {next:?}");
    }

    /// An order arrives, if the connection it was sent over is still there.
    pub(crate) fn deliver(&mut self, number: usize, session: u64, epoch: LeaderEpoch, order: LeaderOrder) {
        if self.processes[number].connection != Some(session) {
            // What the connection begins with has not arrived yet.
            if self.sessions.get(&number) == Some(&session) {
                self.soon(10, Action::ToTaskManager(number, session, epoch, order));
            }
            return;
        }
        if let LeaderOrder::Deploy { job, tasks } = &order
            && epoch == EPOCH
        {
            self.processes[number].deployments.extend(tasks.iter().map(|(attempt, _)| (*job, *attempt)));
        }
        self.tell_task_manager(number, TaskManagerEvent::Leader { epoch, order });
    }

    fn obey(&mut self, number: usize, command: TaskManagerCommand) {
        use TaskManagerCommand::*;
        match command {
            Connect { attempt, .. } => {
                self.processes[number].connection = None;
                self.send(Action::Register(number, attempt));
            }
            Disconnect => self.break_connection(number),
            Heartbeat => self.say(number, Said::Alive),
            TellResourceManager { sequence, message } => {
                let message = self.without_freed_slots(number, message);
                self.say(number, Said::Resource(EPOCH, sequence, message));
            }
            TellJobMaster { job, sequence, message } => self.say_to_job(number, job, sequence, message),
            Leave { cause } => self.say(number, Said::Leaves(cause)),
            StartWorker { job, incarnation } => self.start_worker(number, job, incarnation),
            Deploy { job, incarnation, attempts } => self.run_tasks(number, job, incarnation, attempts),
            Discard { job, attempt } => {
                self.processes[number].deployments.remove(&(job, attempt));
            }
            CancelTask { job, incarnation, attempt } => self.cancel(number, job, incarnation, attempt),
            DropSlot { job, incarnation, .. } => {
                assert!(self.processes[number].worker(job, incarnation).is_some(), "a slot of no worker");
            }
            StopWorker { job, incarnation } => {
                let slow = if self.rng.chance(100) { 400 } else { 60 };
                self.end_worker(number, job, incarnation, slow, WorkerEnd::Exited(0));
            }
            KillWorker { job, incarnation, .. } => {
                self.outcome.killed_workers += 1;
                self.end_worker(number, job, incarnation, 20, WorkerEnd::Signalled(9));
            }
            ReportStuckTask { .. } | WarnOfMemory { .. } => {}
            ForgetJob { job } => {
                let process = &self.processes[number];
                assert!(!process.workers.contains_key(&job), "a job forgotten with its worker");
                assert!(process.deployments.iter().all(|(of, _)| *of != job), "a job forgotten with deployments");
            }
            Exit(_) => self.process_ended(number),
        }
    }

    fn say(&mut self, number: usize, said: Said) {
        if let Some(session) = self.processes[number].connection {
            self.send(Action::FromTaskManager(number, session, said));
        }
    }

    /// With the bug of that name; without it, the message as it is.
    fn without_freed_slots(&mut self, number: usize, message: TaskManagerMessage) -> TaskManagerMessage {
        if self.bug != Some(Bug::FreedSlotsStayGranted) {
            return message;
        }
        let process = &mut self.processes[number];
        process.granted.extend(process.machine.slots().filter_map(|(index, _, grant)| Some((index, grant?))));
        let last = |index| SlotReport { index, grant: process.granted.get(&index).copied() };
        match message {
            TaskManagerMessage::SlotReport(_) | TaskManagerMessage::SlotFreed { .. } => {
                TaskManagerMessage::SlotReport(process.machine.slots().map(|(index, ..)| last(index)).collect())
            }
            granted => granted,
        }
    }

    fn say_to_job(&mut self, number: usize, job: JobId, sequence: u64, message: WorkerMessage) {
        if self.rng.chance(10) {
            self.say(number, Said::Job(FORMER, job, sequence, message.clone()));
        }
        self.say(number, Said::Job(EPOCH, job, sequence, message));
    }

    fn start_worker(&mut self, number: usize, job: JobId, incarnation: u64) {
        let worker = Worker { incarnation, ready: false, tasks: BTreeMap::new() };
        let former = self.processes[number].workers.insert(job, worker);
        assert!(former.is_none(), "two workers of one job: {former:?}");
        if !self.calm() && self.rng.chance(50) {
            self.outcome.failed_starts += 1;
            let end = WorkerEnd::CannotStart(Failure::retryable("no space left on device"));
            self.soon(100, Action::WorkerEnds(number, job, incarnation, end));
        } else {
            self.soon(100, Action::TaskManager(number, TaskManagerEvent::WorkerReady { job, incarnation }));
        }
    }

    fn run_tasks(&mut self, number: usize, job: JobId, incarnation: u64, attempts: Vec<ExecutionAttemptId>) {
        for attempt in attempts {
            assert!(self.started.insert((job, attempt)), "{attempt:?} runs twice");
            assert!(self.processes[number].deployments.remove(&(job, attempt)), "{attempt:?} was discarded");
            self.assert_alone(number, job, attempt);
            let worker = self.processes[number].worker(job, incarnation).expect("tasks for a worker that is there");
            worker.ready = true;
            worker.tasks.insert(attempt, Task { state: ExecutionState::Deploying, hung: false });
            self.soon(60, Action::Step(number, job, incarnation, attempt));
        }
    }

    /// As long as a job holds a slot, no subtask runs twice in it.
    fn assert_alone(&self, number: usize, job: JobId, attempt: ExecutionAttemptId) {
        let place = |attempt| self.deployed.get(&(job, attempt));
        let Some(worker) = self.processes[number].workers.get(&job) else { return };
        let live = worker.tasks.iter().filter(|(_, task)| !task.state.is_terminal()).map(|(attempt, _)| *attempt);
        for other in live.filter(|other| (other.vertex, other.subtask) == (attempt.vertex, attempt.subtask)) {
            assert!(place(other) != place(attempt), "{attempt:?} runs while {other:?} does, in one slot");
        }
    }

    fn cancel(&mut self, number: usize, job: JobId, incarnation: u64, attempt: ExecutionAttemptId) {
        let worker = self.processes[number].worker(job, incarnation).expect("a task to cancel has a worker");
        let Some(task) = worker.tasks.get_mut(&attempt).filter(|task| !task.state.is_terminal()) else { return };
        task.state = ExecutionState::Canceling;
        self.soon(60, Action::Step(number, job, incarnation, attempt));
        if self.bug == Some(Bug::CanceledTooEarly) {
            let status = TaskStatus { attempt, state: ExecutionState::Canceled, failure: None };
            self.local.push_back(Action::TaskManager(number, TaskManagerEvent::Task { job, incarnation, status }));
        }
    }

    pub(crate) fn step(&mut self, number: usize, job: JobId, incarnation: u64, attempt: ExecutionAttemptId) {
        let fate = self.fate();
        let Some(worker) = self.processes[number].worker(job, incarnation) else { return };
        let (status, goes_on) = worker.step(attempt, fate);
        if let Some(status) = status {
            self.tell_task_manager(number, TaskManagerEvent::Task { job, incarnation, status });
        }
        if goes_on {
            self.soon(60, Action::Step(number, job, incarnation, attempt));
        }
        if !self.calm() && self.rng.chance(3) {
            let sample = MemorySample { used: TOO_MUCH_MEMORY, resident: TOO_MUCH_MEMORY, task_manager: 0 };
            self.tell_task_manager(number, TaskManagerEvent::MemorySampled { job, incarnation, sample });
        }
    }

    fn fate(&mut self) -> Fate {
        match self.rng.range(0, 1000) {
            _ if self.calm() => Fate::Go,
            0..8 => Fate::Fail,
            8..12 => {
                self.outcome.hung_tasks += 1;
                Fate::Hang
            }
            12..700 => Fate::Wait,
            _ => Fate::Go,
        }
    }

    fn end_worker(&mut self, number: usize, job: JobId, incarnation: u64, within_ms: u64, end: WorkerEnd) {
        if self.bug != Some(Bug::WorkersNeverEnd) {
            self.soon(within_ms, Action::WorkerEnds(number, job, incarnation, end));
        }
    }

    pub(crate) fn worker_ends(&mut self, number: usize, job: JobId, incarnation: u64, end: WorkerEnd) {
        if self.processes[number].worker(job, incarnation).is_none() {
            return;
        }
        self.processes[number].workers.remove(&job);
        if self.bug != Some(Bug::DeathsAreNotTold) {
            let ended = TaskManagerEvent::WorkerEnded { job, incarnation, end, last_words: None };
            self.tell_task_manager(number, ended);
        }
    }

    pub(crate) fn crash_worker(&mut self, number: usize) {
        let workers = self.processes[number].workers.iter();
        let Some((job, incarnation)) = workers.map(|(job, worker)| (*job, worker.incarnation)).next() else { return };
        self.outcome.crashed_workers += 1;
        self.worker_ends(number, job, incarnation, WorkerEnd::Signalled(11));
    }

    pub(crate) fn crash(&mut self, number: usize) {
        self.outcome.crashed_task_managers += 1;
        self.process_ended(number);
    }

    /// The leader notices when its connection breaks. Another process takes the place.
    fn process_ended(&mut self, number: usize) {
        self.processes[number].end();
        self.leader_loses(number);
        self.add_process();
    }

    pub(crate) fn freeze(&mut self, number: usize) {
        self.outcome.frozen_task_managers += 1;
        self.processes[number].frozen_until = self.at_ms + self.rng.range(100, 1_000);
    }

    pub(crate) fn break_connection(&mut self, number: usize) {
        self.outcome.broken_connections += 1;
        if let Some(attempt) = self.processes[number].connection.take() {
            let cause = "connection reset".to_owned();
            self.soon(40, Action::TaskManager(number, TaskManagerEvent::Disconnected { attempt, cause }));
        }
        self.leader_loses(number);
    }

    fn leader_loses(&mut self, number: usize) {
        if self.sessions.remove(&number).is_some() {
            let id = self.processes[number].machine.id().clone();
            self.soon(40, Action::Peer(HeartbeatEvent::ConnectionBroken(id)));
        }
    }

    /// What holds of a TaskManager after every event.
    fn check_process(&self, number: usize) {
        let machine = &self.processes[number].machine;
        let held: Vec<_> = machine.slots().filter_map(|(_, _, grant)| grant).collect();
        for (position, (_, allocation)) in held.iter().enumerate() {
            assert!(held.iter().skip(position + 1).all(|(_, other)| other != allocation), "one grant, two slots");
        }
    }
}

//! Everything together: the network, the clock, and the invariants.

use crate::coordinator::Coordinators;
use crate::rng::Rng;
use crate::task_manager::{Answer, Fate, Request, TaskManager};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;
use weft_common::{ExecutionAttemptId, JobId, JobVertexId, LeaderEpoch, Mono, Now, OperatorId, TaskManagerId};
use weft_control::*;
use weft_graph::{ExchangeMode, ExecutionGraph, JobEdge, JobGraph, JobVertex, RuntimeMode, ShipStrategy};

const EPOCH: LeaderEpoch = LeaderEpoch { counter: 2, random: 5 };
const FORMER: LeaderEpoch = LeaderEpoch { counter: 1, random: 9 };
const HEARTBEAT_MS: u64 = 50;
/// When the network heals.
const CALM_AT_MS: u64 = 3_000;
/// When somebody cancels what is still running.
const PATIENCE_MS: u64 = 20_000;
/// When everything must be over.
const END_MS: u64 = 30_000;

/// What happened in a history, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    finished: u64,
    failed: u64,
    canceled: u64,
    restarts: u64,
    deployments: u64,
    lost_messages: u64,
    repeated_messages: u64,
    crashes: u64,
    false_alarms: u64,
    hung_tasks: u64,
    workers_given_up: u64,
    fenced: u64,
    slot_timeouts: u64,
}

impl Outcome {
    pub(crate) fn counts(&self) -> [(&'static str, u64); 13] {
        [
            ("a job finished", self.finished),
            ("a job failed", self.failed),
            ("a job was cancelled", self.canceled),
            ("a restart", self.restarts),
            ("a deployment", self.deployments),
            ("a lost message", self.lost_messages),
            ("a repeated message", self.repeated_messages),
            ("a crash", self.crashes),
            ("a false alarm", self.false_alarms),
            ("a hung task", self.hung_tasks),
            ("a worker given up", self.workers_given_up),
            ("a fenced message", self.fenced),
            ("a slot time-out", self.slot_timeouts),
        ]
    }

    pub(crate) fn add(&mut self, other: &Outcome) {
        self.finished += other.finished;
        self.failed += other.failed;
        self.canceled += other.canceled;
        self.restarts += other.restarts;
        self.deployments += other.deployments;
        self.lost_messages += other.lost_messages;
        self.repeated_messages += other.repeated_messages;
        self.crashes += other.crashes;
        self.false_alarms += other.false_alarms;
        self.hung_tasks += other.hung_tasks;
        self.workers_given_up += other.workers_given_up;
        self.fenced += other.fenced;
        self.slot_timeouts += other.slot_timeouts;
    }
}

/// Something that will happen.
#[derive(Clone, Debug)]
enum Action {
    Job(JobId, Event),
    Resource(ResourceEvent),
    TaskManager(usize, Request),
    Step(usize, JobId, ExecutionAttemptId),
    Heartbeat(usize),
    Deadline(JobId),
    Crash(usize),
    FalseAlarm(usize),
    CoordinatorCrash(JobId),
    EndOfPatience,
}

struct Job {
    master: JobMaster,
    coordinators: Coordinators,
    status: JobStatus,
    result: Option<JobResult>,
    committed: bool,
    deployed: BTreeSet<ExecutionAttemptId>,
}

pub(crate) struct World {
    rng: Rng,
    trace: bool,
    at_ms: u64,
    scheduled: BTreeMap<(u64, u64), Action>,
    /// What is done at once, within the leader's process.
    local: VecDeque<Action>,
    resource: ResourceManager,
    jobs: BTreeMap<JobId, Job>,
    task_managers: Vec<TaskManager>,
    slots_each: usize,
    outcome: Outcome,
}

impl World {
    pub(crate) fn new(seed: u64, trace: bool) -> Self {
        let mut rng = Rng(seed.wrapping_mul(0x5851_f42d_4c95_7f2d));
        let spread = if rng.chance(500) { SlotSpread::Even } else { SlotSpread::Fill };
        let slots_each = rng.range(1, 4) as usize;
        let resource = ResourceManager::new(EPOCH, spread, 1000);
        let mut world = World {
            rng,
            trace,
            at_ms: 0,
            scheduled: BTreeMap::new(),
            local: VecDeque::new(),
            resource,
            jobs: BTreeMap::new(),
            task_managers: Vec::new(),
            slots_each,
            outcome: Outcome::default(),
        };
        for number in 0..world.rng.range(1, 3) {
            world.add_job(JobId(u128::from(number) + 1));
        }
        for _ in 0..world.rng.range(2, 5) {
            world.add_task_manager();
        }
        world.at(PATIENCE_MS, Action::EndOfPatience);
        world
    }

    fn add_job(&mut self, id: JobId) {
        let graph = random_graph(&mut self.rng);
        let settings = random_settings(&mut self.rng);
        let master = JobMaster::new(self.now(), id, EPOCH, &graph, settings, self.rng.next());
        let job = Job {
            master,
            coordinators: Coordinators::default(),
            status: JobStatus::Initializing,
            result: None,
            committed: false,
            deployed: BTreeSet::new(),
        };
        self.jobs.insert(id, job);
        let start = self.rng.range(0, 100);
        self.at(start, Action::Job(id, Event::Start));
        // Most jobs are to end by themselves; of the others most are cancelled in the middle of the trouble.
        if self.rng.chance(300) {
            let when = self.rng.range(0, CALM_AT_MS * 2);
            self.at(when, Action::Job(id, Event::CancelRequested));
        }
        if self.rng.chance(200) {
            let when = self.rng.range(0, CALM_AT_MS);
            self.at(when, Action::CoordinatorCrash(id));
        }
    }

    fn add_task_manager(&mut self) {
        let number = self.task_managers.len();
        self.task_managers.push(TaskManager::new(number, self.slots_each));
        let first = self.at_ms + self.rng.range(0, 200);
        self.at(first, Action::Heartbeat(number));
        if self.at_ms < CALM_AT_MS && self.rng.chance(300) {
            let when = self.rng.range(self.at_ms, CALM_AT_MS);
            self.at(when, Action::Crash(number));
        }
        if self.at_ms < CALM_AT_MS && self.rng.chance(200) {
            let when = self.rng.range(self.at_ms, CALM_AT_MS);
            self.at(when, Action::FalseAlarm(number));
        }
    }

    pub(crate) fn run(mut self) -> Outcome {
        while let Some(((at_ms, _), action)) = self.scheduled.pop_first() {
            assert!(at_ms <= END_MS, "not over after {END_MS} ms: {}", self.describe());
            self.at_ms = at_ms;
            self.act(action);
            while let Some(action) = self.local.pop_front() {
                self.act(action);
            }
            if self.at_ms > CALM_AT_MS && self.is_over() {
                return self.finish();
            }
        }
        panic!("nothing happens any more: {}", self.describe());
    }

    fn is_over(&self) -> bool {
        let overview = self.resource.overview();
        self.jobs.values().all(|job| job.result.is_some())
            && self.task_managers.iter().all(TaskManager::is_idle)
            && overview.free == overview.total
    }

    fn finish(mut self) -> Outcome {
        for job in self.jobs.values() {
            match job.master.status() {
                JobStatus::Finished => self.outcome.finished += 1,
                JobStatus::Failed => self.outcome.failed += 1,
                JobStatus::Canceled => self.outcome.canceled += 1,
                other => panic!("ended as {other}"),
            }
        }
        self.outcome
    }

    fn describe(&self) -> String {
        let jobs = self.jobs.values().map(|job| {
            let tasks: Vec<_> = job.master.tasks().map(|(_, task)| task.current().state()).collect();
            let (status, held) = (job.master.status(), job.master.held_slots());
            format!("{status} holding {held}, {tasks:?}, next deadline {:?}\n", job.master.next_deadline())
        });
        format!("\n{}{:?}\n{:#?}", jobs.collect::<String>(), self.resource.overview(), self.task_managers)
    }

    fn calm(&self) -> bool {
        self.at_ms >= CALM_AT_MS
    }

    fn now(&self) -> Now {
        Now { mono: Mono::from_millis(self.at_ms), wall_ms: 1_000_000 + self.at_ms as i64 }
    }

    /// Schedules; of actions for the same moment, chance decides which is first.
    fn at(&mut self, at_ms: u64, action: Action) {
        let tie = self.rng.next();
        self.scheduled.insert((at_ms, tie), action);
    }

    /// Sends through the network; false if the message was lost.
    fn send(&mut self, action: Action) -> bool {
        if !self.calm() && self.rng.chance(60) {
            self.outcome.lost_messages += 1;
            return false;
        }
        if !self.calm() && self.rng.chance(60) {
            self.outcome.repeated_messages += 1;
            let late = self.at_ms + self.rng.range(1, 400);
            self.at(late, action.clone());
        }
        let slow = if self.calm() { 5 } else { 80 };
        let arrives = self.at_ms + self.rng.range(1, slow);
        self.at(arrives, action);
        true
    }

    fn act(&mut self, action: Action) {
        if self.trace {
            println!("{:>6} {action:?}", self.at_ms);
        }
        match action {
            Action::Job(job, event) => self.tell_job(job, event),
            Action::Resource(event) => self.tell_resource(event),
            Action::TaskManager(number, request) => {
                if self.task_managers[number].alive {
                    let answers = self.task_managers[number].handle(request);
                    self.answer(number, answers);
                }
            }
            Action::Step(number, job, attempt) => {
                let fate = self.fate();
                let answers = self.task_managers[number].step(job, attempt, fate);
                self.answer(number, answers);
            }
            Action::Heartbeat(number) => self.heartbeat(number),
            Action::Deadline(job) => self.deadline(job),
            Action::Crash(number) => self.crash(number),
            Action::FalseAlarm(number) => {
                self.outcome.false_alarms += u64::from(self.task_managers[number].alive);
                self.declare_lost(number);
            }
            Action::CoordinatorCrash(id) => {
                let message = self.jobs.get_mut(&id).and_then(|job| job.coordinators.crash());
                self.coordinator_says(id, message);
            }
            Action::EndOfPatience => self.end_of_patience(),
        }
    }

    /// A job may be restarted for ever when there are not enough slots, and for no other reason.
    fn end_of_patience(&mut self) {
        let running: Vec<_> = self.jobs.values().filter(|job| job.result.is_none()).collect();
        let needed: u32 = running.iter().map(|job| job.master.topology().slots_by_group().values().sum::<u32>()).sum();
        let there = self.resource.overview().total;
        let excused = running.is_empty() || needed > there;
        assert!(excused, "{there} slots are enough, yet a job does not end: {}", self.describe());
        let cancel = running.iter().map(|job| Action::Job(job.master.job(), Event::CancelRequested));
        self.local.extend(cancel.collect::<Vec<_>>());
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

    fn heartbeat(&mut self, number: usize) {
        if self.task_managers[number].alive {
            let answers = self.task_managers[number].heartbeat();
            self.answer(number, answers);
            let next = self.at_ms + HEARTBEAT_MS;
            self.at(next, Action::Heartbeat(number));
        }
    }

    fn crash(&mut self, number: usize) {
        self.outcome.crashes += 1;
        self.task_managers[number].crash();
        let noticed = self.at_ms + self.rng.range(20, 300);
        self.at(noticed, Action::FalseAlarm(number));
        self.add_task_manager();
    }

    fn declare_lost(&mut self, number: usize) {
        let task_manager = self.task_managers[number].id.clone();
        let cause = "heartbeat timed out".to_owned();
        let lost = ResourceEvent::TaskManagerLost { task_manager: task_manager.clone(), cause: cause.clone() };
        self.local.push_back(Action::Resource(lost));
        for id in self.jobs.keys() {
            let lost = Event::TaskManagerLost { task_manager: task_manager.clone(), cause: cause.clone() };
            self.local.push_back(Action::Job(*id, lost));
        }
    }

    fn answer(&mut self, number: usize, answers: Vec<Answer>) {
        for answer in answers {
            let (id, sequence) = {
                let task_manager = &mut self.task_managers[number];
                task_manager.sequence += 1;
                (task_manager.id.clone(), task_manager.sequence)
            };
            match answer {
                Answer::ToJob(job, message) => self.worker_says(job, id, sequence, message),
                Answer::ToResource(message) => {
                    let event = ResourceEvent::TaskManager { epoch: EPOCH, task_manager: id, sequence, message };
                    self.send(Action::Resource(event));
                }
                Answer::GrantRefused(slot, allocation) => {
                    self.local.push_back(Action::Resource(ResourceEvent::RequestFailed { slot, allocation }));
                }
                Answer::DeployRefused(job, attempt) => self.deploy_failed(job, attempt),
                Answer::WorkerKilled(job, allocations) => {
                    let cause = "its worker was killed".to_owned();
                    self.send(Action::Job(job, Event::SlotsLost { allocations, cause }));
                }
                Answer::Step(job, attempt) => {
                    let next = self.at_ms + self.rng.range(1, 60);
                    self.at(next, Action::Step(number, job, attempt));
                }
            }
        }
    }

    fn worker_says(&mut self, job: JobId, task_manager: TaskManagerId, sequence: u64, message: WorkerMessage) {
        let event = |epoch, message| Event::Worker { epoch, task_manager: task_manager.clone(), sequence, message };
        if self.rng.chance(10) {
            let stray = event(FORMER, message.clone());
            self.send(Action::Job(job, stray));
        }
        let event = event(EPOCH, message);
        self.send(Action::Job(job, event));
    }

    fn coordinator_says(&mut self, job: JobId, message: Option<(u32, CoordinatorMessage)>) {
        let Some((attempt, message)) = message else { return };
        let event = Event::Coordinator { epoch: EPOCH, attempt, message };
        // A pipe between two processes of one machine: late, sometimes repeated by a retry, never lost.
        for _ in 0..self.rng.range(1, 3) {
            let arrives = self.at_ms + self.rng.range(1, 100);
            self.at(arrives, Action::Job(job, event.clone()));
        }
    }

    fn deploy_failed(&mut self, job: JobId, attempt: ExecutionAttemptId) {
        let event = Event::DeployFailed { attempt, failure: Failure::retryable("unreachable") };
        let noticed = self.at_ms + self.rng.range(1, 100);
        self.at(noticed, Action::Job(job, event));
    }

    fn deadline(&mut self, id: JobId) {
        let now = self.now();
        let master = &self.jobs[&id].master;
        if master.next_deadline().is_none_or(|deadline| deadline > now.mono) {
            return;
        }
        self.tell_job(id, Event::Tick);
        let next = self.jobs[&id].master.next_deadline();
        assert!(next.is_none_or(|next| next > now.mono), "a tick at {:?} leaves the deadline {next:?}", now.mono);
    }

    fn tell_job(&mut self, id: JobId, event: Event) {
        let now = self.now();
        let fenced = matches!(&event, Event::Worker { epoch, .. } if *epoch == FORMER);
        let mut out = Commands::new();
        let handled = self.jobs.get_mut(&id).expect("a known job").master.on(now, event, &mut out);
        match handled {
            Err(ControlError::Fenced(_)) if fenced => {
                self.outcome.fenced += 1;
                assert!(out.is_empty());
            }
            Err(error) => panic!("job {id}: {error}"),
            Ok(_) => assert!(!fenced, "a message of another leader was taken"),
        }
        for command in out {
            self.carry_out(id, command);
        }
        self.check(id);
        if let Some(next) = self.jobs[&id].master.next_deadline() {
            // Clocks are late at times.
            let due = (next.0.div_ceil(1_000_000)).max(self.at_ms) + self.rng.range(0, 5);
            self.at(due, Action::Deadline(id));
        }
    }

    fn tell_resource(&mut self, event: ResourceEvent) {
        if let ResourceEvent::TaskManager { task_manager, .. } = &event {
            self.watch(&task_manager.clone());
        }
        let mut out = ResourceCommands::new();
        self.resource.on(event, &mut out).expect("messages to the ResourceManager carry its epoch");
        for command in out {
            if self.trace {
                println!("         resource manager: {command:?}");
            }
            match command {
                ResourceCommand::RequestSlot { slot, job, allocation } => {
                    let request = Request::GrantSlot { index: slot.index, job, allocation };
                    if !self.request(&slot.task_manager, request) {
                        let failed = Action::Resource(ResourceEvent::RequestFailed { slot, allocation });
                        let noticed = self.at_ms + self.rng.range(1, 100);
                        self.at(noticed, failed);
                    }
                }
                ResourceCommand::FreeSlot { slot, allocation } => {
                    self.request(&slot.task_manager, Request::FreeSlot { allocation });
                }
                ResourceCommand::SlotsLost { job, allocations, cause } => {
                    self.local.push_back(Action::Job(job, Event::SlotsLost { allocations, cause }));
                }
                ResourceCommand::SlotsScarce { job, free, pending } => {
                    self.local.push_back(Action::Job(job, Event::SlotsScarce { free, pending }));
                }
            }
        }
    }

    /// Whoever is heard of is watched: a dead TaskManager's late message makes it known again, until it is missed again.
    fn watch(&mut self, id: &TaskManagerId) {
        let number = self.number_of(id);
        if !self.task_managers[number].alive {
            let missed = self.at_ms + self.rng.range(100, 300);
            self.at(missed, Action::FalseAlarm(number));
        }
    }

    fn number_of(&self, id: &TaskManagerId) -> usize {
        self.task_managers.iter().position(|tm| tm.id == *id).expect("a TaskManager that was there")
    }

    /// False if the TaskManager is known not to have got it. It may then have got it all the same.
    fn request(&mut self, to: &TaskManagerId, request: Request) -> bool {
        let number = self.number_of(to);
        let arrives = self.send(Action::TaskManager(number, request)) && self.task_managers[number].alive;
        let answered = self.calm() || !self.rng.chance(20);
        arrives && answered
    }

    fn carry_out(&mut self, id: JobId, command: Command) {
        if self.trace {
            println!("         job {}: {command:?}", id.0);
        }
        let job = self.jobs.get_mut(&id).expect("a known job");
        let over = job.result.is_some();
        assert!(!over || matches!(command, Command::ReleaseSlots { .. }), "after the end: {command:?}");
        match command {
            Command::JobStatusChanged { status, .. } => {
                job.status = job.status.transition(status).expect("a legal transition");
            }
            Command::DeclareRequirements { slots } => {
                self.local.push_back(Action::Resource(ResourceEvent::RequirementsDeclared { job: id, slots }));
            }
            Command::StartCoordinators { attempt } => {
                assert!(!job.coordinators.is_alive(), "coordinators started twice");
                job.coordinators.start(attempt);
                self.outcome.restarts += u64::from(attempt > 0);
            }
            Command::ResetCoordinators { attempt, .. } => {
                self.outcome.restarts += 1;
                let answer = job.coordinators.reset(attempt);
                self.coordinator_says(id, answer);
            }
            Command::CommitSinks { attempt } => {
                assert!(all_tasks(job, |state| state == ExecutionState::Finished), "committing too early");
                let calm = self.at_ms >= CALM_AT_MS;
                let answer = job.coordinators.commit(attempt, &mut self.rng, calm);
                job.committed = matches!(answer, Some((_, CoordinatorMessage::CommitFinished)));
                self.coordinator_says(id, answer);
            }
            Command::StopCoordinators { .. } => job.coordinators.stop(),
            Command::Deploy { attempt, allocation, slot } => {
                assert!(job.deployed.insert(attempt), "{attempt:?} deployed twice");
                self.outcome.deployments += 1;
                if !self.request(&slot.task_manager, Request::Deploy { job: id, attempt, allocation }) {
                    self.deploy_failed(id, attempt);
                }
            }
            Command::CancelTask { attempt, task_manager } => {
                self.request(&task_manager, Request::Cancel { job: id, attempt });
            }
            Command::GiveUpOnWorker { task_manager, .. } => {
                self.outcome.workers_given_up += 1;
                self.request(&task_manager, Request::KillWorker { job: id });
            }
            Command::ReleaseSlots { slots } => {
                for slot in slots {
                    self.request(&slot.slot.task_manager, Request::FreeSlot { allocation: slot.allocation });
                }
            }
            Command::Finished(result) => {
                let message = result.failure.as_ref().map_or("", |failure| failure.message.as_str());
                self.outcome.slot_timeouts += u64::from(message.contains("NoResourceAvailable"));
                job.result = Some(result);
                self.local.push_back(Action::Resource(ResourceEvent::JobOver { job: id }));
            }
        }
    }

    /// What holds after every event.
    fn check(&self, id: JobId) {
        let job = &self.jobs[&id];
        let master = &job.master;
        assert_eq!(job.status, master.status(), "the status that was told is the status");
        for (_, task) in master.tasks() {
            assert!(task.prior().all(|execution| execution.state().is_terminal()), "two live attempts of one subtask");
        }
        let mut places = BTreeSet::new();
        for (subtask, task) in master.tasks().filter(|(_, task)| task.current().state().is_deployed()) {
            let place = task.current().place().expect("a deployed task has a place");
            assert!(places.insert((subtask.vertex, place.allocation)), "two subtasks of one vertex in one slot");
            assert_eq!(master.slot_of(subtask).as_ref(), Some(place), "a live task is in its slice's slot");
        }
        assert_eq!(master.status().is_terminal(), job.result.is_some());
        if master.status().is_terminal() {
            assert_eq!(master.held_slots(), 0, "a job that is over holds slots");
            assert!(all_tasks(job, ExecutionState::is_terminal), "a job that is over has live tasks");
            assert_eq!(master.next_deadline(), None);
            assert!(!job.coordinators.is_alive(), "coordinators outlive their job");
        }
        if master.status() == JobStatus::Finished {
            assert!(job.committed, "finished without a commit");
            assert!(all_tasks(job, |state| state == ExecutionState::Finished));
        }
    }
}

fn all_tasks(job: &Job, is: impl Fn(ExecutionState) -> bool) -> bool {
    job.master.tasks().all(|(_, task)| is(task.current().state()))
}

fn random_settings(rng: &mut Rng) -> JobMasterSettings {
    let ms = Duration::from_millis;
    let restart = match rng.range(0, 4) {
        0 => RestartStrategy::FixedDelay(FixedDelay { attempts: rng.range(0, 6) as u32, delay: ms(rng.range(1, 200)) }),
        1 => RestartStrategy::FailureRate(FailureRate {
            max_failures_per_interval: 5,
            interval: ms(300),
            delay: ms(rng.range(1, 100)),
        }),
        _ => RestartStrategy::ExponentialDelay(ExponentialDelay {
            initial: ms(10),
            max: ms(500),
            multiplier: 1.5,
            reset_threshold: ms(1000),
            jitter: 0.1,
            attempts_before_reset: None,
        }),
    };
    JobMasterSettings {
        slot_request_timeout: ms(rng.range(500, 2000)),
        slot_idle_timeout: ms(rng.range(20, 400)),
        cancellation_timeout: Some(ms(rng.range(200, 800))),
        failover: if rng.chance(500) { FailoverStrategy::Region } else { FailoverStrategy::Full },
        restart,
        ..JobMasterSettings::default()
    }
}

/// One to three vertices in a row, in one or two slot-sharing groups.
fn random_graph(rng: &mut Rng) -> ExecutionGraph {
    let shuffled = rng.chance(500);
    let parallelism = rng.range(1, 4) as u32;
    let length = rng.range(1, 4);
    let id = |number: u64| JobVertexId(u128::from(number) + 1);
    let vertices = (0..length).map(|number| JobVertex {
        id: id(number),
        name: format!("vertex {number}"),
        operators: Vec::new(),
        parallelism: if shuffled { rng.range(1, 4) as u32 } else { parallelism },
        max_parallelism: None,
        slot_sharing_group: if rng.chance(800) { "default" } else { "other" }.to_owned(),
        blocking: false,
    });
    let vertices = vertices.collect();
    let ship = if shuffled { ShipStrategy::Hash } else { ShipStrategy::Forward };
    let edges = (1..length).map(|to| JobEdge {
        stream_edge: to as u32,
        from: id(to - 1),
        from_operator: OperatorId(0),
        output: 0,
        to: id(to),
        input: 0,
        ship,
        distribution: ship.distribution(),
        exchange: ExchangeMode::Pipelined,
    });
    let edges = edges.collect();
    ExecutionGraph::new(&JobGraph {
        name: "simulated".to_owned(),
        runtime_mode: RuntimeMode::Streaming,
        vertices,
        edges,
    })
}

//! Everything together: the clock, the network, and who is asked what.

use crate::bug::Bug;
use crate::job::Job;
use crate::outcome::Outcome;
use crate::process::Process;
use crate::random;
use crate::rng::Rng;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use weft_common::{AllocationId, ExecutionAttemptId, JobId, LeaderEpoch, Mono, Now, TaskManagerId};
use weft_control::*;

pub(crate) const EPOCH: LeaderEpoch = LeaderEpoch { counter: 2, random: 5 };
pub(crate) const FORMER: LeaderEpoch = LeaderEpoch { counter: 1, random: 9 };
/// When the network heals.
pub(crate) const CALM_AT_MS: u64 = 3_000;
/// When somebody cancels what is still running.
const PATIENCE_MS: u64 = 20_000;
/// When everything must be over.
const END_MS: u64 = 30_000;

/// Something that will happen.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// The leader's process.
    Job(JobId, Event),
    Resource(ResourceEvent),
    Peer(HeartbeatEvent<TaskManagerId>),
    /// A TaskManager registers: which, with which attempt.
    Register(usize, u64),
    /// Something arrives over a connection: of which TaskManager, made by which registration.
    FromTaskManager(usize, u64, Said),
    CoordinatorCrash(JobId),
    JobDeadline(JobId),
    PeerDeadline,
    EndOfPatience,
    /// A TaskManager's process.
    TaskManager(usize, TaskManagerEvent),
    ToTaskManager(usize, u64, LeaderEpoch, LeaderOrder),
    TaskManagerDeadline(usize),
    Step(usize, JobId, u64, ExecutionAttemptId),
    WorkerEnds(usize, JobId, u64, WorkerEnd),
    /// Trouble.
    Crash(usize),
    Freeze(usize),
    Break(usize),
    WorkerCrash(usize),
}

/// What a TaskManager says.
#[derive(Clone, Debug)]
pub(crate) enum Said {
    Alive,
    Leaves(String),
    Resource(LeaderEpoch, u64, TaskManagerMessage),
    Job(LeaderEpoch, JobId, u64, WorkerMessage),
}

pub(crate) struct World {
    pub(crate) rng: Rng,
    pub(crate) trace: bool,
    pub(crate) bug: Option<Bug>,
    pub(crate) at_ms: u64,
    scheduled: BTreeMap<(u64, u64), Action>,
    /// What is done at once.
    pub(crate) local: VecDeque<Action>,
    pub(crate) resource: ResourceManager,
    pub(crate) jobs: BTreeMap<JobId, Job>,
    pub(crate) peers: HeartbeatMonitor<TaskManagerId>,
    /// The registration that made the leader's connection to each TaskManager.
    pub(crate) sessions: BTreeMap<usize, u64>,
    pub(crate) processes: Vec<Process>,
    slots_each: u32,
    /// Where every attempt was deployed to.
    pub(crate) deployed: BTreeMap<(JobId, ExecutionAttemptId), AllocationId>,
    /// The attempts that a worker was given.
    pub(crate) started: BTreeSet<(JobId, ExecutionAttemptId)>,
    pub(crate) outcome: Outcome,
}

impl World {
    pub(crate) fn new(seed: u64, trace: bool, bug: Option<Bug>) -> Self {
        let mut rng = Rng(seed.wrapping_mul(0x5851_f42d_4c95_7f2d));
        let spread = if rng.chance(500) { SlotSpread::Even } else { SlotSpread::Fill };
        let slots_each = rng.range(1, 4) as u32;
        let settings = ResourceManagerSettings { spread, ..ResourceManagerSettings::default() };
        let mut world = World {
            rng,
            trace,
            bug,
            at_ms: 0,
            scheduled: BTreeMap::new(),
            local: VecDeque::new(),
            resource: ResourceManager::new(EPOCH, settings, 1000),
            jobs: BTreeMap::new(),
            peers: HeartbeatMonitor::new(random::HEARTBEAT),
            sessions: BTreeMap::new(),
            processes: Vec::new(),
            slots_each,
            deployed: BTreeMap::new(),
            started: BTreeSet::new(),
            outcome: Outcome::default(),
        };
        for number in 0..world.rng.range(1, 3) {
            world.add_job(JobId(u128::from(number) + 1));
        }
        for _ in 0..world.rng.range(2, 5) {
            world.add_process();
        }
        world.at(PATIENCE_MS, Action::EndOfPatience);
        world
    }

    fn add_job(&mut self, id: JobId) {
        let graph = random::graph(&mut self.rng);
        let settings = random::job_settings(&mut self.rng);
        let master = JobMaster::new(self.now(), id, EPOCH, &graph, settings, self.rng.next());
        self.jobs.insert(id, Job::new(master));
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

    pub(crate) fn add_process(&mut self) {
        let number = self.processes.len();
        let settings = random::task_manager_settings(&mut self.rng, self.slots_each);
        self.processes.push(Process::new(number, settings));
        let first = self.at_ms + self.rng.range(0, 200);
        self.at(first, Action::TaskManager(number, TaskManagerEvent::Start));
        let shut_down = TaskManagerEvent::ShutDown { cause: "SIGTERM".to_owned() };
        let troubles = [
            (300, Action::Crash(number)),
            (200, Action::Freeze(number)),
            (300, Action::Break(number)),
            (400, Action::WorkerCrash(number)),
            (50, Action::TaskManager(number, shut_down)),
        ];
        for (per_mille, trouble) in troubles {
            if self.at_ms < CALM_AT_MS && self.rng.chance(per_mille) {
                let when = self.rng.range(self.at_ms, CALM_AT_MS);
                self.at(when, trouble);
            }
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

    /// Every job has ended, and nothing is left of any.
    fn is_over(&self) -> bool {
        let overview = self.resource.overview();
        let alive = self.processes.iter().filter(|process| process.alive);
        self.jobs.values().all(|job| job.result.is_some())
            && alive.clone().all(Process::is_idle)
            && overview.free == overview.total
            && self.resource.task_managers().count() == alive.filter(|process| process.machine.is_registered()).count()
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

    pub(crate) fn describe(&self) -> String {
        let jobs: String = self.jobs.values().map(Job::describe).collect();
        let processes: Vec<_> = self.processes.iter().map(Process::describe).collect();
        format!("\n{jobs}{:?}\n{}", self.resource.overview(), processes.join("\n"))
    }

    pub(crate) fn calm(&self) -> bool {
        self.at_ms >= CALM_AT_MS
    }

    pub(crate) fn now(&self) -> Now {
        Now { mono: Mono::from_millis(self.at_ms), wall_ms: 1_000_000 + self.at_ms as i64 }
    }

    pub(crate) fn number_of(&self, id: &TaskManagerId) -> usize {
        self.processes.iter().position(|process| process.machine.id() == id).expect("a TaskManager that was there")
    }

    /// Schedules; of actions for the same moment, chance decides which is first.
    pub(crate) fn at(&mut self, at_ms: u64, action: Action) {
        let tie = self.rng.next();
        self.scheduled.insert((at_ms, tie), action);
    }

    /// Schedules for when a deadline is reached. Clocks are late at times.
    pub(crate) fn at_deadline(&mut self, deadline: Mono, action: Action) {
        let due = deadline.0.div_ceil(1_000_000).max(self.at_ms) + self.rng.range(0, 5);
        self.at(due, action);
    }

    /// Schedules for some moment of the next `within_ms`.
    pub(crate) fn soon(&mut self, within_ms: u64, action: Action) {
        let when = self.at_ms + self.rng.range(1, within_ms + 1);
        self.at(when, action);
    }

    /// Sends through the network; false if the message was lost.
    pub(crate) fn send(&mut self, action: Action) -> bool {
        if !self.calm() && self.rng.chance(60) {
            self.outcome.lost_messages += 1;
            return false;
        }
        let slow = if self.calm() { 5 } else { 80 };
        if !self.calm() && self.rng.chance(60) {
            self.outcome.repeated_messages += 1;
            self.soon(5 * slow, action.clone());
        }
        self.soon(slow, action);
        true
    }

    fn act(&mut self, action: Action) {
        if let Some(number) = process_of(&action)
            && self.is_away(number, &action)
        {
            return;
        }
        if self.trace {
            println!("{:>6} {action:?}", self.at_ms);
        }
        match action {
            Action::Job(job, event) => self.tell_job(job, event),
            Action::Resource(event) => self.tell_resource(event),
            Action::Peer(event) => self.tell_peers(event),
            Action::Register(number, attempt) => self.register(number, attempt),
            Action::FromTaskManager(number, session, said) => self.heard(number, session, said),
            Action::CoordinatorCrash(id) => self.crash_coordinators(id),
            Action::JobDeadline(job) => self.job_deadline(job),
            Action::PeerDeadline => self.peer_deadline(),
            Action::EndOfPatience => self.end_of_patience(),
            Action::TaskManager(number, event) => self.tell_task_manager(number, event),
            Action::ToTaskManager(number, session, epoch, order) => self.deliver(number, session, epoch, order),
            Action::TaskManagerDeadline(number) => self.task_manager_deadline(number),
            Action::Step(number, job, incarnation, attempt) => self.step(number, job, incarnation, attempt),
            Action::WorkerEnds(number, job, incarnation, end) => self.worker_ends(number, job, incarnation, end),
            Action::Crash(number) => self.crash(number),
            Action::Freeze(number) => self.freeze(number),
            Action::Break(number) => self.break_connection(number),
            Action::WorkerCrash(number) => self.crash_worker(number),
        }
    }

    /// Nothing happens in a process that has ended; in one that is frozen it happens later.
    fn is_away(&mut self, number: usize, action: &Action) -> bool {
        let Process { alive, frozen_until, .. } = self.processes[number];
        if alive && frozen_until > self.at_ms {
            self.at(frozen_until, action.clone());
        }
        !alive || frozen_until > self.at_ms
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
}

/// The TaskManager's process that an action happens in.
fn process_of(action: &Action) -> Option<usize> {
    match action {
        Action::TaskManager(number, _)
        | Action::ToTaskManager(number, ..)
        | Action::TaskManagerDeadline(number)
        | Action::Step(number, ..)
        | Action::WorkerEnds(number, ..)
        | Action::Crash(number)
        | Action::Freeze(number)
        | Action::Break(number)
        | Action::WorkerCrash(number) => Some(*number),
        _ => None,
    }
}

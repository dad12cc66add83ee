//! One history: a job on simulated slots, from submission to its end.

use super::clock::SimClock;
use super::coordinators::{Answer, Coordinators, Word};
use super::dice::Dice;
use super::faults::PLANNED;
use super::network::{Network, NetworkBug};
use super::slot::{Order, Report, Slot, SlotSettings};
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use weft_api::Job;
use weft_common::{AllocationId, ExecutionAttemptId, JobId, LeaderEpoch, Mono};
use weft_control::{
    Command, Commands, ControlError, Event, FixedDelay, JobMaster, JobMasterSettings, JobResult, JobStatus,
    RestartStrategy, WorkerMessage,
};
use weft_graph::{ExchangePool, ExecutionGraph, ExecutionVertexId};
use weft_jobmanager::Deployer;
use weft_rpc::{OperatorEvent, Placement, TaskDeployment};
use weft_runtime::{Clock, OutputLimits, Round};

/// More steps than any history needs once nothing goes wrong any more.
const MOST_STEPS: u64 = 1_000_000;
const JOB: JobId = JobId(0x51);
const EPOCH: LeaderEpoch = LeaderEpoch { counter: 1, random: 7 };

/// How hard a history is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weather {
    /// Nothing is lost.
    Calm,
    /// So many slots are lost, and connections cut.
    Storm { slots_lost: u32, cuts: u32 },
}

/// Why a history is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Nobody has anything to do, and the job is not over.
    Stuck(Vec<String>),
    /// It goes on and on.
    Endless(Vec<String>),
    /// Something failed that should not.
    Unplanned(String),
    /// The result is another.
    Differs(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Stuck(waits) => write!(f, "nothing moves any more:\n  {}", waits.join("\n  ")),
            Trouble::Endless(waits) => write!(f, "no end after {MOST_STEPS} steps:\n  {}", waits.join("\n  ")),
            Trouble::Unplanned(what) => write!(f, "unplanned failure: {what}"),
            Trouble::Differs(how) => f.write_str(how),
        }
    }
}

/// What a history that ended well came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Passed {
    pub(super) steps: u64,
    pub(super) restarts: u64,
    /// Connections cut.
    pub(super) cuts: u64,
    /// Digest of every choice made: two runs that agree in it did the same.
    pub(super) trace: u64,
}

/// What may happen next.
#[derive(Clone, Copy, Debug, Hash)]
enum Action {
    Step(usize),
    Obey(usize),
    Hear(usize),
    Deliver,
    Coordinate,
    Answer,
    Cluster,
    Tick,
}

/// The world of one history.
pub(super) struct Simulation {
    dice: Dice,
    clock: Arc<SimClock>,
    network: Arc<Network>,
    settings: SlotSettings,
    /// Bytes per channel, sending and receiving.
    shares: (usize, usize),
    slots: Vec<Slot>,
    lives: u32,
    /// A slot that gets a turn only one time in so many.
    slow: Option<usize>,
    slowness: u64,
    slots_to_lose: u32,
    cuts_to_make: u32,
    steps_to_strike: u64,
    declared: usize,
    next_allocation: u128,
    master: JobMaster,
    deployer: Deployer,
    /// What the cluster has to say to the job.
    cluster: VecDeque<Event>,
    coordinators: Coordinators,
    words: VecDeque<Word>,
    answers: VecDeque<Answer>,
    end: Option<JobResult>,
    trouble: Option<Trouble>,
    passed: Passed,
}

impl Simulation {
    pub(super) fn new(job: Job, seed: u64, weather: Weather, bug: Option<NetworkBug>) -> Self {
        let mut dice = Dice::new(seed);
        let clock = Arc::new(SimClock::new(dice.split()));
        let network = Network::new(dice.split(), bug);
        let graph = job.graph.to_job_graph().unwrap();
        let execution = ExecutionGraph::new(&graph);
        let channels = ExchangePool { bytes: 1 << 30 }.check(&execution).unwrap();
        let needed = execution.needed_slots();
        let deployer = Deployer::new(JOB, graph, execution, &channels);
        let restart = FixedDelay { attempts: 1000, delay: Duration::from_millis(dice.below(1000)) };
        let job_settings =
            JobMasterSettings { restart: RestartStrategy::FixedDelay(restart), ..JobMasterSettings::default() };
        let master = JobMaster::new(clock.look(), JOB, EPOCH, deployer.execution(), job_settings, dice.next());
        let coordinators = Coordinators::new(JOB, deployer.graph(), job.program.clone(), &clock);
        let settings = SlotSettings {
            program: job.program,
            clock: clock.clone(),
            network: network.clone(),
            limits: limits(&mut dice),
            buffer_timeout: Duration::from_millis(dice.pick(&[0, 1, 100])),
            seed: dice.next(),
        };
        let spare = u32::from(dice.one_in(4));
        let slots: Vec<_> = (0..needed + spare).map(|number| Slot::new(number, 0, &settings)).collect();
        let slow = dice.one_in(3).then(|| dice.below(slots.len() as u64) as usize);
        let slowness = dice.pick(&[4, 40]);
        let (slots_to_lose, cuts_to_make) = match weather {
            Weather::Calm => (0, 0),
            Weather::Storm { slots_lost, cuts } => (slots_lost, cuts),
        };
        Simulation {
            shares: (dice.between(128, 1024) as usize, dice.between(128, 1024) as usize),
            steps_to_strike: dice.between(1, 2000),
            dice,
            clock,
            network,
            settings,
            slots,
            lives: 0,
            slow,
            slowness,
            slots_to_lose,
            cuts_to_make,
            declared: 0,
            next_allocation: 0,
            master,
            deployer,
            cluster: VecDeque::from([Event::Start]),
            coordinators,
            words: VecDeque::new(),
            answers: VecDeque::new(),
            end: None,
            trouble: None,
            passed: Passed::default(),
        }
    }

    /// Runs to the end of the job.
    pub(super) fn run(mut self) -> Result<Passed, Trouble> {
        while self.end.is_none() {
            match self.choose() {
                Some(action) => self.act(action),
                None => self.wait()?,
            }
            if let Some(trouble) = self.trouble.take() {
                return Err(trouble);
            }
            self.passed.steps += 1;
            if self.passed.steps > MOST_STEPS {
                return Err(Trouble::Endless(self.waits()));
            }
        }
        match self.end.take() {
            Some(JobResult { status: JobStatus::Finished, .. }) => Ok(self.passed),
            end => Err(Trouble::Unplanned(format!("the job ended as {end:?}"))),
        }
    }

    /// Draws one of all things that could happen now.
    fn choose(&mut self) -> Option<Action> {
        let now = self.clock.look().mono;
        let mut possible = Vec::new();
        for (number, slot) in self.slots.iter().enumerate() {
            if self.slow == Some(number) && !self.dice.one_in(self.slowness) {
                continue;
            }
            if slot.is_due(now) {
                possible.extend([Action::Step(number); 2]);
            }
            if !slot.orders.is_empty() {
                possible.push(Action::Obey(number));
            }
            if slot.has_reports() {
                possible.push(Action::Hear(number));
            }
        }
        possible.extend(std::iter::repeat_n(Action::Deliver, self.network.wires().min(3)));
        possible.extend((!self.words.is_empty()).then_some(Action::Coordinate));
        possible.extend((!self.answers.is_empty()).then_some(Action::Answer));
        possible.extend((!self.cluster.is_empty()).then_some(Action::Cluster));
        possible.extend(self.master.next_deadline().is_some_and(|due| due <= now).then_some(Action::Tick));
        match (possible.is_empty(), self.slow) {
            (false, _) => Some(self.dice.pick(&possible)),
            (true, None) => None,
            // Nobody but the slow one can have something to do.
            (true, Some(slow)) => self.action_of_slow(slow, now),
        }
    }

    fn action_of_slow(&self, number: usize, now: Mono) -> Option<Action> {
        let slot = &self.slots[number];
        let due = slot.is_due(now).then_some(Action::Step(number));
        due.or((!slot.orders.is_empty()).then_some(Action::Obey(number)))
            .or(slot.has_reports().then_some(Action::Hear(number)))
    }

    fn act(&mut self, action: Action) {
        self.strike_in_time();
        match action {
            Action::Step(slot) => self.step(slot),
            Action::Obey(slot) => self.slots[slot].obey(),
            Action::Hear(slot) => self.hear(slot),
            Action::Deliver => {
                let (wire, count) = self.network.deliver();
                self.note((wire as u64) << 32 | count as u64);
            }
            Action::Coordinate => self.coordinate(),
            Action::Answer => self.answer(),
            Action::Cluster => {
                if let Some(event) = self.cluster.pop_front() {
                    self.tell_master(event);
                }
            }
            Action::Tick => self.tell_master(Event::Tick),
        }
        let digest = match action {
            Action::Step(slot) => 1 << 8 | slot as u64,
            Action::Obey(slot) => 2 << 8 | slot as u64,
            Action::Hear(slot) => 3 << 8 | slot as u64,
            Action::Deliver => 4,
            Action::Coordinate => 5,
            Action::Answer => 6,
            Action::Cluster => 7,
            Action::Tick => 8,
        };
        self.note(digest);
    }

    fn note(&mut self, what: u64) {
        let time = self.clock.look().mono.0;
        self.passed.trace = super::dice::mix(self.passed.trace ^ what ^ time.rotate_left(20));
    }

    /// Nobody has anything to do: time passes until somebody has.
    fn wait(&mut self) -> Result<(), Trouble> {
        let times = self.slots.iter().filter_map(Slot::next_time).chain(self.master.next_deadline());
        let now = self.clock.look().mono;
        match times.min().filter(|next| *next > now && next.since(now) < Duration::from_secs(100)) {
            Some(next) => {
                self.clock.jump_to(next);
                Ok(())
            }
            None => Err(Trouble::Stuck(self.waits())),
        }
    }

    fn waits(&self) -> Vec<String> {
        let mut waits = vec![format!("the job is {:?}", self.master.status())];
        for slot in &self.slots {
            waits.extend(slot.waits().into_iter().map(|(task, why)| format!("{}: {task}: {why}", slot.task_manager)));
        }
        waits
    }

    fn step(&mut self, number: usize) {
        let worked = self.slots[number].step() == Round::Worked;
        self.note(u64::from(worked));
        if self.slots[number].spins() {
            self.trouble = Some(Trouble::Unplanned(format!("a lane spins: {}", self.waits().join("; "))));
        }
    }

    fn strike_in_time(&mut self) {
        self.steps_to_strike -= 1;
        if self.steps_to_strike > 0 {
            return;
        }
        self.steps_to_strike = self.dice.between(1, 2000);
        let strike = self.dice.below(u64::from(self.slots_to_lose + self.cuts_to_make).max(1));
        if strike < u64::from(self.slots_to_lose) {
            self.slots_to_lose -= 1;
            let number = self.dice.below(self.slots.len() as u64) as usize;
            self.lose(number);
        } else if self.cuts_to_make > 0 {
            self.cut();
        }
    }

    /// The connection between two slots is cut, if there is one; both stay.
    fn cut(&mut self) {
        let connected = self.network.connected();
        if !connected.is_empty() {
            self.cuts_to_make -= 1;
            self.passed.cuts += 1;
            self.network.cut(self.dice.pick(&connected), &format!("{PLANNED}: the connection was cut"));
        }
    }

    /// The slot is gone with everything in it; another comes in its place, at the same address.
    fn lose(&mut self, number: usize) {
        let noticed = self.dice.one_in(2);
        self.network.lose(self.slots[number].address, noticed, &format!("{PLANNED}: the slot was lost"));
        let allocation = self.slots[number].allocation;
        self.replace(number);
        if let Some(allocation) = allocation {
            let cause = format!("{PLANNED}: the slot was lost");
            self.cluster.push_back(Event::SlotsLost { allocations: vec![allocation], cause });
        }
    }

    fn replace(&mut self, number: usize) {
        self.lives += 1;
        self.slots[number] = Slot::new(number as u32, self.lives, &self.settings);
        self.grant_slots();
    }

    /// What a ResourceManager does: the job gets as many slots as it wants.
    fn grant_slots(&mut self) {
        let granted = self.slots.iter().filter(|slot| slot.allocation.is_some()).count();
        let free = self.slots.iter_mut().filter(|slot| slot.allocation.is_none());
        for slot in free.take(self.declared.saturating_sub(granted)) {
            self.next_allocation += 1;
            slot.grant(AllocationId(self.next_allocation));
        }
    }

    /// The JobManager hears what a slot said.
    fn hear(&mut self, number: usize) {
        let slot = &mut self.slots[number];
        match slot.report() {
            Some(Report::Worker(message)) => {
                slot.sequence += 1;
                let (task_manager, sequence) = (slot.task_manager.clone(), slot.sequence);
                self.check_failure(&message);
                self.tell_master(Event::Worker { epoch: EPOCH, task_manager, sequence, message });
            }
            Some(Report::Event(event)) => self.words.push_back(Word::Event(event)),
            Some(Report::Freed(allocation)) if slot.allocation == Some(allocation) => {
                slot.stop();
                self.replace(number);
            }
            Some(Report::Freed(_)) | None => {}
        }
    }

    /// A task may fail because somebody planned it, and for no other reason.
    fn check_failure(&mut self, message: &WorkerMessage) {
        if let WorkerMessage::TaskStateChanged(status) = message
            && let Some(failure) = status.failure.as_ref().filter(|failure| !failure.message.contains(PLANNED))
        {
            self.trouble = Some(Trouble::Unplanned(format!("{:?}: {}", failure.operator, failure.message)));
        }
    }

    fn coordinate(&mut self) {
        let Some(word) = self.words.pop_front() else { return };
        let mut answers = Vec::new();
        self.coordinators.on(word, &mut answers);
        self.answers.extend(answers);
    }

    fn answer(&mut self) {
        match self.answers.pop_front() {
            Some(Answer::Reply(event)) => self.reply(event),
            Some(Answer::ToMaster(attempt, message)) => {
                self.tell_master(Event::Coordinator { epoch: EPOCH, attempt, message });
            }
            None => {}
        }
    }

    fn reply(&mut self, event: OperatorEvent) {
        let id = ExecutionVertexId { vertex: event.attempt.vertex, subtask: event.attempt.subtask };
        let Some(place) = self.master.slot_of(id) else { return };
        if let Some(slot) = self.slot_with(place.allocation) {
            slot.orders.push_back(Order::Event(event));
        }
    }

    fn slot_with(&mut self, allocation: AllocationId) -> Option<&mut Slot> {
        self.slots.iter_mut().find(|slot| slot.allocation == Some(allocation))
    }

    fn tell_master(&mut self, event: Event) {
        let now = self.clock.now();
        let mut commands = Commands::new();
        match self.master.on(now, event, &mut commands) {
            Ok(_) | Err(ControlError::Fenced(_)) => {}
            Err(error) => self.trouble = Some(Trouble::Unplanned(format!("the JobMaster: {error}"))),
        }
        self.carry_out(commands);
    }

    fn carry_out(&mut self, commands: Commands) {
        let mut deployments: BTreeMap<AllocationId, Vec<ExecutionAttemptId>> = BTreeMap::new();
        for command in commands {
            match command {
                Command::DeclareRequirements { slots } => {
                    self.declared = slots as usize;
                    self.grant_slots();
                }
                Command::StartCoordinators { attempt } => self.words.push_back(Word::Start(attempt)),
                Command::ResetCoordinators { attempt, subtasks } => {
                    self.words.push_back(Word::Reset(attempt, subtasks))
                }
                Command::CommitSinks { attempt } => self.words.push_back(Word::Commit(attempt)),
                Command::JobStatusChanged { status, .. } => {
                    self.passed.restarts += u64::from(status == JobStatus::Restarting);
                }
                // These slots tell everything once, so no report of theirs waits for an answer.
                Command::StopCoordinators { .. } | Command::Acknowledge { .. } => {}
                Command::Deploy { attempt, allocation, .. } => deployments.entry(allocation).or_default().push(attempt),
                Command::CancelTask { attempt, task_manager } => {
                    let slot = self.slots.iter_mut().find(|slot| slot.task_manager == task_manager);
                    slot.into_iter().for_each(|slot| slot.orders.push_back(Order::Cancel(attempt)));
                }
                Command::GiveUpOnWorker { attempts, .. } => {
                    self.trouble = Some(Trouble::Unplanned(format!("{attempts:?} do not stop")));
                }
                Command::ReleaseSlots { slots } => {
                    for slot in slots {
                        if let Some(held) = self.slot_with(slot.allocation) {
                            held.orders.push_back(Order::Free(slot.allocation));
                        }
                    }
                }
                Command::Finished(result) => self.finished(result),
            }
        }
        self.deploy(deployments);
    }

    fn finished(&mut self, result: JobResult) {
        if result.status != JobStatus::Finished {
            self.coordinators.on(Word::Abort, &mut Vec::new());
        }
        self.end = Some(result);
    }

    fn deploy(&mut self, tasks: BTreeMap<AllocationId, Vec<ExecutionAttemptId>>) {
        let placement = Arc::new(self.placement());
        for (allocation, attempts) in tasks {
            let deployments = attempts.iter().filter_map(|attempt| self.deployment(*attempt, &placement)).collect();
            if let Some(slot) = self.slot_with(allocation) {
                slot.orders.push_back(Order::Deploy(deployments));
            }
        }
    }

    /// As the JobManager writes it, with shares that run out often.
    fn deployment(&self, attempt: ExecutionAttemptId, placement: &Arc<Placement>) -> Option<TaskDeployment> {
        let mut deployment = self.deployer.deployment(attempt, placement)?;
        (deployment.send_share, deployment.receive_share) = self.shares;
        Some(deployment)
    }

    fn placement(&self) -> Placement {
        let mut placement = Placement::default();
        for subtask in self.deployer.subtasks() {
            let allocation = self.master.slot_of(subtask).map(|place| place.allocation);
            let slot = self.slots.iter().find(|slot| allocation.is_some() && slot.allocation == allocation);
            let lane = slot.map_or((u32::MAX, u32::MAX), |slot| (slot.address.worker, slot.address.slot));
            placement.lanes.entry(subtask.vertex).or_default().push(lane);
        }
        placement
    }
}

/// Batches of a few records, and outputs that spill after a few more.
fn limits(dice: &mut Dice) -> OutputLimits {
    OutputLimits {
        batch_records: dice.between(1, 16) as usize,
        batch_bytes: dice.between(64, 4096) as usize,
        memory_bytes: if dice.one_in(10) { 500 } else { 1 << 20 },
        ..OutputLimits::default()
    }
}

//! The driver around the ledger, the network, and what goes wrong.

use super::super::*;
use super::Dice;
use super::bug::{Bug, Suspect};
use super::yarn::{Reply, Yarn};
use std::collections::{BTreeMap, BTreeSet};

/// How long an answer is waited for.
const CALL_TIMEOUT: u64 = 2000;

enum Step {
    Arrives { response: u64, heartbeat: ContainerHeartbeat },
    Replied { number: u64, reply: Reply },
    TimesOut { number: u64, sending: u64 },
    NodeHeartbeat,
    Launch(ContainerId),
    Registers(ContainerId),
    Trouble,
}

pub(super) struct World {
    pub(super) dice: Dice,
    pub(super) yarn: Yarn,
    pub(super) ledger: Suspect,
    pub(super) started: u64,
    now: u64,
    steps: BTreeMap<(u64, u64), Step>,
    next_step: u64,
    calm: bool,
    wanted: BTreeMap<ProfileId, u32>,
    /// Started and not lost, as the commands tell it.
    workers: BTreeMap<ContainerId, ProfileId>,
    registered: BTreeSet<ContainerId>,
    busy: BTreeSet<ContainerId>,
    /// Whose workers are turned away, as the commands tell it.
    fenced: BTreeSet<ContainerId>,
    /// The heartbeat under way: its number, and which sending of it.
    under_way: Option<(u64, u64)>,
    sendings: u64,
    last_number: u64,
    sent_at: Option<u64>,
    response: u64,
}

impl World {
    pub(super) fn new(seed: u64, bug: Option<Bug>) -> Self {
        let ledger = Suspect::new(ContainerLedger::new(ContainerSettings::default(), [ONE, TWO]), bug);
        let mut world = World {
            dice: Dice(seed),
            yarn: Yarn::default(),
            ledger,
            started: 0,
            now: 0,
            steps: BTreeMap::new(),
            next_step: 0,
            calm: false,
            wanted: BTreeMap::from([(ONE, 0), (TWO, 0)]),
            workers: BTreeMap::new(),
            registered: BTreeSet::new(),
            busy: BTreeSet::new(),
            fenced: BTreeSet::new(),
            under_way: None,
            sendings: 0,
            last_number: 0,
            sent_at: None,
            response: 0,
        };
        world.yarn.register();
        world.tell(ContainerEvent::Registered { inherited: Vec::new() });
        world.after(10, Step::NodeHeartbeat);
        world.after(20, Step::Trouble);
        world
    }

    fn after(&mut self, delay: u64, step: Step) {
        self.steps.insert((self.now + delay, self.next_step), step);
        self.next_step += 1;
    }

    pub(super) fn run_until(&mut self, end: u64) {
        loop {
            let deadline = self.ledger.next_deadline().map(|deadline| deadline.0.div_ceil(1_000_000));
            let step = self.steps.first_key_value().map(|((time, _), _)| *time);
            let Some(next) = deadline.into_iter().chain(step).min().filter(|next| *next <= end) else { break };
            self.now = self.now.max(next);
            if step.is_some_and(|time| time <= self.now) {
                let (_, step) = self.steps.pop_first().unwrap();
                self.take(step);
            } else {
                self.tell(ContainerEvent::Tick);
                let next = self.ledger.next_deadline();
                assert!(next.is_none_or(|next| next > at(self.now)), "{next:?} is not after {}", self.now);
            }
        }
        self.now = end;
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Arrives { response, heartbeat } => {
                let reply = self.yarn.allocate(response, &heartbeat);
                let number = heartbeat.number;
                let copies = match self.dice.between(0, 100) {
                    0..5 if !self.calm => 0,
                    5..15 => 2,
                    _ => 1,
                };
                for _ in 0..copies {
                    let delay = self.delay();
                    self.after(delay, Step::Replied { number, reply: reply.clone() });
                }
            }
            Step::Replied { number, reply } => self.replied(number, reply),
            Step::TimesOut { number, sending } => {
                if self.under_way == Some((number, sending)) {
                    self.under_way = None;
                    self.tell(ContainerEvent::HeartbeatFailed { number });
                }
            }
            Step::NodeHeartbeat => {
                self.yarn.node_heartbeat(&mut self.dice);
                let delay = if self.calm { self.dice.between(500, 3000) } else { self.dice.between(20, 300) };
                self.after(delay, Step::NodeHeartbeat);
            }
            Step::Launch(container) => self.launch(container),
            Step::Registers(container) => self.registers(container),
            Step::Trouble => self.trouble(),
        }
        self.share_work();
    }

    fn delay(&mut self) -> u64 {
        match self.dice.percent(if self.calm { 0 } else { 5 }) {
            true => self.dice.between(1000, 5000),
            false => self.dice.between(1, 60),
        }
    }

    fn replied(&mut self, number: u64, reply: Reply) {
        let current = self.under_way.filter(|(under_way, _)| *under_way == number);
        match reply {
            Reply::Answer { response, answer } => {
                if current.is_some() {
                    (self.under_way, self.response) = (None, response);
                    self.tell(ContainerEvent::Answered { number, answer });
                }
            }
            Reply::NotRegistered if current.is_some() => {
                (self.under_way, self.response, self.sent_at) = (None, 0, None);
                self.yarn.register();
                self.tell(ContainerEvent::Resynced { inherited: Vec::new() });
            }
            Reply::NotRegistered => {}
            Reply::Invalid => assert!(current.is_none(), "heartbeat {number} has a wrong response id"),
        }
    }

    fn launch(&mut self, container: ContainerId) {
        let failed = |failure| ContainerEvent::StartFailed { container, failure, cause: String::new() };
        if !self.calm && self.dice.percent(4) {
            // Its node may have taken it all the same.
            if self.dice.percent(50) && self.yarn.launch(container).is_some() {
                self.after(500, Step::Registers(container));
            }
            return self.tell(failed(StartFailure::Refused));
        }
        if self.yarn.launch(container).is_none() {
            return self.tell(failed(StartFailure::Outdated));
        }
        self.tell(ContainerEvent::Started { container });
        if !self.calm && self.dice.percent(8) {
            self.yarn.end(container, 1);
        } else {
            let delay = self.dice.between(50, 3000);
            self.after(delay, Step::Registers(container));
        }
    }

    fn registers(&mut self, container: ContainerId) {
        let Some(profile) = self.yarn.profile_of(container) else { return };
        let admitted = !self.fenced.contains(&container);
        assert_eq!(self.ledger.admits(container), admitted, "{container:?} at {}", self.now);
        if admitted {
            // One that was lost comes back.
            self.workers.insert(container, profile);
            self.registered.insert(container);
            self.tell(ContainerEvent::WorkerRegistered { container });
        } else {
            // Dismissed.
            self.yarn.end(container, 0);
        }
    }

    fn trouble(&mut self) {
        if self.calm {
            return;
        }
        match self.dice.between(0, 100) {
            0..40 => {
                let profile = if self.dice.percent(70) { ONE } else { TWO };
                let workers = self.dice.between(0, 15) as u32;
                self.want(profile, workers);
            }
            40..70 => {
                if let Some(container) = self.yarn.any_launched(&mut self.dice) {
                    let status = [137, -102, -104, -100, 1][self.dice.between(0, 5) as usize];
                    self.yarn.end(container, status);
                    if self.registered.contains(&container) && self.dice.percent(50) {
                        self.lose(container);
                    }
                }
            }
            70..80 => {
                // Not heard of any more, though it lives.
                let registered = self.registered.first().copied();
                if let Some(container) = registered {
                    self.lose(container);
                    let back = self.dice.between(1000, 10_000);
                    self.after(back, Step::Registers(container));
                }
            }
            80..83 => self.yarn.restart(),
            83..86 => self.tell(ContainerEvent::HostBlocked { host: "host-3".to_owned() }),
            86..90 => self.tell(ContainerEvent::HostUnblocked { host: "host-3".to_owned() }),
            _ => {}
        }
        let delay = self.dice.between(50, 8000);
        self.after(delay, Step::Trouble);
    }

    fn lose(&mut self, container: ContainerId) {
        self.forget(container);
        self.tell(ContainerEvent::WorkerLost { container });
    }

    fn forget(&mut self, container: ContainerId) {
        self.workers.remove(&container);
        self.registered.remove(&container);
        self.busy.remove(&container);
    }

    fn want(&mut self, profile: ProfileId, workers: u32) {
        self.wanted.insert(profile, workers);
        self.tell(ContainerEvent::WorkersWanted { profile, workers });
    }

    /// Gives the work to as many workers as are wanted; the others are idle.
    fn share_work(&mut self) {
        let mut busy = BTreeSet::new();
        for (profile, wanted) in &self.wanted {
            let of_profile = self.registered.iter().filter(|id| self.workers.get(id) == Some(profile));
            busy.extend(of_profile.take(*wanted as usize).copied());
        }
        let registered = self.registered.clone();
        for container in registered {
            match (self.busy.contains(&container), busy.contains(&container)) {
                (false, true) => self.tell(ContainerEvent::WorkerBusy { container }),
                (true, false) => self.tell(ContainerEvent::WorkerIdle { container }),
                _ => {}
            }
        }
        self.busy = busy.into_iter().filter(|id| self.registered.contains(id)).collect();
    }

    fn tell(&mut self, event: ContainerEvent) {
        for command in self.ledger.on(at(self.now), event) {
            match command {
                ContainerCommand::Heartbeat(heartbeat) => self.send(heartbeat),
                ContainerCommand::Start { container, profile } => {
                    self.started += 1;
                    assert!(self.workers.insert(container, profile).is_none(), "{container:?} is started twice");
                    assert!(self.workers_of(profile) <= self.wanted[&profile], "too many workers at {}", self.now);
                    let delay = self.delay();
                    self.after(delay, Step::Launch(container));
                }
                ContainerCommand::Fence { container, .. } => {
                    self.fenced.insert(container);
                    self.forget(container);
                }
                ContainerCommand::StartsPaused { .. } | ContainerCommand::HostAvoided { .. } => {}
            }
        }
    }

    fn workers_of(&self, profile: ProfileId) -> u32 {
        self.workers.values().filter(|of| **of == profile).count() as u32
    }

    fn send(&mut self, heartbeat: ContainerHeartbeat) {
        assert_eq!(self.under_way, None, "two heartbeats at a time");
        assert!(self.sent_at.is_none_or(|sent| sent + 50 <= self.now), "too fast at {}", self.now);
        for ask in &heartbeat.asks {
            let missing = self.wanted[&ask.profile].saturating_sub(self.workers_of(ask.profile));
            // One that is repeated may be out of date.
            assert!(ask.containers <= missing || self.last_number == heartbeat.number, "{ask:?} at {}", self.now);
        }
        self.sendings += 1;
        self.last_number = heartbeat.number;
        (self.sent_at, self.under_way) = (Some(self.now), Some((heartbeat.number, self.sendings)));
        let (number, sending, response) = (heartbeat.number, self.sendings, self.response);
        self.after(CALL_TIMEOUT, Step::TimesOut { number, sending });
        if self.calm || !self.dice.percent(5) {
            let delay = self.delay();
            self.after(delay, Step::Arrives { response, heartbeat });
        }
    }

    pub(super) fn calm_down(&mut self) {
        self.calm = true;
        self.tell(ContainerEvent::HostUnblocked { host: "host-3".to_owned() });
        let (ones, twos) = (self.dice.between(0, 12) as u32, self.dice.between(0, 6) as u32);
        self.want(ONE, ones);
        self.want(TWO, twos);
    }

    pub(super) fn all_wanted_run(&self) {
        for (profile, wanted) in &self.wanted {
            assert_eq!(self.workers_of(*profile), *wanted, "{:?}", self.ledger.overview());
            assert_eq!(self.yarn.live_of(*profile), *wanted as usize, "containers that nobody knows");
        }
        let overview = self.ledger.overview();
        assert_eq!((overview.registered, overview.starting), (overview.wanted, 0));
        assert_eq!((overview.asked, self.yarn.asked()), (0, 0));
    }

    pub(super) fn want_nothing(&mut self) {
        self.want(ONE, 0);
        self.want(TWO, 0);
        self.share_work();
    }

    pub(super) fn nothing_is_left(&self) {
        assert_eq!((self.yarn.live_of(ONE), self.yarn.live_of(TWO), self.yarn.asked()), (0, 0, 0));
        let overview = self.ledger.overview();
        let left = (overview.wanted, overview.asked, overview.starting, overview.registered, overview.leaving);
        assert_eq!(left, (0, 0, 0, 0, 0));
    }
}

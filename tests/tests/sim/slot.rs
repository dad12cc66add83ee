//! A simulated slot: one lane, and what its TaskManager keeps for it.

use super::clock::SimClock;
use super::network::Network;
use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use weft_common::{AllocationId, ExecutionAttemptId, Mono, TaskManagerId};
use weft_control::{ExecutionState, PooledSlot, TaskStatus, WorkerMessage};
use weft_exchange::{Inbox, SlotAddress};
use weft_rpc::{OperatorEvent, TaskDeployment, TaskUpdate};
use weft_runtime::{
    EventSender, Lane, LaneContext, LaneHandle, LaneWaker, Mail, OutputLimits, Program, Round, TaskListener,
};

/// What slots of one history have in common.
#[derive(Clone)]
pub(super) struct SlotSettings {
    pub(super) program: Arc<Program>,
    pub(super) clock: Arc<SimClock>,
    pub(super) network: Arc<Network>,
    pub(super) limits: OutputLimits,
    pub(super) buffer_timeout: Duration,
    pub(super) seed: u64,
}

/// From the control side to a slot.
pub(super) enum Order {
    Deploy(Vec<TaskDeployment>),
    Cancel(ExecutionAttemptId),
    Event(OperatorEvent),
    Free(AllocationId),
}

/// From a slot to the control side.
pub(super) enum Report {
    Worker(WorkerMessage),
    Event(OperatorEvent),
    Freed(AllocationId),
}

/// What the lane says, in order.
#[derive(Default)]
struct Voice(Mutex<VecDeque<Report>>);

impl Voice {
    fn say(&self, report: Report) {
        self.0.lock().unwrap().push_back(report);
    }
}

impl EventSender for Voice {
    fn send(&self, event: OperatorEvent) {
        self.say(Report::Event(event));
    }
}

impl TaskListener for Voice {
    fn task_update(&self, update: TaskUpdate) {
        self.say(Report::Worker(WorkerMessage::TaskStateChanged(update.into())));
    }
}

/// When the lane is to be stepped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    Busy,
    Until(Option<Mono>),
}

/// One life of a slot.
pub(super) struct Slot {
    pub(super) task_manager: TaskManagerId,
    pub(super) address: SlotAddress,
    pub(super) allocation: Option<AllocationId>,
    pub(super) orders: VecDeque<Order>,
    voice: Arc<Voice>,
    tasks: BTreeSet<ExecutionAttemptId>,
    lane: Lane,
    handle: Arc<LaneHandle>,
    waker: Arc<LaneWaker>,
    rest: Rest,
    /// Rounds in a row that did nothing and asked for the next at once.
    spinning: u32,
    pub(super) sequence: u64,
}

impl Slot {
    /// The `life`-th life of slot `number`. Its address is always the same, so what was meant for an earlier life may still arrive.
    pub(super) fn new(number: u32, life: u32, settings: &SlotSettings) -> Self {
        let address = SlotAddress { worker: number, slot: 0 };
        let (voice, waker, inbox) =
            (Arc::new(Voice::default()), Arc::new(LaneWaker::default()), Arc::new(Inbox::new()));
        let wake = waker.clone();
        inbox.set_waker(Box::new(move || wake.wake()));
        settings.network.connect(address, inbox.clone());
        let handle = LaneHandle::new(waker.clone());
        let context = LaneContext {
            job: std::sync::Arc::default(),
            address,
            program: settings.program.clone(),
            transport: settings.network.port(address),
            clock: settings.clock.clone(),
            waker: waker.clone(),
            io: None,
            events: voice.clone(),
            listener: voice.clone(),
            limits: settings.limits.clone(),
            max_record: 1 << 20,
            buffer_timeout: settings.buffer_timeout,
            seed: settings.seed ^ u64::from(number) << 48,
        };
        Slot {
            task_manager: TaskManagerId(format!("slot-{number}-life-{life}")),
            address,
            allocation: None,
            orders: VecDeque::new(),
            voice,
            tasks: BTreeSet::new(),
            lane: Lane::new(context, handle.clone(), inbox),
            handle,
            waker,
            rest: Rest::Until(None),
            spinning: 0,
            sequence: 0,
        }
    }

    /// Offers itself to the job under a new grant.
    pub(super) fn grant(&mut self, allocation: AllocationId) {
        self.allocation = Some(allocation);
        let slot = weft_common::SlotId { task_manager: self.task_manager.clone(), index: 0 };
        self.voice.say(Report::Worker(WorkerMessage::SlotsOffered(vec![PooledSlot { allocation, slot }])));
    }

    /// Whether a thread would step the lane now.
    pub(super) fn is_due(&self, now: Mono) -> bool {
        match self.rest {
            Rest::Busy => true,
            Rest::Until(time) => self.waker.is_notified() || time.is_some_and(|time| time <= now),
        }
    }

    /// Until when the lane wants to be left alone, if it does not want it for ever.
    pub(super) fn next_time(&self) -> Option<Mono> {
        match self.rest {
            Rest::Busy => None,
            Rest::Until(time) => time,
        }
    }

    pub(super) fn step(&mut self) -> Round {
        if self.rest != Rest::Busy {
            self.waker.take_notified();
        }
        let round = self.lane.step();
        self.rest = match round {
            Round::Worked => Rest::Busy,
            Round::Idle(until) => Rest::Until(until),
            Round::Stopped => Rest::Until(None),
        };
        let now = self.lane.context().clock.mono();
        let again = matches!(round, Round::Idle(Some(until)) if until <= now) && !self.waker.is_notified();
        self.spinning = if again { self.spinning + 1 } else { 0 };
        round
    }

    /// Whether its thread would never park, though it has nothing to do.
    pub(super) fn spins(&self) -> bool {
        self.spinning > 5
    }

    /// Carries out the oldest order.
    pub(super) fn obey(&mut self) {
        match self.orders.pop_front() {
            Some(Order::Deploy(tasks)) => {
                self.tasks.extend(tasks.iter().map(|task| task.attempt));
                self.handle.send(Mail::Deploy(tasks));
            }
            Some(Order::Cancel(attempt)) if self.tasks.contains(&attempt) => self.handle.send(Mail::Cancel(attempt)),
            Some(Order::Cancel(attempt)) => {
                let status = TaskStatus { attempt, state: ExecutionState::Canceled, failure: None };
                self.voice.say(Report::Worker(WorkerMessage::TaskStateChanged(status)));
            }
            Some(Order::Event(event)) if self.tasks.contains(&event.attempt) => {
                self.handle.send(Mail::OperatorEvent(event));
            }
            Some(Order::Free(allocation)) => self.voice.say(Report::Freed(allocation)),
            Some(Order::Event(_)) | None => {}
        }
    }

    pub(super) fn has_reports(&self) -> bool {
        !self.voice.0.lock().unwrap().is_empty()
    }

    /// What it said first and nobody has heard yet.
    pub(super) fn report(&mut self) -> Option<Report> {
        let report = self.voice.0.lock().unwrap().pop_front()?;
        if let Report::Worker(WorkerMessage::TaskStateChanged(status)) = &report
            && status.state.is_terminal()
        {
            self.tasks.remove(&status.attempt);
        }
        Some(report)
    }

    /// Which tasks wait for what.
    pub(super) fn waits(&self) -> Vec<(String, String)> {
        self.lane.waits()
    }

    /// Ends in an orderly way.
    pub(super) fn stop(&mut self) {
        self.handle.send(Mail::Stop);
        assert_eq!(self.lane.step(), Round::Stopped);
    }
}

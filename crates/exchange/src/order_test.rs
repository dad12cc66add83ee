//! Whatever the schedule of writes, flushes, credits and polls: each consumer gets exactly the records that the
//! partitioner says, in order per channel, with the events in their places; and all credit comes home.

use crate::harness::{ByFirst, Got, Harness, Sizes};
use crate::{Progress, Ship, SlotAddress, TypedEdge};
use proptest::prelude::*;
use std::collections::HashMap;
use weft_record::{Batch, Key, Record, StreamEvent};

#[derive(Clone, Debug)]
enum Action {
    /// Rows of these text lengths, with or without times.
    Write {
        from: usize,
        lengths: Vec<usize>,
        timed: bool,
    },
    Event {
        from: usize,
        watermark: bool,
    },
    Flush(usize),
    Resume(usize),
    Deliver {
        worker: u32,
        slot: u32,
    },
    Poll(usize),
    HoldBack {
        to: usize,
        channel: usize,
        held: bool,
    },
}

const SUBTASKS: usize = 3;

fn action() -> impl Strategy<Value = Action> {
    let subtask = || 0..SUBTASKS;
    let length = prop_oneof![20 => 0usize..40, 2 => 100usize..300, 1 => 900usize..5000];
    prop_oneof![
        6 => (subtask(), prop::collection::vec(length, 0..30), any::<bool>())
            .prop_map(|(from, lengths, timed)| Action::Write { from, lengths, timed }),
        2 => (subtask(), any::<bool>()).prop_map(|(from, watermark)| Action::Event { from, watermark }),
        1 => subtask().prop_map(Action::Flush),
        3 => subtask().prop_map(Action::Resume),
        6 => (0u32..2, 0..SUBTASKS as u32).prop_map(|(worker, slot)| Action::Deliver { worker, slot }),
        6 => subtask().prop_map(Action::Poll),
        1 => (subtask(), subtask(), any::<bool>())
            .prop_map(|(to, channel, held)| Action::HoldBack { to, channel, held }),
    ]
}

/// A record says who made it, and which one it is.
trait Numbered: Record + PartialEq + std::fmt::Debug {
    fn make(key: u64, number: u64, length: usize) -> Self;
    fn number(&self) -> u64;
    fn key(&self) -> u64;
}

impl Numbered for (u64, u64) {
    fn make(key: u64, number: u64, _: usize) -> Self {
        (key, number)
    }
    fn number(&self) -> u64 {
        self.1
    }
    fn key(&self) -> u64 {
        self.0
    }
}

impl Numbered for (u64, (u64, String)) {
    fn make(key: u64, number: u64, length: usize) -> Self {
        (key, (number, "x".repeat(length)))
    }
    fn number(&self) -> u64 {
        self.1.0
    }
    fn key(&self) -> u64 {
        self.0
    }
}

/// What one producer sent to one consumer.
type Sent<T> = HashMap<(usize, usize), Vec<Got<T>>>;

struct Run<T: Record> {
    harness: Harness<T>,
    ship: Ship,
    sent: Sent<T>,
    written: Vec<u64>,
    keyed: bool,
}

impl<T: Numbered> Run<T> {
    fn new(ship: Ship, sizes: &Sizes, edge: &TypedEdge<T>) -> Self {
        let harness = Harness::new(edge, ship, sizes);
        Run { harness, ship, sent: HashMap::new(), written: vec![0; SUBTASKS], keyed: ship == Ship::KeyGroup }
    }

    fn receivers(&self, row: &T) -> Vec<usize> {
        match self.ship {
            Ship::Broadcast => (0..SUBTASKS).collect(),
            Ship::Rescale => vec![(row.number() & 0xffff_ffff) as usize % SUBTASKS],
            Ship::KeyGroup => {
                let group = ((row.key().key_hash() >> 32) * 128) >> 32;
                vec![(group * SUBTASKS as u64 / 128) as usize]
            }
            _ => vec![row.key() as usize % SUBTASKS],
        }
    }

    fn write(&mut self, from: usize, lengths: &[usize], timed: bool) {
        if self.harness.writers[from].is_blocked() {
            return;
        }
        let mut batch = Batch::of(Vec::new());
        for length in lengths {
            let number = (from as u64) << 32 | self.written[from];
            self.written[from] += 1;
            batch.rows.push(T::make(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40, number, *length));
        }
        batch.times = timed.then(|| batch.rows.iter().map(|row| row.number() as i64 - 5).collect());
        for row in &batch.rows {
            let got =
                Got::Row(row.clone(), timed.then(|| row.number() as i64 - 5), self.keyed.then(|| row.key().key_hash()));
            for to in self.receivers(row) {
                self.sent.entry((from, to)).or_default().push(got.clone());
            }
        }
        self.harness.write(from, batch).expect("write");
    }

    fn event(&mut self, from: usize, event: StreamEvent) {
        if self.harness.writers[from].is_blocked() {
            return;
        }
        for to in 0..SUBTASKS {
            self.sent.entry((from, to)).or_default().push(Got::Event(from, event.clone()));
        }
        self.harness.writers[from].event(event, &mut self.harness.net);
    }

    fn act(&mut self, index: usize, action: &Action) {
        match action {
            Action::Write { from, lengths, timed } => self.write(*from, lengths, *timed),
            Action::Event { from, watermark: true } => self.event(*from, StreamEvent::Watermark(index as i64)),
            Action::Event { from, watermark: false } => self.event(*from, StreamEvent::Idle),
            Action::Flush(from) => self.harness.writers[*from].flush(&mut self.harness.net),
            Action::Resume(from) => {
                let progress = self.harness.writers[*from].resume(&mut self.harness.net).expect("resume");
                let writer = &self.harness.writers[*from];
                assert_eq!(progress == Progress::Blocked, writer.is_blocked());
                assert_eq!(writer.is_blocked(), writer.blocked_on().is_some());
            }
            Action::Deliver { worker, slot } => {
                self.harness.deliver(SlotAddress { worker: *worker, slot: *slot }).expect("deliver");
            }
            Action::Poll(to) => {
                self.harness.poll(*to).expect("poll");
            }
            Action::HoldBack { to, channel, held: true } => self.harness.gates[*to].block_channel(*channel),
            Action::HoldBack { to, channel, .. } => self.harness.gates[*to].unblock_channel(*channel),
        }
    }

    /// Lets everything through and compares.
    fn finish(mut self, window: usize) {
        for to in 0..SUBTASKS {
            (0..SUBTASKS).for_each(|channel| self.harness.gates[to].unblock_channel(channel));
        }
        self.harness.settle().expect("settle");
        for from in 0..SUBTASKS {
            self.event(from, StreamEvent::EndOfInput);
        }
        self.harness.settle().expect("settle");
        for to in 0..SUBTASKS {
            for from in 0..SUBTASKS {
                let got = self.harness.got[to].iter().filter(|got| match got {
                    Got::Row(row, ..) => (row.number() >> 32) as usize == from,
                    Got::Event(channel, _) => *channel == from,
                });
                let got = coalesced(got.cloned().collect());
                assert_eq!(got, coalesced(self.sent.remove(&(from, to)).unwrap_or_default()), "{from} → {to}");
            }
        }
        for (channel, credit) in &self.harness.credit {
            assert_eq!(*credit, window as i64, "{channel} has not all its credit back");
        }
        assert!(self.harness.gates.iter().all(|gate| gate.held_bytes() == 0 && !gate.has_input()));
    }
}

/// Without watermarks that another follows at once.
fn coalesced<T: Clone>(elements: Vec<Got<T>>) -> Vec<Got<T>> {
    let watermark = |got: Option<&Got<T>>| matches!(got, Some(Got::Event(_, StreamEvent::Watermark(_))));
    let kept = elements.iter().enumerate();
    kept.filter(|(i, got)| !(watermark(Some(got)) && watermark(elements.get(i + 1))))
        .map(|(_, got)| got.clone())
        .collect()
}

fn run<T: Numbered>(ship: Ship, edge: TypedEdge<T>, sizes: &Sizes, actions: &[Action]) {
    let mut run = Run::new(ship, sizes, &edge);
    for (index, action) in actions.iter().enumerate() {
        run.act(index, action);
    }
    run.finish(sizes.window);
}

fn sizes() -> impl Strategy<Value = Sizes> {
    (any::<bool>(), 100usize..1000, 128usize..2000, 1usize..50).prop_map(|(together, share, window, batch_records)| {
        Sizes { together, share, window, batch_records, ..Sizes::new(SUBTASKS as u32, SUBTASKS as u32) }
    })
}

fn ship() -> impl Strategy<Value = Ship> {
    prop_oneof![Just(Ship::KeyGroup), Just(Ship::Broadcast), Just(Ship::Rescale), Just(Ship::Custom)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn records_of_any_size_arrive_in_order(
        ship in ship(), sizes in sizes(), actions in prop::collection::vec(action(), 0..200),
    ) {
        let edge: TypedEdge<(u64, (u64, String))> = match ship {
            Ship::KeyGroup => TypedEdge::keyed(ByFirst),
            _ => TypedEdge::custom(|row: &(u64, _), n| row.0 as usize % n),
        };
        run(ship, edge, &sizes, &actions);
    }

    #[test]
    fn records_of_one_size_arrive_in_order(
        ship in ship(), sizes in sizes(), actions in prop::collection::vec(action(), 0..200),
    ) {
        let edge: TypedEdge<(u64, u64)> = match ship {
            Ship::KeyGroup => TypedEdge::keyed(ByFirst),
            _ => TypedEdge::custom(|row: &(u64, _), n| row.0 as usize % n),
        };
        run(ship, edge, &sizes, &actions);
    }
}

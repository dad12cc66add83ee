//! Chains of scripted operators between a test's hands and recording edges.

use super::*;
use crate::operator::Operator;
use crate::output::{OutputLimits, Outputs};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use weft_common::{Mono, Now};
use weft_exchange::ExchangeError;
use weft_record::Batch;

type Log = Rc<RefCell<Vec<String>>>;

/// A clock that moves when a test, or an operator that is slow on purpose, says so.
#[derive(Clone, Default)]
struct TestClock(std::sync::Arc<AtomicU64>);

impl TestClock {
    fn pass(&self, time: Duration) {
        self.0.fetch_add(time.as_nanos() as u64, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Now {
        Now { mono: Mono(self.0.load(Ordering::Relaxed)), wall_ms: 0 }
    }
}

/// An edge that writes down what it is given. With no room it keeps one batch and is blocked.
struct Edge {
    name: &'static str,
    log: Log,
    room: Rc<Cell<bool>>,
    collects: bool,
    kept: Option<AnyBatch>,
    collected: Option<AnyBatch>,
}

impl Edge {
    fn take(&mut self, batch: AnyBatch) -> Progress {
        if !self.room.get() {
            self.kept = Some(batch);
            return Progress::Blocked;
        }
        let rows = batch.downcast::<u64>().unwrap().rows;
        self.log.borrow_mut().push(format!("{} {rows:?}", self.name));
        Progress::Done
    }
}

impl EdgeWriter for Edge {
    fn write(&mut self, batch: AnyBatch, _net: &mut Outbox) -> Result<Progress, ExchangeError> {
        assert!(self.kept.is_none(), "a blocked writer is given more");
        if self.collects {
            self.collected = Some(batch);
            return Ok(Progress::Done);
        }
        Ok(self.take(batch))
    }

    fn resume(&mut self, _net: &mut Outbox) -> Result<Progress, ExchangeError> {
        Ok(self.kept.take().map_or(Progress::Done, |batch| self.take(batch)))
    }

    fn event(&mut self, event: StreamEvent, net: &mut Outbox) {
        assert!(self.kept.is_none(), "a blocked writer is given an event");
        self.flush(net);
        self.log.borrow_mut().push(format!("{} {event:?}", self.name));
    }

    fn flush(&mut self, _net: &mut Outbox) {
        if let Some(batch) = self.collected.take() {
            self.take(batch);
        }
    }

    fn on_credit(&mut self, _to: u32, _bytes: u32, _net: &mut Outbox) {}

    fn is_blocked(&self) -> bool {
        self.kept.is_some()
    }

    fn has_unflushed(&self) -> bool {
        self.collected.is_some()
    }

    fn is_empty(&self) -> bool {
        self.kept.is_none() && self.collected.is_none()
    }

    fn bytes_out(&self) -> u64 {
        0
    }

    fn records_out(&self) -> u64 {
        0
    }

    fn held_bytes(&self) -> usize {
        0
    }

    fn blocked_on(&self) -> Option<String> {
        self.is_blocked().then(|| "the test".to_owned())
    }
}

/// Adds a number to every record, says what it does, and answers with the flows of its script before it is done.
struct Adder {
    name: &'static str,
    add: u64,
    script: Vec<Flow>,
    cost: Duration,
    resume_cost: Duration,
    clock: TestClock,
    timer: Option<i64>,
    log: Log,
}

impl Adder {
    fn say(&self, what: impl std::fmt::Display) {
        self.log.borrow_mut().push(format!("{} {what}", self.name));
    }
}

impl Operator for Adder {
    fn outputs(&self, limits: &OutputLimits) -> Outputs {
        Outputs::of::<u64>(limits)
    }

    fn process(&mut self, _input: usize, batch: AnyBatch, out: &mut Outputs) -> Result<Flow, TaskError> {
        self.say(format!("takes {}", batch.len()));
        self.clock.pass(self.cost * batch.len() as u32);
        let rows = batch.downcast::<u64>().unwrap().rows;
        out.main()?.emit_batch(Batch::of(rows.into_iter().map(|row| row + self.add).collect()));
        Ok(self.script.pop().unwrap_or(Flow::Done))
    }

    fn resume(&mut self, _out: &mut Outputs) -> Result<Flow, TaskError> {
        self.say("goes on");
        self.clock.pass(self.resume_cost);
        Ok(self.script.pop().unwrap_or(Flow::Done))
    }

    fn next_time(&self) -> Option<i64> {
        self.timer
    }

    fn on_time(&mut self, _now_ms: i64, _out: &mut Outputs) -> Result<Flow, TaskError> {
        self.timer = None;
        Ok(Flow::Done)
    }
}

/// A chain in the making.
#[derive(Default)]
struct Fixture {
    log: Log,
    clock: TestClock,
    room: Rc<Cell<bool>>,
    net: Outbox,
}

impl Fixture {
    fn new() -> Self {
        let fixture = Fixture::default();
        fixture.room.set(true);
        fixture
    }

    fn adder(&self, name: &'static str, add: u64) -> Adder {
        let (log, clock) = (self.log.clone(), self.clock.clone());
        Adder {
            name,
            add,
            script: Vec::new(),
            cost: Duration::ZERO,
            resume_cost: Duration::ZERO,
            clock,
            timer: None,
            log,
        }
    }

    fn edge(&self, name: &'static str) -> Edge {
        let (log, room) = (self.log.clone(), self.room.clone());
        Edge { name, log, room, collects: false, kept: None, collected: None }
    }

    /// Steps until the chain wants something; says what.
    fn run(&mut self, chain: &mut Chain) -> Step {
        loop {
            match chain.step(&mut self.net, &self.clock).unwrap() {
                Step::Worked => {}
                step => return step,
            }
        }
    }

    fn log(&self) -> Vec<String> {
        self.log.take()
    }
}

fn node(operator: Adder, targets: &[Target]) -> Node {
    let outputs = operator.outputs(&OutputLimits::default());
    Node::new(operator.name.to_owned(), Box::new(operator), outputs, vec![targets.to_vec()])
}

fn chain(nodes: Vec<Node>, edges: Vec<Edge>) -> Chain {
    let label = weft_logging::TaskLabel::new("task", nodes.iter().map(|node| node.name.clone()).collect());
    Chain::new(nodes, edges.into_iter().map(|edge| Box::new(edge) as Box<dyn EdgeWriter>).collect(), label)
}

fn batch(rows: impl IntoIterator<Item = u64>) -> Item {
    Item::Batch { input: 0, batch: AnyBatch::new(Batch::of(rows.into_iter().collect())) }
}

#[test]
fn events_and_the_end_follow_the_batches_before_them() {
    let mut fixture = Fixture::new();
    let nodes =
        vec![node(fixture.adder("a", 1), &[Target::Operator(1)]), node(fixture.adder("b", 10), &[Target::Edge(0)])];
    let mut chain = chain(nodes, vec![fixture.edge("edge")]);
    [batch([1, 2]), Item::Event(StreamEvent::Watermark(5)), batch([3]), Item::Finish]
        .into_iter()
        .for_each(|item| chain.push(item));
    assert_eq!(fixture.run(&mut chain), Step::Finished);
    let edge: Vec<_> = fixture.log().into_iter().filter(|line| line.starts_with("edge")).collect();
    assert_eq!(edge, ["edge [12, 13]", "edge Watermark(5)", "edge [14]", "edge EndOfInput"]);
}

#[test]
fn every_branch_of_a_fan_out_gets_all_records() {
    let mut fixture = Fixture::new();
    let nodes = vec![
        node(fixture.adder("head", 0), &[Target::Operator(1), Target::Edge(1), Target::Operator(2)]),
        node(fixture.adder("left", 10), &[Target::Edge(0)]),
        node(fixture.adder("right", 20), &[Target::Edge(2)]),
    ];
    let mut chain = chain(nodes, vec![fixture.edge("l"), fixture.edge("m"), fixture.edge("r")]);
    [batch([1]), Item::Finish].into_iter().for_each(|item| chain.push(item));
    assert_eq!(fixture.run(&mut chain), Step::Finished);
    let log = fixture.log();
    for line in ["l [11]", "m [1]", "r [21]", "l EndOfInput", "m EndOfInput", "r EndOfInput"] {
        assert_eq!(log.iter().filter(|said| *said == line).count(), 1, "{line} in {log:?}");
    }
    assert_eq!(chain.records_out(), 3);
}

#[test]
fn an_operator_that_has_more_is_resumed_before_it_is_given_anything() {
    let mut fixture = Fixture::new();
    let mut adder = fixture.adder("a", 0);
    adder.script = vec![Flow::Done, Flow::More, Flow::More];
    let mut chain = chain(vec![node(adder, &[Target::Edge(0)])], vec![fixture.edge("edge")]);
    [batch([1]), batch([2])].into_iter().for_each(|item| chain.push(item));
    assert_eq!(fixture.run(&mut chain), Step::Hungry);
    let said: Vec<_> = fixture.log().into_iter().filter(|line| line.starts_with('a')).collect();
    assert_eq!(said, ["a takes 1", "a goes on", "a goes on", "a takes 1"]);
}

#[test]
fn an_operator_that_waits_is_resumed_once_for_each_wake() {
    let mut fixture = Fixture::new();
    let mut adder = fixture.adder("a", 0);
    adder.script = vec![Flow::Wait, Flow::Wait, Flow::Wait];
    let mut chain = chain(vec![node(adder, &[])], Vec::new());
    chain.push(batch([1]));
    assert_eq!(fixture.run(&mut chain), Step::Waiting);
    assert_eq!(fixture.log(), ["a takes 1", "a goes on"], "a wake may have come while it was called");
    assert_eq!(fixture.run(&mut chain), Step::Waiting);
    assert!(fixture.log().is_empty());
    assert!(chain.waits_for().is_some_and(|what| what.contains("`a`")));
    chain.wake();
    assert_eq!(fixture.run(&mut chain), Step::Waiting);
    chain.wake();
    assert_eq!(fixture.run(&mut chain), Step::Hungry);
    assert_eq!(fixture.log(), ["a goes on", "a goes on"]);
}

#[test]
fn batches_are_cut_to_runs_of_about_five_milliseconds() {
    let sizes = |cost, records| {
        let mut fixture = Fixture::new();
        let mut adder = fixture.adder("a", 0);
        adder.cost = cost;
        let mut chain = chain(vec![node(adder, &[])], Vec::new());
        chain.push(batch(0..records));
        fixture.run(&mut chain);
        let size = |line: String| line.rsplit(' ').next().and_then(|n| n.parse::<usize>().ok()).unwrap();
        fixture.log().into_iter().map(size).collect::<Vec<_>>()
    };
    assert_eq!(sizes(Duration::from_millis(1), 31), [16, 5, 5, 5]);
    assert_eq!(sizes(Duration::from_millis(10), 20), [16, 1, 1, 1, 1]);
    assert_eq!(sizes(Duration::ZERO, 16 + 64 + 256 + 10), [16, 64, 256, 10]);
}

/// A call that was cut short counted as the whole batch, and what it took to finish it as nothing.
#[test]
fn what_an_interrupted_batch_cost_in_all_cuts_the_next() {
    let sizes = |cost, script: &[Flow]| {
        let mut fixture = Fixture::new();
        let mut adder = fixture.adder("a", 0);
        (adder.resume_cost, adder.script) = (cost, script.to_vec());
        let mut chain = chain(vec![node(adder, &[])], Vec::new());
        chain.push(batch(0..26));
        fixture.run(&mut chain);
        let takes = |line: String| line.strip_prefix("a takes ").and_then(|n| n.parse::<usize>().ok());
        fixture.log().into_iter().filter_map(takes).collect::<Vec<_>>()
    };
    let (done, more) = (Flow::Done, Flow::More);
    assert_eq!(sizes(Duration::from_millis(4), &[done, more, more]), [16, 10], "8 ms for 16: 10 fit");
    assert_eq!(sizes(Duration::from_millis(8), &[done, more, more]), [16, 5, 5]);
    assert_eq!(sizes(Duration::ZERO, &[done, more]), [16, 10]);
}

#[test]
fn an_interrupted_batch_does_not_make_the_next_larger() {
    let mut fixture = Fixture::new();
    let mut adder = fixture.adder("a", 0);
    adder.script = vec![Flow::Done, Flow::More];
    let mut chain = chain(vec![node(adder, &[])], Vec::new());
    chain.push(batch(0..96));
    fixture.run(&mut chain);
    assert_eq!(fixture.log(), ["a takes 16", "a goes on", "a takes 16", "a takes 64"]);
}

#[test]
fn a_blocked_edge_stops_the_chain_until_it_has_room() {
    let mut fixture = Fixture::new();
    let mut chain = chain(vec![node(fixture.adder("a", 0), &[Target::Edge(0)])], vec![fixture.edge("edge")]);
    fixture.room.set(false);
    chain.push(batch([1]));
    assert_eq!(fixture.run(&mut chain), Step::Hungry);
    chain.seal();
    chain.push(batch([2]));
    assert_eq!(fixture.run(&mut chain), Step::Blocked);
    assert_eq!(fixture.log(), ["a takes 1"]);
    fixture.room.set(true);
    assert_eq!(fixture.run(&mut chain), Step::Hungry);
    assert_eq!(fixture.log(), ["edge [1]", "a takes 1"]);
}

/// A flush, or an event, may push records into a channel that has no room for them. The chain gave the writer more.
#[test]
fn an_edge_that_a_flush_blocks_is_given_nothing_more() {
    let mut fixture = Fixture::new();
    let mut edge = fixture.edge("edge");
    edge.collects = true;
    let mut chain = chain(vec![node(fixture.adder("a", 0), &[Target::Edge(0)])], vec![edge]);
    chain.push(batch([1]));
    assert_eq!(fixture.run(&mut chain), Step::Hungry);
    chain.seal();
    assert_eq!(fixture.run(&mut chain), Step::Hungry);
    fixture.room.set(false);
    chain.flush(&mut fixture.net);
    chain.push(Item::Finish);
    assert_eq!(fixture.run(&mut chain), Step::Blocked);
    fixture.room.set(true);
    assert_eq!(fixture.run(&mut chain), Step::Finished);
    assert_eq!(fixture.log(), ["a takes 1", "edge [1]", "edge EndOfInput"]);
}

/// The lane asked for its next turn at a time that had passed, again and again, while nothing could be done.
#[test]
fn a_due_timer_of_a_chain_that_is_held_up_asks_for_no_turn() {
    let mut fixture = Fixture::new();
    let mut adder = fixture.adder("a", 0);
    adder.timer = Some(7);
    let mut chain = chain(vec![node(adder, &[Target::Edge(0)])], vec![fixture.edge("edge")]);
    assert_eq!(chain.next_time(), Some(7));
    fixture.room.set(false);
    chain.push(batch([1]));
    chain.seal();
    assert_eq!(fixture.run(&mut chain), Step::Hungry);
    chain.seal();
    assert_eq!(fixture.run(&mut chain), Step::Blocked);
    chain.on_time(10);
    assert_eq!(chain.next_time(), None);
    fixture.room.set(true);
    assert_eq!(fixture.run(&mut chain), Step::Hungry);
    assert_eq!(chain.next_time(), None, "it has been told");
}

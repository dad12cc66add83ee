//! One lane, stepped by hand. Its other end of every channel is the test.

use super::*;
use crate::operators::{FlatMap, Map, per_subtask};
use crate::{Flow, JobInfo, Operator, OperatorContext, OperatorFactory, Outputs, SourceStatus};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use weft_common::{JobId, JobVertexId, Now, OperatorId};
use weft_exchange::{Frame, InProcessTransport, TypedEdge};
use weft_graph::ShipStrategy;
use weft_record::{AnyBatch, Batch, StreamEvent};
use weft_rpc::{ChainedOperator, InputEdge, OutputEdge, Placement};

const HERE: SlotAddress = SlotAddress { worker: 0, slot: 0 };
const ELSEWHERE: SlotAddress = SlotAddress { worker: 1, slot: 0 };
const SOURCE: OperatorId = OperatorId(1);
const MIDDLE: OperatorId = OperatorId(2);

#[derive(Default)]
struct TestClock(AtomicU64);

impl TestClock {
    fn pass(&self, time: Duration) {
        self.0.fetch_add(time.as_nanos() as u64, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Now {
        let mono = Mono(self.0.load(Ordering::Relaxed));
        Now { mono, wall_ms: (mono.0 / 1_000_000) as i64 }
    }
}

/// Hears everything.
#[derive(Default)]
struct Ear {
    updates: Mutex<Vec<TaskUpdate>>,
    metrics: Mutex<Vec<Arc<TaskMetrics>>>,
}

impl TaskListener for Ear {
    fn task_update(&self, update: TaskUpdate) {
        self.updates.lock().unwrap().push(update);
    }

    fn task_metrics(&self, _attempt: ExecutionAttemptId, metrics: Arc<TaskMetrics>) {
        self.metrics.lock().unwrap().push(metrics);
    }
}

impl EventSender for Ear {
    fn send(&self, _event: OperatorEvent) {}
}

/// A source that gives one record at a time, as many as it was made for, and is then pending.
#[derive(Clone)]
struct Numbers {
    next: u64,
    count: u64,
}

impl OperatorFactory for Numbers {
    fn create(&self, _context: &OperatorContext) -> Result<Box<dyn Operator>, TaskError> {
        Ok(Box::new(self.clone()))
    }
}

impl Operator for Numbers {
    fn outputs(&self, limits: &OutputLimits) -> Outputs {
        Outputs::of::<u64>(limits)
    }

    fn poll(&mut self, out: &mut Outputs) -> Result<SourceStatus, TaskError> {
        if self.next == self.count {
            return Ok(SourceStatus::Pending);
        }
        out.main()?.emit_batch(Batch::of(vec![self.next]));
        self.next += 1;
        Ok(SourceStatus::Ready)
    }

    fn on_event(&mut self, payload: &[u8]) -> Result<(), TaskError> {
        match payload {
            b"end" => Ok(()),
            other => panic!("cannot read {other:?}"),
        }
    }
}

/// A sink that takes note.
struct Keep(Arc<Mutex<Vec<u64>>>);

impl Operator for Keep {
    fn outputs(&self, _limits: &OutputLimits) -> Outputs {
        Outputs::none()
    }

    fn process(&mut self, _input: usize, batch: AnyBatch, _out: &mut Outputs) -> Result<Flow, TaskError> {
        self.0.lock().unwrap().extend(crate::operators::typed::<u64>(batch)?.rows);
        Ok(Flow::Done)
    }
}

struct Fixture {
    lane: Lane,
    handle: Arc<LaneHandle>,
    clock: Arc<TestClock>,
    ear: Arc<Ear>,
    transport: Arc<InProcessTransport>,
}

impl Fixture {
    fn new(operators: Vec<(OperatorId, Arc<dyn OperatorFactory>)>) -> Self {
        Self::with(Arc::default(), operators)
    }

    fn with(clock: Arc<TestClock>, operators: Vec<(OperatorId, Arc<dyn OperatorFactory>)>) -> Self {
        let mut program = Program::default();
        operators.into_iter().for_each(|(id, factory)| program.add_operator(id, factory));
        program.add_edge(Arc::new(TypedEdge::<u64>::plain()));
        let (ear, transport) = (Arc::new(Ear::default()), Arc::new(InProcessTransport::new()));
        let waker = Arc::new(LaneWaker::default());
        let handle = LaneHandle::new(waker.clone());
        let context = LaneContext {
            address: HERE,
            job: Arc::new(JobInfo::default()),
            program: Arc::new(program),
            transport: transport.clone(),
            clock: clock.clone(),
            waker,
            io: None,
            events: ear.clone(),
            listener: ear.clone(),
            limits: OutputLimits::default(),
            max_record: 1 << 20,
            buffer_timeout: Duration::from_millis(100),
            seed: 1,
        };
        let lane = Lane::new(context, handle.clone(), transport.inbox(HERE));
        Fixture { lane, handle, clock, ear, transport }
    }

    fn deploy(&mut self, task: TaskDeployment) {
        self.handle.send(Mail::Deploy(vec![task]));
    }

    /// Steps until there is nothing to do.
    fn settle(&mut self) {
        while self.lane.step() == Round::Worked {}
    }

    /// The other end of the test's channel says something.
    fn receive(&self, attempt: u32, message: Message) {
        let channel = ChannelId { edge: 0, from: 0, to: 0, attempt };
        self.transport.send(HERE, vec![Envelope { channel, message }]);
    }

    /// What the lane sent.
    fn sent(&self) -> Vec<Message> {
        let mut sent = Vec::new();
        self.transport.inbox(ELSEWHERE).drain(&mut sent);
        sent.into_iter().map(|envelope| envelope.message).collect()
    }

    /// Frames among what the lane sent.
    fn frames(&self) -> Vec<Frame> {
        let frame = |message| if let Message::Data(frame) = message { Some(frame) } else { None };
        self.sent().into_iter().filter_map(frame).collect()
    }

    fn last_state(&self) -> TaskState {
        self.ear.updates.lock().unwrap().last().unwrap().state.clone()
    }

    fn metrics(&self) -> Arc<TaskMetrics> {
        self.ear.metrics.lock().unwrap().last().unwrap().clone()
    }
}

fn attempt(vertex: u128, attempt: u32) -> ExecutionAttemptId {
    ExecutionAttemptId { vertex: JobVertexId(vertex), subtask: 0, attempt }
}

/// A chain of operators in vertex 1, connected by edge 0 with vertex 2 as producer or consumer, or not at all.
fn task(number: u32, chain: &[OperatorId], input: bool, output: bool) -> TaskDeployment {
    let position = |index: usize| index.checked_sub(1).map(|parent| (parent, 0));
    let chained = chain.iter().enumerate().map(|(index, operator)| ChainedOperator {
        operator: *operator,
        name: format!("operator {}", operator.0),
        parent: position(index),
    });
    let peer = JobVertexId(2);
    let lanes = BTreeMap::from([(JobVertexId(1), vec![(0, 0)]), (peer, vec![(1, 0)])]);
    TaskDeployment {
        job: JobId(1),
        attempt: attempt(1, number),
        name: "task".to_owned(),
        parallelism: 1,
        max_parallelism: 128,
        lane: 0,
        chain: chained.collect(),
        inputs: input.then_some(InputEdge { edge: 0, input: 0, from: peer, sources: 0..1 }).into_iter().collect(),
        outputs: output
            .then_some(OutputEdge {
                edge: 0,
                operator: chain.len() - 1,
                port: 0,
                ship: ShipStrategy::Forward,
                to: peer,
                consumers: 1,
                consumer_max_parallelism: 128,
                targets: 0..1,
            })
            .into_iter()
            .collect(),
        send_share: 512,
        receive_share: 512,
        batch_mode: false,
        placement: Arc::new(Placement { lanes, workers: BTreeMap::new() }),
    }
}

fn numbers(count: u64) -> Arc<dyn OperatorFactory> {
    Arc::new(Numbers { next: 0, count })
}

fn map(function: impl FnMut(u64) -> u64 + Clone + Send + 'static) -> Arc<dyn OperatorFactory> {
    per_subtask(function, |f, _| Ok(Box::new(Map::new(f))))
}

fn keep() -> (Arc<Mutex<Vec<u64>>>, Arc<dyn OperatorFactory>) {
    let kept = Arc::new(Mutex::new(Vec::new()));
    (kept.clone(), per_subtask(kept, |kept, _| Ok(Box::new(Keep(kept)))))
}

fn failure(state: TaskState) -> TaskFailure {
    match state {
        TaskState::Failed(failure) => failure,
        other => panic!("{other:?} is not a failure"),
    }
}

#[test]
fn a_panic_fails_the_task_with_operator_and_place_and_leaves_the_lane_alone() {
    crate::catch_panics_on_this_thread();
    let bad = map(|row| if row == 2 { panic!("two is too much") } else { row });
    let mut fixture = Fixture::new(vec![(SOURCE, numbers(5)), (MIDDLE, bad)]);
    fixture.deploy(task(0, &[SOURCE, MIDDLE], false, false));
    fixture.settle();
    let failed = failure(fixture.last_state());
    assert!(failed.message.contains("two is too much") && failed.message.contains("lane_test.rs"), "{failed:?}");
    assert_eq!((failed.operator.as_deref(), failed.kind), (Some("operator 2"), ErrorKind::User));
    fixture.deploy(task(1, &[SOURCE], false, false));
    fixture.settle();
    assert_eq!(fixture.last_state(), TaskState::Running);
}

#[test]
fn an_error_of_a_function_is_its_operators() {
    let bad = |row: u64, _: &mut crate::Collector<u64>| if row == 2 { Err("no twos") } else { Ok(()) };
    let factory = per_subtask(bad, |f, _| Ok(Box::new(FlatMap::new(f))));
    let mut fixture = Fixture::new(vec![(SOURCE, numbers(5)), (MIDDLE, factory)]);
    fixture.deploy(task(0, &[SOURCE, MIDDLE], false, false));
    fixture.settle();
    let failed = failure(fixture.last_state());
    assert_eq!((failed.message.as_str(), failed.operator.as_deref()), ("no twos", Some("operator 2")));
}

/// It took the lane's thread with it.
#[test]
fn a_panic_over_a_coordinators_message_fails_the_task_only() {
    crate::catch_panics_on_this_thread();
    let mut fixture = Fixture::new(vec![(SOURCE, numbers(1))]);
    fixture.deploy(task(0, &[SOURCE], false, false));
    fixture.settle();
    let event = OperatorEvent { operator: SOURCE, attempt: attempt(1, 0), payload: b"?".to_vec() };
    fixture.handle.send(Mail::OperatorEvent(event));
    fixture.settle();
    let failed = failure(fixture.last_state());
    assert!(failed.message.contains("cannot read"), "{failed:?}");
    assert_eq!(failed.operator.as_deref(), Some("operator 1"));
}

/// A sink that panics when it is asked for its time.
struct Touchy;

impl Operator for Touchy {
    fn outputs(&self, _limits: &OutputLimits) -> Outputs {
        Outputs::none()
    }

    fn process(&mut self, _input: usize, _batch: AnyBatch, _out: &mut Outputs) -> Result<Flow, TaskError> {
        Ok(Flow::Done)
    }

    fn next_time(&self) -> Option<i64> {
        panic!("what time is it?")
    }
}

/// It took the lane's thread with it, and whoever waited for the job waited for ever.
#[test]
fn a_panic_over_the_time_of_a_task_fails_that_task_only() {
    crate::catch_panics_on_this_thread();
    let touchy = per_subtask((), |(), _| Ok(Box::new(Touchy)));
    let mut fixture = Fixture::new(vec![(SOURCE, numbers(1)), (MIDDLE, touchy)]);
    fixture.deploy(task(0, &[SOURCE], false, false));
    fixture.settle();
    fixture.deploy(task(1, &[SOURCE, MIDDLE], false, false));
    fixture.settle();
    let failed = failure(fixture.last_state());
    assert!(failed.message.contains("what time is it?"), "{failed:?}");
    assert_eq!(failed.operator.as_deref(), Some("operator 2"));
    assert_eq!(fixture.lane.tasks.len(), 1, "the neighbour goes on");
}

/// A sink that is in a hurry, by the earliest time there is, every other time it is asked: an answer came in between.
#[derive(Default)]
struct Hurried(std::cell::Cell<u32>);

impl Operator for Hurried {
    fn outputs(&self, _limits: &OutputLimits) -> Outputs {
        Outputs::none()
    }

    fn process(&mut self, _input: usize, _batch: AnyBatch, _out: &mut Outputs) -> Result<Flow, TaskError> {
        Ok(Flow::Done)
    }

    fn next_time(&self) -> Option<i64> {
        self.0.set(self.0.get() + 1);
        self.0.get().is_multiple_of(2).then_some(i64::MIN)
    }
}

/// The time until then was more than a number of milliseconds holds.
#[test]
fn the_earliest_time_there_is_has_come() {
    let hurried = per_subtask((), |(), _| Ok(Box::new(Hurried::default())));
    let mut fixture = Fixture::new(vec![(SOURCE, numbers(1)), (MIDDLE, hurried)]);
    fixture.deploy(task(0, &[SOURCE, MIDDLE], false, false));
    fixture.clock.pass(Duration::from_secs(1));
    let rounds: Vec<Round> = (0..20).map(|_| fixture.lane.step()).collect();
    assert_eq!(fixture.last_state(), TaskState::Running);
    let now = fixture.lane.context().clock.mono();
    assert!(rounds.iter().any(|round| matches!(round, Round::Idle(Some(at)) if *at <= now)), "{rounds:?}");
}

/// A record that panics when it is measured.
#[derive(Clone, Debug)]
struct Heavy(String);

impl weft_record::Record for Heavy {
    fn encode_to(&self, out: &mut weft_record::Encoder<'_>) {
        self.0.encode_to(out);
    }

    fn decode(decoder: &mut weft_record::Decoder<'_>) -> Result<Self, weft_record::DecodeError> {
        String::decode(decoder).map(Heavy)
    }

    fn describe(schema: &mut weft_record::SchemaBuilder) -> weft_record::Type {
        String::describe(schema)
    }

    fn heap_bytes(&self) -> usize {
        panic!("too heavy to weigh")
    }
}

#[test]
fn a_panic_of_a_record_that_an_idle_lane_seals_fails_its_task() {
    crate::catch_panics_on_this_thread();
    let heavy = |row: u64, out: &mut crate::Collector<Heavy>| out.emit(Heavy(row.to_string()));
    let factory = per_subtask(heavy, |f, _| Ok(Box::new(FlatMap::new(f))));
    let mut fixture = Fixture::new(vec![(SOURCE, numbers(1)), (MIDDLE, factory)]);
    fixture.deploy(task(0, &[SOURCE, MIDDLE], false, false));
    fixture.settle();
    let failed = failure(fixture.last_state());
    assert!(failed.message.contains("too heavy to weigh"), "{failed:?}");
    assert_eq!(failed.operator.as_deref(), Some("operator 2"));
}

/// A transport that panics when it is told to.
struct Torn(std::sync::atomic::AtomicBool, InProcessTransport);

impl Transport for Torn {
    fn send(&self, to: SlotAddress, envelopes: Vec<Envelope>) {
        assert!(!self.0.load(Ordering::Relaxed), "the wire is torn");
        self.1.send(to, envelopes);
    }
}

#[test]
fn a_panic_that_is_no_tasks_own_fails_them_all_and_the_lane_goes_on() {
    crate::catch_panics_on_this_thread();
    let mut fixture = Fixture::new(vec![(SOURCE, numbers(3))]);
    let torn = Arc::new(Torn(std::sync::atomic::AtomicBool::new(true), InProcessTransport::new()));
    fixture.lane.context.transport = torn.clone();
    fixture.handle.send(Mail::Deploy(vec![task(0, &[SOURCE], false, false), task(1, &[SOURCE], false, true)]));
    fixture.receive(1, Message::Credit(512));
    fixture.settle();
    let updates = std::mem::take(&mut *fixture.ear.updates.lock().unwrap());
    let failures = updates.into_iter().filter_map(|u| if let TaskState::Failed(f) = u.state { Some(f) } else { None });
    let failures: Vec<_> = failures.collect();
    assert!(failures.len() == 2 && failures.iter().all(|f| f.message.contains("the wire is torn")), "{failures:?}");
    torn.0.store(false, Ordering::Relaxed);
    fixture.deploy(task(2, &[SOURCE], false, false));
    fixture.settle();
    assert_eq!(fixture.last_state(), TaskState::Running);
}

/// At 10 ms a record.
#[test]
fn cancel_is_heard_within_a_few_records() {
    let clock = Arc::new(TestClock::default());
    let of_function = clock.clone();
    let slow = map(move |row| {
        of_function.pass(Duration::from_millis(10));
        row
    });
    let mut fixture = Fixture::with(clock, vec![(SOURCE, numbers(1_000_000)), (MIDDLE, slow)]);
    fixture.deploy(task(0, &[SOURCE, MIDDLE], false, false));
    assert_eq!(fixture.lane.step(), Round::Worked);
    let asked = fixture.clock.mono();
    fixture.handle.send(Mail::Cancel(attempt(1, 0)));
    fixture.lane.step();
    assert_eq!(fixture.last_state(), TaskState::Canceled);
    assert!(fixture.clock.mono().since(asked) < Duration::from_millis(200));
    assert!(asked.since(Mono(0)) < Duration::from_millis(500), "one step took {asked:?}");
}

#[test]
fn a_task_without_credit_takes_no_input_and_can_be_cancelled() {
    let mut fixture = Fixture::new(vec![(SOURCE, numbers(100_000))]);
    fixture.deploy(task(0, &[SOURCE], false, true));
    fixture.settle();
    let read = fixture.metrics().records_in.get();
    assert!(read < 100_000, "{read} records were read, and nobody takes them");
    assert!(fixture.frames().is_empty());
    let (_, why) = fixture.lane.waits().remove(0);
    assert!(why.contains("0 bytes of credit"), "{why}");
    for _ in 0..100 {
        fixture.receive(0, Message::Credit(512));
        fixture.settle();
        assert!(!fixture.frames().is_empty());
    }
    assert!(fixture.metrics().records_in.get() > read);
    fixture.handle.send(Mail::Cancel(attempt(1, 0)));
    fixture.settle();
    assert_eq!(fixture.last_state(), TaskState::Canceled);
}

#[test]
fn an_idle_lane_sends_what_is_not_full() {
    let mut fixture = Fixture::new(vec![(SOURCE, numbers(3))]);
    fixture.deploy(task(0, &[SOURCE], false, true));
    fixture.receive(0, Message::Credit(512));
    fixture.settle();
    assert_eq!(fixture.frames().iter().map(Frame::records).sum::<u32>(), 3);
}

/// A lane that is never idle flushed its chains, but not its edges.
#[test]
fn a_busy_lane_sends_what_waited_for_the_buffer_timeout() {
    let clock = Arc::new(TestClock::default());
    let of_function = clock.clone();
    let rare = move |row: u64, out: &mut crate::Collector<u64>| {
        of_function.pass(Duration::from_millis(1));
        if row.is_multiple_of(50) {
            out.emit(row);
        }
    };
    let factory = per_subtask(rare, |f, _| Ok(Box::new(FlatMap::new(f))));
    let mut fixture = Fixture::with(clock, vec![(SOURCE, numbers(1_000_000)), (MIDDLE, factory)]);
    fixture.deploy(task(0, &[SOURCE, MIDDLE], false, true));
    fixture.receive(0, Message::Credit(512));
    while fixture.clock.mono() < Mono::from_millis(450) {
        assert_eq!(fixture.lane.step(), Round::Worked);
    }
    assert!(fixture.frames().iter().map(Frame::records).sum::<u32>() > 0, "nothing came out");
}

#[test]
fn the_time_of_a_task_that_is_parked_is_told() {
    let mut fixture = Fixture::new(vec![(SOURCE, numbers(100_000)), (MIDDLE, Arc::new(Waits))]);
    let mut told = |number, chain: &[OperatorId], output| {
        fixture.deploy(task(number, chain, false, output));
        fixture.settle();
        let (metrics, before) = (fixture.metrics(), fixture.clock.mono());
        fixture.clock.pass(Duration::from_secs(1));
        let rate = |now| TaskMetrics::time_per_second(now, metrics.times(before), Duration::from_secs(1));
        let rates = rate(metrics.times(fixture.clock.mono()));
        fixture.handle.send(Mail::Cancel(attempt(1, number)));
        fixture.settle();
        let end = metrics.times(fixture.clock.mono());
        fixture.clock.pass(Duration::from_secs(1));
        assert_eq!(metrics.times(fixture.clock.mono()), end, "it is over");
        rates
    };
    assert_eq!(told(0, &[SOURCE], true), [0, 0, 1000], "no credit");
    assert_eq!(told(1, &[SOURCE, MIDDLE], false), [0, 0, 1000], "an operator waits");
    assert_eq!(told(2, &[SOURCE], false), [0, 1000, 0], "no input");
}

/// An operator that waits for the outside world.
struct Waits;

impl OperatorFactory for Waits {
    fn create(&self, _context: &OperatorContext) -> Result<Box<dyn Operator>, TaskError> {
        Ok(Box::new(Waits))
    }
}

impl Operator for Waits {
    fn outputs(&self, _limits: &OutputLimits) -> Outputs {
        Outputs::none()
    }

    fn process(&mut self, _input: usize, _batch: AnyBatch, _out: &mut Outputs) -> Result<Flow, TaskError> {
        Ok(Flow::Wait)
    }

    fn resume(&mut self, _out: &mut Outputs) -> Result<Flow, TaskError> {
        Ok(Flow::Wait)
    }
}

#[test]
fn what_a_task_takes_and_gives_is_counted() {
    let mut fixture = Fixture::new(vec![(SOURCE, numbers(10)), (MIDDLE, map(|row| row + 1))]);
    fixture.deploy(task(0, &[SOURCE, MIDDLE], false, true));
    fixture.receive(0, Message::Credit(512));
    fixture.settle();
    let metrics = fixture.metrics();
    assert_eq!((metrics.records_in.get(), metrics.records_out.get()), (10, 10));
    let bytes: usize = fixture.frames().iter().map(|frame| frame.body().len()).sum();
    assert_eq!(metrics.bytes_out.get(), bytes as u64);
}

/// A producer without records needs no credit to say so: its end came before the consumer was deployed, and was dropped.
#[test]
fn events_that_come_before_their_task_are_kept_for_it() {
    let (_, factory) = keep();
    let mut fixture = Fixture::new(vec![(MIDDLE, factory)]);
    fixture.receive(0, Message::Event(StreamEvent::Watermark(i64::MAX)));
    fixture.receive(0, Message::Event(StreamEvent::EndOfInput));
    fixture.settle();
    fixture.deploy(task(0, &[MIDDLE], true, false));
    fixture.settle();
    assert_eq!(fixture.last_state(), TaskState::Finished);
}

/// A sink that takes note of event time and of the end.
struct Hours(Arc<Mutex<Vec<i64>>>);

impl Operator for Hours {
    fn outputs(&self, _limits: &OutputLimits) -> Outputs {
        Outputs::none()
    }

    fn advance(&mut self, watermark: i64, _out: &mut Outputs) -> Result<Flow, TaskError> {
        self.0.lock().unwrap().push(watermark);
        Ok(Flow::Done)
    }

    fn finish(&mut self, _out: &mut Outputs) -> Result<Flow, TaskError> {
        self.0.lock().unwrap().push(-1);
        Ok(Flow::Done)
    }
}

/// Nobody was told: time stood still until the next watermark.
#[test]
fn event_time_goes_on_when_the_channel_that_held_it_back_ends() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let factory = per_subtask(told.clone(), |told, _| Ok(Box::new(Hours(told))));
    let mut fixture = Fixture::new(vec![(MIDDLE, factory)]);
    let mut deployment = task(0, &[MIDDLE], true, false);
    deployment.inputs[0].sources = 0..2;
    let lanes = BTreeMap::from([(JobVertexId(2), vec![(1, 0), (1, 0)])]);
    deployment.placement = Arc::new(Placement { lanes, workers: BTreeMap::new() });
    fixture.deploy(deployment);
    let mut say = |from, event| {
        let channel = ChannelId { edge: 0, from, to: 0, attempt: 0 };
        fixture.transport.send(HERE, vec![Envelope { channel, message: Message::Event(event) }]);
        fixture.settle();
        std::mem::take(&mut *told.lock().unwrap())
    };
    assert_eq!(say(0, StreamEvent::Watermark(10)), [0i64; 0]);
    assert_eq!(say(1, StreamEvent::Watermark(5)), [5]);
    assert_eq!(say(1, StreamEvent::EndOfInput), [10]);
    assert_eq!(say(0, StreamEvent::EndOfInput), [-1]);
}

/// They were kept for ever.
#[test]
fn messages_for_a_task_that_is_gone_are_dropped() {
    let mut fixture = Fixture::new(vec![(SOURCE, numbers(0))]);
    fixture.deploy(task(1, &[SOURCE], false, true));
    fixture.handle.send(Mail::Cancel(attempt(1, 1)));
    fixture.settle();
    fixture.receive(0, Message::Credit(1));
    fixture.receive(1, Message::Credit(1));
    fixture.settle();
    assert!(fixture.lane.early.is_empty());
    fixture.receive(2, Message::Credit(1));
    fixture.settle();
    assert_eq!(fixture.lane.early.len(), 1, "the next attempt may come");
}

#[test]
fn a_lane_that_is_stopped_drops_its_tasks() {
    let mut fixture = Fixture::new(vec![(SOURCE, numbers(3))]);
    fixture.deploy(task(0, &[SOURCE], false, false));
    fixture.settle();
    assert_eq!(fixture.lane.waits(), [("task (1/1)#0".to_owned(), "its source".to_owned())]);
    fixture.handle.send(Mail::Stop);
    assert_eq!(fixture.lane.step(), Round::Stopped);
    assert!(fixture.lane.waits().is_empty());
}

/// A job counted as cancelled, and was cleaned up after, while one of its tasks was about to make a file.
#[test]
fn a_task_is_over_when_what_it_has_going_on_outside_is_over() {
    let begun = Arc::new(Mutex::new(None));
    let shared = begun.clone();
    let busy = per_subtask(shared, |begun, context| {
        *begun.lock().unwrap() = Some(context.background.begin());
        Ok(Box::new(Keep(Arc::default())))
    });
    let mut fixture = Fixture::new(vec![(SOURCE, numbers(1)), (MIDDLE, busy)]);
    fixture.deploy(task(0, &[SOURCE, MIDDLE], false, false));
    fixture.handle.send(Mail::Cancel(attempt(1, 0)));
    fixture.settle();
    assert_eq!(fixture.last_state(), TaskState::Running, "its work goes on");
    begun.lock().unwrap().take();
    fixture.settle();
    assert_eq!(fixture.last_state(), TaskState::Canceled);
}

#[test]
fn nobody_waits_for_ever_for_what_a_task_has_going_on() {
    let busy = per_subtask((), |(), context| {
        std::mem::forget(context.background.begin());
        Err(TaskError::user("no writer today"))
    });
    let mut fixture = Fixture::new(vec![(SOURCE, numbers(1)), (MIDDLE, busy)]);
    fixture.deploy(task(0, &[SOURCE, MIDDLE], false, false));
    let Round::Idle(Some(deadline)) = fixture.lane.step() else { panic!("it waits until some time") };
    assert_eq!(fixture.last_state(), TaskState::Initializing);
    fixture.clock.pass(deadline.since(fixture.clock.mono()));
    fixture.settle();
    assert_eq!(failure(fixture.last_state()).message, "no writer today");
}

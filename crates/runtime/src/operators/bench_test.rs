//! Drives one operator as its chain would.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::task::Waker;
use std::time::Duration;

use crate::output::{OutputLimits, Outputs};
use crate::{Clock, EventSender, Flow, Operator, OperatorContext, TaskError};
use weft_common::{ExecutionAttemptId, JobVertexId, Mono, Now, OperatorId};
use weft_record::{AnyBatch, Batch, Record};
use weft_rpc::OperatorEvent;

/// A wall clock that a test sets, and a monotonic one that slow functions move.
#[derive(Default)]
pub(super) struct TestClock(AtomicI64, AtomicU64);

impl TestClock {
    pub(super) fn pass(&self, time: Duration) {
        self.1.fetch_add(time.as_nanos() as u64, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Now {
        Now { mono: Mono(self.1.load(Ordering::Relaxed)), wall_ms: self.0.load(Ordering::Relaxed) }
    }
}

struct NoCoordinator;

impl EventSender for NoCoordinator {
    fn send(&self, _event: OperatorEvent) {}
}

/// An open operator with its outputs.
pub(super) struct Bench {
    operator: Box<dyn Operator>,
    outputs: Outputs,
    clock: Arc<TestClock>,
    /// How often it had to be resumed.
    pub(super) resumed: usize,
}

impl Bench {
    /// In STREAMING mode.
    pub(super) fn new(operator: impl Operator + 'static) -> Self {
        Self::open(Arc::default(), operator, false, OutputLimits::default())
    }

    /// In BATCH mode.
    pub(super) fn batch_mode(operator: impl Operator + 'static) -> Self {
        Self::open(Arc::default(), operator, true, OutputLimits::default())
    }

    /// With a clock that its function moves.
    pub(super) fn with_clock(clock: Arc<TestClock>, operator: impl Operator + 'static) -> Self {
        Self::open(clock, operator, false, OutputLimits::default())
    }

    /// With an output that is full after this many records.
    pub(super) fn full_after(batch_records: usize, operator: impl Operator + 'static) -> Self {
        Self::open(Arc::default(), operator, false, OutputLimits { batch_records, ..OutputLimits::default() })
    }

    fn open(
        clock: Arc<TestClock>,
        mut operator: impl Operator + 'static,
        batch_mode: bool,
        limits: OutputLimits,
    ) -> Self {
        let outputs = operator.outputs(&limits);
        operator.open(&context(batch_mode, clock.clone(), limits)).unwrap();
        Bench { operator: Box::new(operator), outputs, clock, resumed: 0 }
    }

    /// Gives it a batch; what it emits to its main output.
    pub(super) fn give<T: Record, U: Record>(&mut self, input: usize, rows: impl IntoIterator<Item = T>) -> Vec<U> {
        self.try_give(input, rows).unwrap()
    }

    /// Gives it a batch; what it emits to its main output, or its error.
    pub(super) fn try_give<T: Record, U: Record>(
        &mut self,
        input: usize,
        rows: impl IntoIterator<Item = T>,
    ) -> Result<Vec<U>, TaskError> {
        let rows = rows.into_iter().collect();
        let flow = self.operator.process(
            input,
            AnyBatch::new(Batch { rows, times: None, hashes: None }),
            &mut self.outputs,
        )?;
        self.drain(flow)
    }

    /// Sets the clock and calls it if it asked for that.
    pub(super) fn at<U: Record>(&mut self, now_ms: i64) -> Vec<U> {
        self.clock.0.store(now_ms, Ordering::Relaxed);
        if self.operator.next_time().is_none_or(|time| time > now_ms) {
            return Vec::new();
        }
        let flow = self.operator.on_time(now_ms, &mut self.outputs).unwrap();
        self.drain(flow).unwrap()
    }

    /// Ends its input.
    pub(super) fn finish<U: Record>(&mut self) -> Vec<U> {
        let flow = self.operator.finish(&mut self.outputs).unwrap();
        self.drain(flow).unwrap()
    }

    fn drain<U: Record>(&mut self, mut flow: Flow) -> Result<Vec<U>, TaskError> {
        let mut rows = self.port(0);
        while flow == Flow::More {
            self.resumed += 1;
            flow = self.operator.resume(&mut self.outputs)?;
            rows.extend(self.port(0));
        }
        Ok(rows)
    }

    /// What waits at a port: 0 the main output, then the side outputs.
    pub(super) fn port<U: Record>(&mut self, port: usize) -> Vec<U> {
        self.outputs.seal();
        let mut rows = Vec::new();
        while let Some(batch) = self.outputs.pop(port).unwrap() {
            rows.extend(super::typed::<U>(batch).unwrap().rows);
        }
        rows
    }
}

fn context(batch_mode: bool, clock: Arc<TestClock>, limits: OutputLimits) -> OperatorContext {
    OperatorContext {
        job: Arc::default(),
        operator: OperatorId(1),
        name: "tested".to_owned(),
        attempt: ExecutionAttemptId { vertex: JobVertexId(1), subtask: 0, attempt: 0 },
        parallelism: 1,
        max_parallelism: 128,
        batch_mode,
        clock,
        waker: Waker::noop().clone(),
        background: crate::Background::new(Waker::noop().clone()),
        io: None,
        accumulators: Default::default(),
        events: Arc::new(NoCoordinator),
        limits,
        seed: 1,
    }
}

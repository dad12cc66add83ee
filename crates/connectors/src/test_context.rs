//! Contexts for driving sources and sinks without an engine.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Wake, Waker};
use std::time::Duration;

use tokio::runtime::Handle;
use weft_common::{ExecutionAttemptId, JobId, JobVertexId, Mono, Now, OperatorId};
use weft_runtime::coordinator::CoordinatorContext;
use weft_runtime::source::{NextSplit, Source, SourcePoll, SourceReader, SplitEnumerator};
use weft_runtime::{Clock, EventSender, OperatorContext, OutputLimits, TaskError};

/// A clock that stands still until it is moved; both of its times are the same.
#[derive(Clone, Default)]
pub(crate) struct ManualClock(Arc<AtomicU64>);

impl ManualClock {
    pub(crate) fn advance_ms(&self, ms: u64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Now {
        let ms = self.0.load(Ordering::SeqCst);
        Now { mono: Mono::from_millis(ms), wall_ms: ms as i64 }
    }
}

struct NoEvents;

impl EventSender for NoEvents {
    fn send(&self, _event: weft_rpc::OperatorEvent) {}
}

pub(crate) fn operator(parallelism: u32, subtask: u32, attempt: u32) -> OperatorContext {
    OperatorContext {
        job: Arc::default(),
        operator: OperatorId(1),
        name: "test".into(),
        attempt: ExecutionAttemptId { vertex: JobVertexId(1), subtask, attempt },
        parallelism,
        max_parallelism: 128,
        batch_mode: false,
        clock: Arc::new(ManualClock::default()),
        waker: Waker::noop().clone(),
        background: weft_runtime::Background::new(Waker::noop().clone()),
        io: None,
        accumulators: Default::default(),
        events: Arc::new(NoEvents),
        limits: OutputLimits::default(),
        seed: 7,
    }
}

pub(crate) fn coordinator(parallelism: u32, io: Option<Handle>) -> CoordinatorContext {
    let clock = Arc::new(ManualClock::default());
    CoordinatorContext {
        job: JobId(0xabc),
        info: Arc::default(),
        operator: OperatorId(1),
        name: "test".into(),
        parallelism,
        io,
        clock,
    }
}

/// All splits of a source.
pub(crate) fn splits<S: Source>(source: &S, context: &CoordinatorContext) -> Vec<S::Split> {
    let mut enumerator = source.enumerator(context).expect("an enumerator");
    let next = || match enumerator.next_split(0).expect("a split") {
        NextSplit::Split(split) => Some(split),
        NextSplit::NoMore => None,
    };
    std::iter::from_fn(next).collect()
}

/// All records of a source, split after split, each by a reader of its own, without an I/O runtime. When a source says how much it holds,
/// its readers must say that they have read that much.
pub(crate) fn read_all<S: Source>(source: &S, parallelism: u32) -> Vec<S::Item> {
    let context = coordinator(parallelism, None);
    let size = source.enumerator(&context).expect("an enumerator").size();
    let read = splits(source, &context).into_iter().map(|split| read_counting(source, split));
    let (rows, done): (Vec<_>, Vec<u64>) = read.unzip();
    assert!(size == 0 || done.iter().sum::<u64>() == size, "{done:?} of {size} are done");
    rows.into_iter().flatten().collect()
}

/// The records of one split, and how much of it its reader says that it has read.
fn read_counting<S: Source>(source: &S, split: S::Split) -> (Vec<S::Item>, u64) {
    let mut reader = source.reader(&operator(1, 0, 0)).expect("a reader");
    reader.add_split(split).expect("a split");
    let mut rows = Vec::new();
    loop {
        match reader.poll().expect("records") {
            SourcePoll::Batch(batch) => rows.extend(batch.rows),
            SourcePoll::End => return (rows, reader.done()),
            SourcePoll::Pending => unreachable!("nothing to wait for without a runtime"),
        }
    }
}

/// Drives sources and sinks on a real I/O runtime, as a slot would: whoever is pending is called again when it wakes us.
pub(crate) struct Driver {
    runtime: tokio::runtime::Runtime,
    waker: Arc<SlotWaker>,
}

/// How long anything may take before a test gives up.
const DEADLINE: Duration = Duration::from_secs(60);

impl Driver {
    pub(crate) fn new() -> Self {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build().expect("a runtime");
        Driver { runtime, waker: Arc::default() }
    }

    pub(crate) fn wakes(&self) -> u64 {
        *self.waker.wakes.lock().expect("nobody panicked")
    }

    pub(crate) fn operator(&self, parallelism: u32, subtask: u32, attempt: u32) -> OperatorContext {
        OperatorContext {
            waker: self.waker.clone().into(),
            background: weft_runtime::Background::new(self.waker.clone().into()),
            io: Some(self.runtime.handle().clone()),
            ..operator(parallelism, subtask, attempt)
        }
    }

    pub(crate) fn coordinator(&self, parallelism: u32) -> CoordinatorContext {
        coordinator(parallelism, Some(self.runtime.handle().clone()))
    }

    /// Calls `step` until it has an answer, and sleeps between calls until it is woken.
    pub(crate) fn until<T>(&self, mut step: impl FnMut() -> Option<T>) -> T {
        loop {
            let before = self.wakes();
            if let Some(answer) = step() {
                return answer;
            }
            let seen = self.waker.wakes.lock().expect("nobody panicked");
            let (_seen, late) = self
                .waker
                .changed
                .wait_timeout_while(seen, DEADLINE, |wakes| *wakes == before)
                .expect("nobody panicked");
            assert!(!late.timed_out(), "never woken");
        }
    }

    /// All records of a source, by one reader.
    pub(crate) fn read_all<S: Source>(&mut self, source: &S, parallelism: u32) -> Vec<S::Item> {
        let mut reader = source.reader(&self.operator(parallelism, 0, 0)).expect("a reader");
        for split in splits(source, &self.coordinator(parallelism)) {
            reader.add_split(split).expect("a split");
        }
        let mut rows = Vec::new();
        while let SourcePoll::Batch(batch) = self.next(&mut reader).expect("records") {
            rows.extend(batch.rows);
        }
        rows
    }

    /// The error that reading a source comes to.
    pub(crate) fn read_to_failure<S: Source>(&mut self, source: &S) -> String {
        let mut reader = source.reader(&self.operator(1, 0, 0)).expect("a reader");
        for split in splits(source, &self.coordinator(1)) {
            reader.add_split(split).expect("a split");
        }
        loop {
            match self.next(&mut reader) {
                Ok(SourcePoll::Batch(_)) => {}
                Ok(_) => panic!("it was read to its end"),
                Err(error) => return error.to_string(),
            }
        }
    }

    /// What a reader has next; it is waited for.
    pub(crate) fn next<R: SourceReader>(&self, reader: &mut R) -> Result<SourcePoll<R::Item>, TaskError> {
        self.until(|| match reader.poll() {
            Ok(SourcePoll::Pending) => None,
            other => Some(other),
        })
    }
}

#[derive(Default)]
struct SlotWaker {
    wakes: Mutex<u64>,
    changed: Condvar,
}

impl Wake for SlotWaker {
    fn wake(self: Arc<Self>) {
        *self.wakes.lock().expect("nobody panicked") += 1;
        self.changed.notify_all();
    }
}

//! The contract of a sink, and the operator that runs its writers.
//!
//! A *writer* in each subtask writes records somewhere they are not yet visible and describes what it wrote in
//! *committables*. The *committer*, once per job in the coordinator, makes committables visible: when the job finishes, or,
//! for a writer that rolls, as they come. What a failed attempt wrote is discarded by the committer.
//!
//! To the coordinator: one byte, `0` = commit when the job finishes, `1` = commit now; then the encoded committables.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::coordinator::{CoordinatorContext, CoordinatorFactory, OperatorCoordinator, Replies};
use crate::output::{OutputLimits, Outputs};
use crate::{Flow, Operator, OperatorContext, OperatorFactory, TaskError};
use weft_common::ExecutionAttemptId;
use weft_record::{AnyBatch, Batch, Decoder, Record};

const AT_THE_END: u8 = 0;
const NOW: u8 = 1;

/// Where records go.
pub trait Sink: Clone + Send + Sync + 'static {
    /// What it takes.
    type Item: Record;
    /// Describes something written and not yet visible.
    type Committable: Record;
    /// Writes; one per subtask.
    type Writer: SinkWriter<Item = Self::Item, Committable = Self::Committable>;
    /// Makes visible; one per job.
    type Committer: Committer<Committable = Self::Committable>;

    /// Makes a writer, in a slot.
    fn writer(&self, context: &OperatorContext) -> Result<Self::Writer, TaskError>;
    /// Makes the committer, in the job's coordinator. This is where an output that already exists is found.
    fn committer(&self, context: &CoordinatorContext) -> Result<Self::Committer, TaskError>;
}

/// Writes records on a slot thread. It must not block: writing behind happens on [`OperatorContext::io`].
pub trait SinkWriter: 'static {
    /// What it takes.
    type Item: Record;
    /// What it describes its work with.
    type Committable: Record;

    /// Takes records. It takes all of them; when it holds more than it should, [`is_ready`](Self::is_ready) says so.
    fn write(&mut self, batch: Batch<Self::Item>) -> Result<(), TaskError>;

    /// Whether it takes more now; if not, it wakes [`OperatorContext::waker`] when it does.
    fn is_ready(&mut self) -> Result<bool, TaskError> {
        Ok(true)
    }

    /// When, in wall-clock milliseconds, it wants to roll.
    fn next_roll(&self) -> Option<i64> {
        None
    }

    /// Closes what it has; the committables are committed at once.
    fn roll(&mut self, _now_ms: i64) -> Result<Vec<Self::Committable>, TaskError> {
        Ok(Vec::new())
    }

    /// No more records come. `None` while something is still being written; it wakes when to ask again.
    fn finish(&mut self) -> Result<Option<Vec<Self::Committable>>, TaskError>;
}

/// Makes what writers wrote visible, or discards it. It runs on the coordinator's thread and may block there.
pub trait Committer: Send + 'static {
    /// What writers describe their work with.
    type Committable: Record;

    /// Makes them visible. Idempotent: it is called again with the same after an error.
    fn commit(&mut self, committables: &[Self::Committable]) -> Result<(), TaskError>;

    /// The attempts of a subtask that `told` comes from are over without success: what they wrote is removed. The next attempt may
    /// be writing already, so nothing newer may be touched. What an attempt left without telling of it waits for
    /// [`finished`](Self::finished) or [`aborted`](Self::aborted).
    fn discard(&mut self, subtask: u32, told: &[Self::Committable]);

    /// Every sink of the job has committed; what else its attempts left is removed. What it returns reaches the client.
    fn finished(&mut self) -> Result<Option<Vec<u8>>, TaskError> {
        Ok(None)
    }

    /// The job was cancelled or failed: what was not committed is removed, whether it was told of or not; and a commit at the end
    /// of the job that [`finished`](Self::finished) did not follow, because another sink's failed, is taken back.
    fn aborted(&mut self) {}
}

/// Makes the operators of a sink.
pub fn sink_factory<S: Sink>(sink: S) -> Arc<dyn OperatorFactory> {
    Arc::new(SinkFactory(sink))
}

/// Makes the coordinator of a sink.
pub fn sink_coordinator<S: Sink>(sink: S) -> Arc<dyn CoordinatorFactory> {
    Arc::new(SinkFactory(sink))
}

struct SinkFactory<S>(S);

impl<S: Sink> OperatorFactory for SinkFactory<S> {
    fn create(&self, context: &OperatorContext) -> Result<Box<dyn Operator>, TaskError> {
        let writer = self.0.writer(context)?;
        Ok(Box::new(SinkOperator { writer, context: context.clone(), finishing: false }))
    }
}

impl<S: Sink> CoordinatorFactory for SinkFactory<S> {
    fn create(&self, context: &CoordinatorContext) -> Result<Box<dyn OperatorCoordinator>, TaskError> {
        let committer = self.0.committer(context)?;
        Ok(Box::new(SinkCoordinator {
            committer,
            pending: BTreeMap::new(),
            due: Vec::new(),
            types: PhantomData::<fn() -> S>,
        }))
    }
}

struct SinkOperator<W> {
    writer: W,
    context: OperatorContext,
    finishing: bool,
}

impl<W: SinkWriter> SinkOperator<W> {
    fn tell(&self, when: u8, committables: &[W::Committable]) {
        let mut payload = vec![when];
        committables.iter().for_each(|c| c.encode(&mut payload));
        self.context.send_event(payload);
    }

    fn ready(&mut self) -> Result<Flow, TaskError> {
        Ok(if self.writer.is_ready()? { Flow::Done } else { Flow::Wait })
    }
}

impl<W: SinkWriter> Operator for SinkOperator<W> {
    fn outputs(&self, _limits: &OutputLimits) -> Outputs {
        Outputs::none()
    }

    fn process(&mut self, _input: usize, batch: AnyBatch, _out: &mut Outputs) -> Result<Flow, TaskError> {
        self.writer.write(super::operators::typed(batch)?)?;
        self.ready()
    }

    fn resume(&mut self, out: &mut Outputs) -> Result<Flow, TaskError> {
        if self.finishing { self.finish(out) } else { self.ready() }
    }

    fn next_time(&self) -> Option<i64> {
        self.writer.next_roll()
    }

    fn on_time(&mut self, now_ms: i64, _out: &mut Outputs) -> Result<Flow, TaskError> {
        let rolled = self.writer.roll(now_ms)?;
        if !rolled.is_empty() {
            self.tell(NOW, &rolled);
        }
        self.ready()
    }

    fn finish(&mut self, _out: &mut Outputs) -> Result<Flow, TaskError> {
        self.finishing = true;
        let Some(committables) = self.writer.finish()? else { return Ok(Flow::Wait) };
        self.tell(AT_THE_END, &committables);
        Ok(Flow::Done)
    }
}

/// Keeps committables by subtask until the job finishes. Of several attempts of a subtask the highest counts.
struct SinkCoordinator<C: Committer, S> {
    committer: C,
    pending: BTreeMap<u32, (u32, Vec<C::Committable>)>,
    /// What is to be committed now and could not be yet.
    due: Vec<C::Committable>,
    types: PhantomData<S>,
}

impl<C: Committer, S> SinkCoordinator<C, S> {
    /// A reset is carried out when the next attempt may have begun, so without anything that tells the attempts apart nothing is
    /// discarded.
    fn discard(&mut self, subtask: u32, told: &[C::Committable]) {
        if !told.is_empty() {
            self.committer.discard(subtask, told);
        }
    }
}

impl<C: Committer, S> OperatorCoordinator for SinkCoordinator<C, fn() -> S> {
    fn on_event(&mut self, from: ExecutionAttemptId, payload: &[u8], _replies: &mut Replies) -> Result<(), TaskError> {
        let entry = self.pending.entry(from.subtask).or_insert_with(|| (from.attempt, Vec::new()));
        if from.attempt < entry.0 {
            return Ok(());
        }
        if from.attempt > entry.0 {
            let (_, stale) = std::mem::replace(entry, (from.attempt, Vec::new()));
            self.discard(from.subtask, &stale);
        }
        let mut decoder = Decoder::new(payload);
        let when = u8::decode(&mut decoder)?;
        let mut committables = Vec::new();
        while !decoder.is_empty() {
            committables.push(C::Committable::decode(&mut decoder)?);
        }
        if when == NOW {
            self.due.extend(committables);
            return self.retry();
        }
        if let Some((_, pending)) = self.pending.get_mut(&from.subtask) {
            pending.extend(committables);
        }
        Ok(())
    }

    fn subtask_reset(&mut self, subtask: u32) -> Result<(), TaskError> {
        let told = self.pending.remove(&subtask).map(|(_, told)| told).unwrap_or_default();
        self.discard(subtask, &told);
        Ok(())
    }

    fn retry(&mut self) -> Result<(), TaskError> {
        self.committer.commit(&self.due)?;
        self.due.clear();
        Ok(())
    }

    fn commit(&mut self) -> Result<(), TaskError> {
        let all: Vec<_> = self.pending.values().flat_map(|(_, told)| told).cloned().collect();
        self.committer.commit(&all)
    }

    fn finished(&mut self) -> Result<Option<Vec<u8>>, TaskError> {
        self.pending.clear();
        self.committer.finished()
    }

    fn abort(&mut self) {
        for (subtask, (_, told)) in std::mem::take(&mut self.pending) {
            self.committer.discard(subtask, &told);
        }
        self.committer.aborted();
    }
}

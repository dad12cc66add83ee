//! The contract of an operator.
//!
//! An operator is called by its chain with one batch or one event at a time and puts what it emits into its [`Outputs`]. It
//! may return [`Flow::More`] when its output is full; the chain then moves the output on, looks at mail, barriers and
//! cancellation, and calls [`resume`](Operator::resume) when there is room. Nothing else is given to it in between, so an
//! operator has at most one thing unfinished. [`Flow::Wait`] means the same, but only a wake-up (a write that came through,
//! an answer) makes a further call worthwhile.
//!
//! Operators live on one thread and need not be `Send`; what crosses threads is the [`OperatorFactory`].

use std::sync::Arc;
use std::task::Waker;

use crate::accumulators::AccumulatorHandle;
use crate::output::{OutputLimits, Outputs};
use crate::{Accumulators, Background, Clock, JobInfo, TaskError};
use weft_common::{ExecutionAttemptId, OperatorId};
use weft_record::AnyBatch;
use weft_rpc::OperatorEvent;

/// Whether an operator is through with what it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Through.
    Done,
    /// Call `resume` when the output has been moved on.
    More,
    /// Call `resume` after a wake-up.
    Wait,
}

/// What a source has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceStatus {
    /// Something was emitted, and there may be more at once.
    Ready,
    /// Nothing now; it will wake the slot.
    Pending,
    /// Nothing any more.
    End,
}

/// How far a source has come, in a unit of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceProgress {
    /// What this subtask has read.
    pub done: u64,
    /// What all subtasks together are to read; 0 when that is not known.
    pub size: u64,
}

/// Takes batches and events, emits batches. See the module's essay for the protocol.
pub trait Operator {
    /// The outputs it emits to, made once before `open`.
    fn outputs(&self, limits: &OutputLimits) -> Outputs;

    /// Called once, on the thread it will run on, after [`outputs`](Self::outputs) and before any batch, event or message. Its task starts
    /// only when all operators of its chain are open.
    fn open(&mut self, _context: &OperatorContext) -> Result<(), TaskError> {
        Ok(())
    }

    /// Takes a batch on one of its inputs.
    fn process(&mut self, _input: usize, _batch: AnyBatch, _out: &mut Outputs) -> Result<Flow, TaskError> {
        Err(TaskError::fatal("a source was given input"))
    }

    /// Goes on with what the last call left unfinished.
    fn resume(&mut self, _out: &mut Outputs) -> Result<Flow, TaskError> {
        Ok(Flow::Done)
    }

    /// Event time advanced to `watermark`, the minimum over all inputs.
    fn advance(&mut self, _watermark: i64, _out: &mut Outputs) -> Result<Flow, TaskError> {
        Ok(Flow::Done)
    }

    /// When, in wall-clock milliseconds, it next wants [`on_time`](Self::on_time).
    fn next_time(&self) -> Option<i64> {
        None
    }

    /// Processing time reached what it asked for.
    fn on_time(&mut self, _now_ms: i64, _out: &mut Outputs) -> Result<Flow, TaskError> {
        Ok(Flow::Done)
    }

    /// One of its inputs is at its end; others may go on.
    fn end_input(&mut self, _input: usize, _out: &mut Outputs) -> Result<Flow, TaskError> {
        Ok(Flow::Done)
    }

    /// All inputs are at their end: what it still holds is emitted.
    fn finish(&mut self, _out: &mut Outputs) -> Result<Flow, TaskError> {
        Ok(Flow::Done)
    }

    /// For sources: emits what there is.
    fn poll(&mut self, _out: &mut Outputs) -> Result<SourceStatus, TaskError> {
        Ok(SourceStatus::End)
    }

    /// For sources: how far they have come.
    fn progress(&self) -> SourceProgress {
        SourceProgress::default()
    }

    /// A message from its coordinator.
    fn on_event(&mut self, _payload: &[u8]) -> Result<(), TaskError> {
        Ok(())
    }

    /// Called once when its task is over, whether it finished, failed or was cancelled: the place to let go of what dropping it would
    /// not. It can emit nothing and has nobody to report to; it must not block, and a panic is logged. A task whose operators could
    /// not all be opened is dropped without it, and a process that is killed calls nothing.
    fn close(&mut self) {}
}

/// Makes operators of one kind: one per subtask and attempt, on the thread it will run on.
pub trait OperatorFactory: Send + Sync {
    /// A new operator.
    fn create(&self, context: &OperatorContext) -> Result<Box<dyn Operator>, TaskError>;
}

/// Sends an operator's messages to its coordinator.
pub trait EventSender: Send + Sync {
    /// Hands the message over.
    fn send(&self, event: OperatorEvent);
}

/// Who an operator is and what it may use.
#[derive(Clone)]
pub struct OperatorContext {
    /// The operator.
    pub operator: OperatorId,
    /// Its name.
    pub name: String,
    /// Which attempt of which subtask.
    pub attempt: ExecutionAttemptId,
    /// How many subtasks there are.
    pub parallelism: u32,
    /// How many key groups its keyed streams have.
    pub max_parallelism: u32,
    /// What it belongs to.
    pub job: Arc<JobInfo>,
    /// Whether rolling operators emit only final values.
    pub batch_mode: bool,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Wakes the slot the operator lives in.
    pub waker: Waker,
    /// Where reading ahead and writing behind happen; `None` in a simulation.
    pub io: Option<tokio::runtime::Handle>,
    /// Where work with effects outside the slot is announced: the task is not over before it.
    pub background: Background,
    /// What the user functions of its task count.
    pub accumulators: Accumulators,
    /// The way to its coordinator.
    pub events: Arc<dyn EventSender>,
    /// What outputs may gather.
    pub limits: OutputLimits,
    /// Seed for whatever is random in it; the same for the same subtask and attempt of a simulation.
    pub seed: u64,
}

impl OperatorContext {
    /// Which subtask, from 0.
    pub fn subtask(&self) -> u32 {
        self.attempt.subtask
    }

    /// The accumulator of this name in this subtask, to be kept by who asks. What the subtasks have counted under a name is merged:
    /// it is shown while the job runs, and is part of its result. A name is of one kind.
    ///
    /// A handle counts right on the thread that the subtask runs on, and only there.
    pub fn accumulator<A: AccumulatorHandle>(&self, name: &str) -> A {
        self.accumulators.get(name)
    }

    /// Sends a message to the coordinator.
    pub fn send_event(&self, payload: Vec<u8>) {
        self.events.send(OperatorEvent { operator: self.operator, attempt: self.attempt, payload });
    }
}

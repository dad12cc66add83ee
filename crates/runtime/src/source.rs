//! The contract of a source, and the operator that runs its readers.
//!
//! A source is three things. The *enumerator* lives once per job in the coordinator and knows the splits (files, ranges,
//! partitions). A *reader* lives in each subtask and reads the splits it is given. The *split* says what to read and from where;
//! it travels and is kept in checkpoints, so it is a record.
//!
//! Readers ask for work: a reader that is through with its splits is given another until the enumerator says there are no more.
//! So fast readers read more, and a split whose reader failed is handed out again.
//!
//! Reader and enumerator speak over the job's coordinator events. To the enumerator: one byte `0` = a split, please; behind it, if
//! the reader knows, the name of its machine. To the reader: `0`, the size of the whole source (`u64`; 0: not known), then an encoded
//! split; or `1` = there are no more, and that size.
//!
//! How far a source has come is what its readers have [done](SourceReader::done), in percent of its [size](SplitEnumerator::size).

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::coordinator::{CoordinatorContext, CoordinatorFactory, OperatorCoordinator, Replies};
use crate::output::{OutputLimits, Outputs};
use crate::{Operator, OperatorContext, OperatorFactory, SourceProgress, SourceStatus, TaskError};
use weft_common::ExecutionAttemptId;
use weft_record::{Batch, Decoder, Record};

const SPLIT: u8 = 0;
const NO_MORE: u8 = 1;

/// Whether a source comes to an end by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundedness {
    /// It does.
    Bounded,
    /// It goes on until the job is cancelled.
    Unbounded,
}

/// Where records come from.
pub trait Source: Clone + Send + Sync + 'static {
    /// What it reads.
    type Item: Record;
    /// A piece of it that one reader reads.
    type Split: Record;
    /// Knows the splits; one per job.
    type Enumerator: SplitEnumerator<Split = Self::Split>;
    /// Reads splits; one per subtask.
    type Reader: SourceReader<Item = Self::Item, Split = Self::Split>;

    /// Whether it comes to an end.
    fn boundedness(&self) -> Boundedness;
    /// Makes the enumerator, in the job's coordinator. This is where a missing file is found.
    fn enumerator(&self, context: &CoordinatorContext) -> Result<Self::Enumerator, TaskError>;
    /// Makes a reader, in a slot.
    fn reader(&self, context: &OperatorContext) -> Result<Self::Reader, TaskError>;
}

/// What an enumerator answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextSplit<S> {
    /// Read this.
    Split(S),
    /// There are no more, and never will be.
    NoMore,
}

/// Knows the splits of one source and hands them out. It runs on the coordinator's thread and may block there for short.
pub trait SplitEnumerator: Send + 'static {
    /// A piece to read.
    type Split: Record;

    /// Where the reader of a subtask is, told before it gets a split: what lies there, it reads without a network.
    fn reader_is_on(&mut self, subtask: u32, machine: &str) {
        let _ = (subtask, machine);
    }

    /// The next split for this subtask.
    fn next_split(&mut self, subtask: u32) -> Result<NextSplit<Self::Split>, TaskError>;

    /// Splits whose reader was lost; they are to be handed out again.
    fn add_back(&mut self, splits: Vec<Self::Split>);

    /// How much all splits are together, read or not, in the unit of [`SourceReader::done`]; 0 when that is not known.
    fn size(&self) -> u64 {
        0
    }
}

/// What a reader has.
#[derive(Clone, Debug, PartialEq)]
pub enum SourcePoll<T> {
    /// Records.
    Batch(Batch<T>),
    /// Nothing now. The reader wakes [`OperatorContext::waker`] or is called at [`SourceReader::next_time`].
    Pending,
    /// All splits given so far are read.
    End,
}

/// Reads splits on a slot thread. It must not block: reading ahead happens on [`OperatorContext::io`].
pub trait SourceReader: 'static {
    /// What it reads.
    type Item: Record;
    /// What it is given to read.
    type Split: Record;

    /// The name of the machine it reads on, where it matters which splits it gets.
    fn machine(&self) -> Option<String> {
        None
    }

    /// Another split to read, after those it has.
    fn add_split(&mut self, split: Self::Split) -> Result<(), TaskError>;

    /// The next records.
    fn poll(&mut self) -> Result<SourcePoll<Self::Item>, TaskError>;

    /// How much of its splits it has read.
    fn done(&self) -> u64 {
        0
    }

    /// When, in wall-clock milliseconds, a pending reader wants to be polled without being woken.
    fn next_time(&self) -> Option<i64> {
        None
    }
}

/// Makes the operators of a source.
pub fn source_factory<S: Source>(source: S) -> Arc<dyn OperatorFactory> {
    Arc::new(SourceFactory(source))
}

/// Makes the coordinator of a source.
pub fn source_coordinator<S: Source>(source: S) -> Arc<dyn CoordinatorFactory> {
    Arc::new(SourceFactory(source))
}

struct SourceFactory<S>(S);

impl<S: Source> OperatorFactory for SourceFactory<S> {
    fn create(&self, context: &OperatorContext) -> Result<Box<dyn Operator>, TaskError> {
        let reader = self.0.reader(context)?;
        Ok(Box::new(SourceOperator { reader, context: context.clone(), request: Request::None, size: 0 }))
    }
}

impl<S: Source> CoordinatorFactory for SourceFactory<S> {
    fn create(&self, context: &CoordinatorContext) -> Result<Box<dyn OperatorCoordinator>, TaskError> {
        let enumerator = self.0.enumerator(context)?;
        Ok(Box::new(SourceCoordinator { enumerator, assigned: BTreeMap::new(), attempts: BTreeMap::new() }))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Request {
    None,
    Sent,
    NoMore,
}

struct SourceOperator<R> {
    reader: R,
    context: OperatorContext,
    request: Request,
    /// Of the whole source, as last heard.
    size: u64,
}

impl<R: SourceReader> Operator for SourceOperator<R> {
    fn outputs(&self, limits: &OutputLimits) -> Outputs {
        Outputs::of::<R::Item>(limits)
    }

    fn next_time(&self) -> Option<i64> {
        self.reader.next_time()
    }

    fn progress(&self) -> SourceProgress {
        SourceProgress { done: self.reader.done(), size: self.size }
    }

    fn poll(&mut self, out: &mut Outputs) -> Result<SourceStatus, TaskError> {
        match self.reader.poll()? {
            SourcePoll::Batch(batch) => {
                out.main::<R::Item>()?.emit_batch(batch);
                Ok(SourceStatus::Ready)
            }
            SourcePoll::Pending => Ok(SourceStatus::Pending),
            SourcePoll::End => Ok(self.out_of_splits()),
        }
    }

    fn on_event(&mut self, payload: &[u8]) -> Result<(), TaskError> {
        let mut decoder = Decoder::new(payload);
        let (kind, size) = <(u8, u64)>::decode(&mut decoder)?;
        self.size = size;
        if kind == NO_MORE {
            self.request = Request::NoMore;
            return Ok(());
        }
        self.request = Request::None;
        self.reader.add_split(R::Split::decode(&mut decoder)?)
    }
}

impl<R: SourceReader> SourceOperator<R> {
    fn request(&self) -> Vec<u8> {
        [&[SPLIT], self.reader.machine().unwrap_or_default().as_bytes()].concat()
    }

    fn out_of_splits(&mut self) -> SourceStatus {
        match self.request {
            Request::NoMore => return SourceStatus::End,
            Request::None => self.context.send_event(self.request()),
            Request::Sent => {}
        }
        self.request = Request::Sent;
        SourceStatus::Pending
    }
}

/// Hands out splits and remembers who has which. A subtask that speaks with a higher attempt has started over: what the attempts
/// before it were given is handed out again, and what they still say is not heard.
struct SourceCoordinator<E: SplitEnumerator> {
    enumerator: E,
    assigned: BTreeMap<u32, Vec<E::Split>>,
    attempts: BTreeMap<u32, u32>,
}

impl<E: SplitEnumerator> OperatorCoordinator for SourceCoordinator<E> {
    fn on_event(&mut self, from: ExecutionAttemptId, payload: &[u8], replies: &mut Replies) -> Result<(), TaskError> {
        let latest = self.attempts.entry(from.subtask).or_insert(from.attempt);
        if from.attempt < *latest {
            return Ok(());
        }
        if from.attempt > *latest {
            *latest = from.attempt;
            self.subtask_reset(from.subtask)?;
        }
        // A name that is no text is nobody's.
        let machine = payload.get(1..).and_then(|name| std::str::from_utf8(name).ok()).filter(|name| !name.is_empty());
        if let Some(machine) = machine {
            self.enumerator.reader_is_on(from.subtask, machine);
        }
        let mut answer = Vec::new();
        let size = self.enumerator.size();
        match self.enumerator.next_split(from.subtask)? {
            NextSplit::NoMore => (NO_MORE, size).encode(&mut answer),
            NextSplit::Split(split) => {
                (SPLIT, size).encode(&mut answer);
                split.encode(&mut answer);
                self.assigned.entry(from.subtask).or_default().push(split);
            }
        }
        replies.push((from, answer));
        Ok(())
    }

    fn subtask_reset(&mut self, subtask: u32) -> Result<(), TaskError> {
        if let Some(splits) = self.assigned.remove(&subtask) {
            self.enumerator.add_back(splits);
        }
        Ok(())
    }
}

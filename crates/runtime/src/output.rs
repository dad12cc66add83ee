//! Where an operator puts what it emits.
//!
//! Records gather in a [`Collector`] until a batch is full, an event must pass or the task runs out of input. An operator that
//! can be suspended looks at [`Collector::is_full`] and stops; one whose user function pushes cannot be stopped in the
//! middle of a call, so what it pushes beyond the pool goes to a bounded local [`SpillFile`], in order, and is read back
//! batch by batch.

use std::any::Any;
use std::collections::VecDeque;
use std::mem;
use std::path::PathBuf;

use crate::TaskError;
use crate::spill::SpillFile;
use weft_record::{AnyBatch, Batch, Record};

/// How much an output may gather.
#[derive(Clone, Debug)]
pub struct OutputLimits {
    /// Records of one batch.
    pub batch_records: usize,
    /// Estimated bytes of one batch.
    pub batch_bytes: usize,
    /// Estimated bytes of full batches held in memory before a pushing function's output goes to disk.
    pub memory_bytes: usize,
    /// Bytes that may go to disk (`exchange.spill.max-size`).
    pub spill_bytes: u64,
    /// Directory of spill files (`io.tmp.dirs`).
    pub spill_dir: PathBuf,
}

impl Default for OutputLimits {
    fn default() -> Self {
        OutputLimits {
            batch_records: weft_record::MAX_BATCH_RECORDS,
            batch_bytes: weft_record::MAX_BATCH_BYTES,
            memory_bytes: 16 << 20,
            spill_bytes: 10 << 30,
            spill_dir: std::env::temp_dir(),
        }
    }
}

/// Takes records of one output of an operator.
pub struct Collector<T> {
    rows: Vec<T>,
    times: Vec<i64>,
    /// Event time that emitted records get: that of the record in hand.
    time: Option<i64>,
    full_at: usize,
    ready: VecDeque<Batch<T>>,
    ready_bytes: usize,
    spill: Option<SpillFile<T>>,
    error: Option<TaskError>,
    limits: OutputLimits,
    emitted: u64,
}

impl<T: Record> Collector<T> {
    /// An empty collector.
    pub fn new(limits: OutputLimits) -> Self {
        let full_at = (limits.batch_bytes / mem::size_of::<T>().max(1)).clamp(1, limits.batch_records.max(1));
        Collector {
            rows: Vec::new(),
            times: Vec::new(),
            time: None,
            full_at,
            ready: VecDeque::new(),
            ready_bytes: 0,
            spill: None,
            error: None,
            limits,
            emitted: 0,
        }
    }

    /// Emits one record, with the event time of the record it came from.
    #[inline]
    pub fn emit(&mut self, record: T) {
        if self.rows.len() == self.rows.capacity() {
            self.grow();
        }
        self.rows.push(record);
        if let Some(time) = self.time {
            self.times.push(time);
        }
        if self.rows.len() >= self.full_at {
            self.seal();
        }
    }

    /// Emits a batch as it is; small ones are gathered with their neighbours.
    pub fn emit_batch(&mut self, mut batch: Batch<T>) {
        if batch.is_empty() {
            return;
        }
        batch.hashes = None;
        let small = batch.len() * 2 < self.full_at;
        if small && batch.times.is_none() && self.time.is_none() && self.rows.len() + batch.len() <= self.full_at {
            if self.rows.is_empty() {
                self.rows = batch.rows;
            } else {
                self.rows.append(&mut batch.rows);
            }
            return;
        }
        self.seal();
        self.push_ready(batch);
    }

    /// The event time that records emitted from now on get.
    #[inline]
    pub fn set_time(&mut self, time: Option<i64>) {
        if time.is_some() != self.time.is_some() {
            self.seal();
        }
        self.time = time;
    }

    /// Whether a full batch waits: an operator that can be suspended stops here.
    #[inline]
    pub fn is_full(&self) -> bool {
        !self.ready.is_empty()
    }

    #[cold]
    fn grow(&mut self) {
        let more = if self.rows.capacity() == 0 { 16.min(self.full_at) } else { self.rows.capacity() };
        self.rows.reserve_exact(more);
    }

    /// Closes the batch in the making.
    pub(crate) fn seal(&mut self) {
        if self.rows.is_empty() {
            return;
        }
        let next = Vec::with_capacity(if self.rows.len() >= self.full_at { self.full_at } else { 0 });
        let rows = mem::replace(&mut self.rows, next);
        let times = (!self.times.is_empty()).then(|| mem::take(&mut self.times));
        self.push_ready(Batch { rows, times, hashes: None });
    }

    fn push_ready(&mut self, batch: Batch<T>) {
        self.emitted += batch.len() as u64;
        let bytes = batch.estimated_bytes();
        let per_row = (bytes / batch.len().max(1)).max(1);
        self.full_at = (self.limits.batch_bytes / per_row).clamp(1, self.limits.batch_records.max(1));
        if self.spill.is_none() && self.ready_bytes + bytes <= self.limits.memory_bytes
            || self.ready.is_empty() && self.spill.is_none()
        {
            self.ready_bytes += bytes;
            self.ready.push_back(batch);
        } else if self.error.is_none()
            && let Err(error) = self.spill_batch(&batch)
        {
            self.error = Some(error);
        }
    }

    #[cold]
    fn spill_batch(&mut self, batch: &Batch<T>) -> Result<(), TaskError> {
        if self.spill.is_none() {
            self.spill = Some(SpillFile::create(&self.limits.spill_dir, self.limits.spill_bytes)?);
        }
        match &mut self.spill {
            Some(spill) => spill.push(batch),
            None => Ok(()),
        }
    }

    fn pop_batch(&mut self) -> Result<Option<Batch<T>>, TaskError> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        if let Some(batch) = self.ready.pop_front() {
            self.ready_bytes = self.ready_bytes.saturating_sub(batch.estimated_bytes());
            return Ok(Some(batch));
        }
        let Some(spill) = &mut self.spill else { return Ok(None) };
        let batch = spill.pop()?;
        if batch.is_none() {
            self.spill = None;
        }
        Ok(batch)
    }
}

/// A collector whose record type is not known.
trait Port {
    fn pop(&mut self) -> Result<Option<AnyBatch>, TaskError>;
    fn seal(&mut self);
    fn emitted(&self) -> u64;
    fn waiting(&self) -> u64;
    fn is_full(&self) -> bool;
    fn as_any(&mut self) -> &mut dyn Any;
}

impl<T: Record> Port for Collector<T> {
    fn pop(&mut self) -> Result<Option<AnyBatch>, TaskError> {
        Ok(self.pop_batch()?.map(AnyBatch::new))
    }

    fn seal(&mut self) {
        Collector::seal(self);
    }

    fn emitted(&self) -> u64 {
        self.emitted + self.rows.len() as u64
    }

    fn waiting(&self) -> u64 {
        self.rows.len() as u64
    }

    fn is_full(&self) -> bool {
        Collector::is_full(self)
    }

    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}

/// All outputs of one operator: the main one is port 0, side outputs follow in the order they were declared.
#[derive(Default)]
pub struct Outputs {
    ports: Vec<(String, Box<dyn Port>)>,
}

impl Outputs {
    /// No outputs: a sink.
    pub fn none() -> Self {
        Outputs::default()
    }

    /// One main output of `T`.
    pub fn of<T: Record>(limits: &OutputLimits) -> Self {
        let mut outputs = Outputs::default();
        outputs.add::<T>("", limits);
        outputs
    }

    /// Adds a side output with its tag; its port number is its place.
    pub fn add<T: Record>(&mut self, tag: &str, limits: &OutputLimits) {
        self.ports.push((tag.to_owned(), Box::new(Collector::<T>::new(limits.clone()))));
    }

    /// The main output.
    pub fn main<T: Record>(&mut self) -> Result<&mut Collector<T>, TaskError> {
        let port = self.ports.first_mut().and_then(|(_, port)| port.as_any().downcast_mut());
        port.ok_or_else(|| TaskError::fatal(format!("the main output does not take {}", std::any::type_name::<T>())))
    }

    /// The main output and access to the side outputs, for user functions that have both in hand.
    pub fn split<T: Record>(&mut self) -> Result<(&mut Collector<T>, SideOutputs<'_>), TaskError> {
        let wrong = || TaskError::fatal(format!("the main output does not take {}", std::any::type_name::<T>()));
        let (first, sides) = self.ports.split_first_mut().ok_or_else(wrong)?;
        let main = first.1.as_any().downcast_mut().ok_or_else(wrong)?;
        Ok((main, SideOutputs { ports: sides }))
    }

    /// How many ports there are.
    pub(crate) fn len(&self) -> usize {
        self.ports.len()
    }

    /// The next batch of a port.
    pub(crate) fn pop(&mut self, port: usize) -> Result<Option<AnyBatch>, TaskError> {
        self.ports.get_mut(port).map_or(Ok(None), |(_, p)| p.pop())
    }

    /// Closes all batches in the making.
    pub(crate) fn seal(&mut self) {
        self.ports.iter_mut().for_each(|(_, port)| port.seal());
    }

    /// Records in batches in the making.
    pub(crate) fn waiting(&self) -> u64 {
        self.ports.iter().map(|(_, port)| port.waiting()).sum()
    }

    /// Records emitted on all ports so far.
    pub(crate) fn emitted(&self) -> u64 {
        self.ports.iter().map(|(_, port)| port.emitted()).sum()
    }
}

/// The side outputs of an operator.
pub struct SideOutputs<'a> {
    ports: &'a mut [(String, Box<dyn Port>)],
}

impl SideOutputs<'_> {
    /// Whether a full batch waits at one of them: an operator that can be suspended stops here.
    #[inline]
    pub fn is_full(&self) -> bool {
        self.ports.iter().any(|(_, port)| port.is_full())
    }

    /// Emits a record to the side output with this tag. A tag that nobody reads swallows its records.
    pub fn emit<T: Record>(&mut self, tag: &str, record: T, time: Option<i64>) -> Result<(), TaskError> {
        let Some((_, port)) = self.ports.iter_mut().find(|(name, _)| name == tag) else { return Ok(()) };
        let Some(collector) = port.as_any().downcast_mut::<Collector<T>>() else {
            let given = std::any::type_name::<T>();
            return Err(TaskError::user(format!("side output `{tag}` does not take records of type {given}")));
        };
        collector.set_time(time);
        collector.emit(record);
        Ok(())
    }
}

#[cfg(test)]
#[path = "output_test.rs"]
mod tests;

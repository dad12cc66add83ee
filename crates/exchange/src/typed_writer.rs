//! The writer of an edge whose record type is known.
//!
//! A batch is hashed (if the edge has a key), routed, and then either
//! * passed on untouched, where one local consumer gets all of it,
//! * taken apart by destination ([`crate::scatter`]), or
//! * encoded once and copied ([`crate::copies`]), where every consumer gets it.
//!
//! What an output could not take stays here as *pending*. Order per channel holds because a pending batch is finished
//! before the next is accepted, and each output takes its rows of it in order.

use crate::builder::RecordLimit;
use crate::copies::{Copies, Encoded};
use crate::edge::Functions;
use crate::local_output::{BatchLimit, LocalOutput};
use crate::output::Output;
use crate::partitioner::{Partitioner, Routing};
use crate::remote_output::{RemoteOutput, Sending};
use crate::scatter::{Scattered, Scratch};
use crate::slabs::Slabs;
use crate::{AnyBatch, EdgeWriter, ExchangeError, KeyHasher, Outbox, Peer, Progress, Route, WriterConfig};
use std::rc::Rc;
use weft_record::{Batch, Record, StreamEvent};

/// The producing end of an edge of `T` for one subtask.
pub(crate) struct TypedWriter<T: Record> {
    partitioner: Partitioner<T>,
    hasher: Option<Box<dyn KeyHasher<T>>>,
    /// By rising subtask.
    subtasks: Vec<u32>,
    outputs: Vec<Output<T>>,
    pending: Pending<T>,
    limit: RecordLimit,
    slabs: Slabs,
    routes: Vec<u32>,
    scratch: Scratch,
    bytes_out: u64,
    records_out: u64,
}

/// What is left of the last batch.
enum Pending<T> {
    Nothing,
    Rows(Scattered<T>),
    Copies(Copies),
}

impl<T: Record> TypedWriter<T> {
    pub(crate) fn new(config: WriterConfig, functions: Functions<T>, slabs: Slabs) -> Result<Self, ExchangeError> {
        let partitioner = Partitioner::new(&config, &functions)?;
        let hasher = match functions {
            Functions::Keyed(hasher) => Some(hasher),
            Functions::Plain | Functions::Custom(_) => None,
        };
        Ok(TypedWriter {
            partitioner,
            subtasks: config.destinations.iter().map(|peer| peer.subtask).collect(),
            outputs: config.destinations.iter().map(|peer| output(&config, peer, hasher.is_some())).collect(),
            hasher,
            pending: Pending::Nothing,
            limit: RecordLimit { operator: config.operator, max_record: config.max_record },
            slabs,
            routes: Vec::new(),
            scratch: Scratch::default(),
            bytes_out: 0,
            records_out: 0,
        })
    }

    /// The batch as the edge's type, with its key hashes where the edge has a key.
    fn typed(&mut self, batch: AnyBatch) -> Result<Batch<T>, ExchangeError> {
        let mut batch = batch.downcast::<T>().map_err(|_| ExchangeError::WrongType {
            operator: self.limit.operator.clone(),
            expected: std::any::type_name::<T>(),
        })?;
        if let Some(hasher) = &self.hasher {
            let mut hashes = std::mem::take(&mut self.scratch.hashes);
            hashes.clear();
            hasher.hash(&batch.rows, &mut hashes);
            batch.hashes = Some(hashes);
        }
        Ok(batch)
    }

    /// Sends `batch` to output `index`.
    fn send_to_one(&mut self, batch: Batch<T>, index: usize, net: &mut Outbox) {
        match self.outputs.get_mut(index) {
            Some(Output::Local(output)) => {
                let mut to = Sending { net, slabs: &self.slabs, bytes: &mut self.bytes_out };
                output.push(AnyBatch::new(batch), &mut to);
            }
            _ => {
                let scattered = Scattered::whole(batch, index, self.outputs.len(), &mut self.scratch);
                self.pending = Pending::Rows(scattered);
            }
        }
    }

    /// Sends `batch` to every output: by value to local ones, a clone to all of them but the last.
    fn send_to_all(&mut self, batch: Batch<T>, net: &mut Outbox) -> Result<(), ExchangeError> {
        let remote = self.outputs.iter().any(|output| matches!(output, Output::Remote(_)));
        let mut locals = self.outputs.iter().filter(|output| matches!(output, Output::Local(_))).count();
        if remote {
            let encoded = Encoded::new(&batch, self.hasher.is_some(), self.limit.max_record);
            let encoded = encoded.map_err(|size| ExchangeError::RecordTooLarge {
                operator: self.limit.operator.clone(),
                size,
                max: self.limit.max_record,
            })?;
            let done = encoded.len();
            let first = |output: &Output<T>| if matches!(output, Output::Remote(_)) { 0 } else { done };
            let next = self.outputs.iter().map(first).collect();
            self.pending = Pending::Copies(Copies { encoded: Rc::new(encoded), next });
        }
        let mut batch = Some(AnyBatch::new(batch));
        let mut to = Sending { net, slabs: &self.slabs, bytes: &mut self.bytes_out };
        for output in &mut self.outputs {
            let Output::Local(output) = output else { continue };
            locals -= 1;
            let copy = if locals == 0 { batch.take() } else { batch.as_ref().map(AnyBatch::clone_batch) };
            if let Some(copy) = copy {
                output.push(copy, &mut to);
            }
        }
        Ok(())
    }

    /// Goes on with the pending batch, as far as it gets.
    fn proceed(&mut self, net: &mut Outbox) -> Result<Progress, ExchangeError> {
        let mut to = Sending { net, slabs: &self.slabs, bytes: &mut self.bytes_out };
        match &mut self.pending {
            Pending::Nothing => {}
            Pending::Rows(rows) => {
                let keyed = self.hasher.is_some();
                for (index, output) in self.outputs.iter_mut().enumerate() {
                    if let Some(mut run) = rows.run(index) {
                        output.accept(&mut run, keyed, &self.limit, &mut to)?;
                    }
                }
            }
            Pending::Copies(Copies { encoded, next }) => {
                for (output, next) in self.outputs.iter_mut().zip(next) {
                    if let Output::Remote(output) = output {
                        output.accept_copies(encoded, next, &mut to);
                    }
                }
            }
        }
        self.forget_finished();
        Ok(if self.is_blocked() { Progress::Blocked } else { Progress::Done })
    }

    fn forget_finished(&mut self) {
        self.pending = match std::mem::replace(&mut self.pending, Pending::Nothing) {
            Pending::Rows(rows) if rows.is_done() => {
                rows.recycle(&mut self.scratch);
                Pending::Nothing
            }
            Pending::Copies(copies) if copies.is_done() => Pending::Nothing,
            unfinished => unfinished,
        };
    }

    fn for_each_output(&mut self, net: &mut Outbox, mut act: impl FnMut(&mut Output<T>, &mut Sending<'_>)) {
        let mut to = Sending { net, slabs: &self.slabs, bytes: &mut self.bytes_out };
        self.outputs.iter_mut().for_each(|output| act(output, &mut to));
    }
}

impl<T: Record> EdgeWriter for TypedWriter<T> {
    fn write(&mut self, batch: AnyBatch, net: &mut Outbox) -> Result<Progress, ExchangeError> {
        if self.is_blocked() {
            return Err(ExchangeError::WrittenWhileBlocked { operator: self.limit.operator.clone() });
        }
        let batch = self.typed(batch)?;
        self.records_out += batch.len() as u64;
        let hashes = batch.hashes.as_deref().unwrap_or_default();
        let routing = self.partitioner.route(&batch.rows, hashes, &mut self.routes)?;
        match routing {
            _ if batch.is_empty() => {}
            Routing::Each if self.outputs.len() == 1 => self.send_to_one(batch, 0, net),
            Routing::One(index) => self.send_to_one(batch, index, net),
            Routing::All => self.send_to_all(batch, net)?,
            Routing::Each => {
                let rows = Scattered::new(batch, &self.routes, self.outputs.len(), &mut self.scratch);
                self.pending = Pending::Rows(rows);
            }
        }
        self.proceed(net)
    }

    fn resume(&mut self, net: &mut Outbox) -> Result<Progress, ExchangeError> {
        self.for_each_output(net, |output, to| output.settle(to));
        self.proceed(net)
    }

    fn event(&mut self, event: StreamEvent, net: &mut Outbox) {
        debug_assert!(!self.is_blocked(), "an event is sent while records before it are pending");
        self.for_each_output(net, |output, to| output.event(event.clone(), to));
    }

    fn flush(&mut self, net: &mut Outbox) {
        self.for_each_output(net, |output, to| output.flush(to));
    }

    fn on_credit(&mut self, to: u32, bytes: u32, net: &mut Outbox) {
        let Ok(index) = self.subtasks.binary_search(&to) else { return };
        if let Some(Output::Remote(output)) = self.outputs.get_mut(index) {
            let mut to = Sending { net, slabs: &self.slabs, bytes: &mut self.bytes_out };
            output.credit(bytes as usize, &mut to);
        }
    }

    fn is_blocked(&self) -> bool {
        !matches!(self.pending, Pending::Nothing) || self.outputs.iter().any(Output::is_blocked)
    }

    fn has_unflushed(&self) -> bool {
        self.outputs.iter().any(Output::has_unflushed)
    }

    fn is_empty(&self) -> bool {
        matches!(self.pending, Pending::Nothing) && self.outputs.iter().all(Output::is_empty)
    }

    fn bytes_out(&self) -> u64 {
        self.bytes_out
    }

    fn records_out(&self) -> u64 {
        self.records_out
    }

    fn held_bytes(&self) -> usize {
        self.outputs.iter().map(Output::held_bytes).sum()
    }

    fn blocked_on(&self) -> Option<String> {
        let waits = |index: usize| match &self.pending {
            Pending::Nothing => false,
            Pending::Rows(rows) => rows.has_left(index),
            Pending::Copies(copies) => copies.next.get(index).is_some_and(|next| *next < copies.encoded.len()),
        };
        let blocking = self.outputs.iter().enumerate().filter(|(index, output)| output.is_blocked() || waits(*index));
        let peers: Vec<String> = blocking.map(|(_, output)| output.waits_for()).collect();
        (!peers.is_empty()).then(|| peers.join("; "))
    }
}

fn output<T: Record>(config: &WriterConfig, peer: &Peer, keyed: bool) -> Output<T> {
    match &peer.route {
        Route::Local(channel) => {
            let bytes = config.batch_bytes.min(config.share);
            let limit = BatchLimit { records: config.batch_records, bytes };
            Output::Local(LocalOutput::new(peer.subtask, Rc::clone(channel), limit))
        }
        Route::Remote(slot) => {
            Output::Remote(RemoteOutput::new(config.channel(peer.subtask), *slot, config.share, keyed))
        }
    }
}

#[cfg(test)]
#[path = "typed_writer_test.rs"]
mod tests;

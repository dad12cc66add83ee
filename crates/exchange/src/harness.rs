//! Producers and consumers of one edge, stepped by hand.

use crate::{
    AnyBatch, ChannelId, Edge, EdgeWriter, Envelope, ExchangeError, GateConfig, GateElement, InProcessTransport,
    InputGate, KeyHasher, LocalChannel, Message, Outbox, Peer, Progress, Route, Ship, SlotAddress, TypedEdge,
    WriterConfig,
};
use std::collections::HashMap;
use weft_record::{Batch, Key, Record, StreamEvent};

/// What a consumer got, row by row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Got<T> {
    Row(T, Option<i64>, Option<u64>),
    Event(usize, StreamEvent),
}

/// The sizes of a test.
#[derive(Clone, Debug)]
pub(crate) struct Sizes {
    pub(crate) producers: u32,
    pub(crate) consumers: u32,
    /// Whether subtasks of equal number share a slot.
    pub(crate) together: bool,
    pub(crate) share: usize,
    pub(crate) window: usize,
    pub(crate) max_record: usize,
    pub(crate) batch_records: usize,
}

impl Sizes {
    pub(crate) fn new(producers: u32, consumers: u32) -> Self {
        Sizes {
            producers,
            consumers,
            together: false,
            share: 1024,
            window: 2048,
            max_record: 1 << 20,
            batch_records: 64,
        }
    }
}

pub(crate) struct Harness<T: Record> {
    pub(crate) transport: InProcessTransport,
    pub(crate) net: Outbox,
    pub(crate) writers: Vec<Box<dyn EdgeWriter>>,
    pub(crate) gates: Vec<Box<dyn InputGate>>,
    pub(crate) got: Vec<Vec<Got<T>>>,
    /// Credit granted and not used, by channel.
    pub(crate) credit: HashMap<ChannelId, i64>,
    /// Frames that were sent.
    pub(crate) frames: Vec<crate::Frame>,
    /// Whether to keep them.
    pub(crate) keep_frames: bool,
}

fn producer_slot(subtask: u32) -> SlotAddress {
    SlotAddress { worker: 0, slot: subtask }
}

fn consumer_slot(sizes: &Sizes, subtask: u32) -> SlotAddress {
    SlotAddress { worker: u32::from(!sizes.together), slot: subtask }
}

pub(crate) fn writer_config(sizes: &Sizes, ship: Ship, subtask: u32, destinations: Vec<Peer>) -> WriterConfig {
    WriterConfig {
        edge: 7,
        subtask,
        attempt: 1,
        ship,
        parallelism: sizes.consumers,
        max_parallelism: 128,
        destinations,
        share: sizes.share,
        max_record: sizes.max_record,
        batch_records: sizes.batch_records,
        batch_bytes: 64 << 10,
        seed: u64::from(subtask) + 1,
        operator: "map".into(),
    }
}

impl<T: Record> Harness<T> {
    /// All producers connected with all consumers; the gates have granted their credit, which waits in the inboxes.
    pub(crate) fn new(edge: &TypedEdge<T>, ship: Ship, sizes: &Sizes) -> Self {
        let locals: HashMap<u32, _> =
            (0..sizes.producers).map(|subtask| (subtask, LocalChannel::new(sizes.share))).collect();
        let route = |from: u32, to: u32, remote: SlotAddress| match locals.get(&from) {
            Some(channel) if sizes.together && from == to => Route::Local(channel.clone()),
            _ => Route::Remote(remote),
        };
        let writer = |from: u32| {
            let peer = |to| Peer { subtask: to, route: route(from, to, consumer_slot(sizes, to)) };
            edge.writer(writer_config(sizes, ship, from, (0..sizes.consumers).map(peer).collect())).expect("sound")
        };
        let gate = |to: u32| {
            let peer = |from| Peer { subtask: from, route: route(from, to, producer_slot(from)) };
            edge.gate(GateConfig {
                edge: 7,
                subtask: to,
                attempt: 1,
                sources: (0..sizes.producers).map(peer).collect(),
                window: sizes.window,
                max_record: sizes.max_record,
                batch_records: sizes.batch_records,
                batch_bytes: 64 << 10,
            })
        };
        let mut harness = Harness {
            transport: InProcessTransport::new(),
            net: Outbox::new(),
            writers: (0..sizes.producers).map(writer).collect(),
            gates: (0..sizes.consumers).map(gate).collect(),
            got: (0..sizes.consumers).map(|_| Vec::new()).collect(),
            credit: HashMap::new(),
            frames: Vec::new(),
            keep_frames: false,
        };
        for gate in &mut harness.gates {
            gate.open(&mut harness.net);
        }
        harness.send();
        harness
    }

    pub(crate) fn send(&mut self) {
        self.net.flush(&self.transport);
    }

    /// Delivers to producers what waits for their slot, or to consumers for theirs.
    pub(crate) fn deliver(&mut self, slot: SlotAddress) -> Result<(), ExchangeError> {
        self.send();
        let mut mail = Vec::new();
        self.transport.inbox(slot).drain(&mut mail);
        for Envelope { channel, message } in mail {
            match message {
                Message::Credit(bytes) => {
                    *self.credit.entry(channel).or_default() += i64::from(bytes);
                    self.writers[channel.from as usize].on_credit(channel.to, bytes, &mut self.net);
                }
                message => {
                    if let Message::Data(frame) = &message {
                        let credit = self.credit.entry(channel).or_default();
                        *credit -= frame.charge() as i64;
                        assert!(*credit >= 0, "{channel} sent more than its credit");
                        if self.keep_frames {
                            self.frames.push(frame.clone());
                        }
                    }
                    self.gates[channel.to as usize].deliver(channel.from, message)?;
                }
            }
        }
        self.send();
        Ok(())
    }

    pub(crate) fn deliver_all(&mut self) -> Result<(), ExchangeError> {
        for slot in 0..self.writers.len().max(self.gates.len()) as u32 {
            self.deliver(SlotAddress { worker: 0, slot })?;
            self.deliver(SlotAddress { worker: 1, slot })?;
        }
        Ok(())
    }

    pub(crate) fn write(&mut self, from: usize, batch: Batch<T>) -> Result<Progress, ExchangeError> {
        let progress = self.writers[from].write(AnyBatch::new(batch), &mut self.net);
        self.send();
        progress
    }

    /// Takes one element at consumer `to`; says whether there was one.
    pub(crate) fn poll(&mut self, to: usize) -> Result<bool, ExchangeError> {
        let element = self.gates[to].poll(&mut self.net)?;
        self.send();
        let Some(element) = element else { return Ok(false) };
        match element {
            GateElement::Event { channel, event } => self.got[to].push(Got::Event(channel, event)),
            GateElement::Batch(batch) => {
                let Batch { rows, times, hashes } = batch.downcast::<T>().expect("the edge's type");
                for (index, row) in rows.into_iter().enumerate() {
                    let time = times.as_ref().map(|times| times[index]);
                    self.got[to].push(Got::Row(row, time, hashes.as_ref().map(|hashes| hashes[index])));
                }
            }
        }
        Ok(true)
    }

    /// Flushes, delivers and polls until nothing moves any more.
    pub(crate) fn settle(&mut self) -> Result<(), ExchangeError> {
        // Pieces of a large record arrive for a while without giving an element.
        let mut still = 0;
        loop {
            for writer in &mut self.writers {
                writer.resume(&mut self.net)?;
                writer.flush(&mut self.net);
            }
            self.deliver_all()?;
            let mut moved = false;
            for to in 0..self.gates.len() {
                while self.poll(to)? {
                    moved = true;
                }
            }
            self.deliver_all()?;
            if !moved && self.writers.iter().all(|writer| writer.is_empty()) {
                return Ok(());
            }
            still = if moved { 0 } else { still + 1 };
            assert!(still < 1000, "stalled: {:?}", self.writers.iter().map(|w| w.blocked_on()).collect::<Vec<_>>());
        }
    }

    /// The rows consumer `to` got.
    pub(crate) fn rows(&self, to: usize) -> Vec<T> {
        let row = |got: &Got<T>| match got {
            Got::Row(row, ..) => Some(row.clone()),
            Got::Event(..) => None,
        };
        self.got[to].iter().filter_map(row).collect()
    }
}

/// Keys by the first field.
pub(crate) struct ByFirst;

impl<K: Key, V: Record> KeyHasher<(K, V)> for ByFirst {
    fn hash(&self, rows: &[(K, V)], out: &mut Vec<u64>) {
        out.extend(rows.iter().map(|(key, _)| key.key_hash()));
    }

    fn clone_box(&self) -> Box<dyn KeyHasher<(K, V)>> {
        Box::new(ByFirst)
    }
}

//! What a record costs on a keyed edge: `cargo run --release -p weft-exchange --example scatter_cost`.
//!
//! One thread plays producer and consumer of two destinations, the first in the same slot, and times each half of the
//! way: hash, scatter and encode (half of the rows remain values), then decode of the remote half. The best of several
//! rounds is printed, in nanoseconds per record that went that way. An argument chooses the rows whose names contain it.
#![allow(clippy::print_stdout, missing_docs)]

use std::sync::Arc;
use std::time::{Duration, Instant};
use weft_exchange::{
    Edge, EdgeWriter, Envelope, GateConfig, GateElement, InProcessTransport, InputGate, KeyHasher, LocalChannel,
    Outbox, Peer, Progress, Route, Ship, SlotAddress, TypedEdge, WriterConfig,
};
use weft_record::{AnyBatch, Batch, Key, Record, Str};

const ROWS: usize = 1024;
/// Few enough that some rounds are not interrupted, whoever else uses the machine.
const BATCHES: u64 = 64;
const ROUNDS: usize = 400;
/// Spreads the keys.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
const HERE: SlotAddress = SlotAddress { worker: 0, slot: 0 };
const THERE: SlotAddress = SlotAddress { worker: 0, slot: 1 };

struct ByFirst;

impl<K: Key, V: Record> KeyHasher<(K, V)> for ByFirst {
    fn hash(&self, rows: &[(K, V)], out: &mut Vec<u64>) {
        out.extend(rows.iter().map(|(key, _)| key.key_hash()));
    }

    fn clone_box(&self) -> Box<dyn KeyHasher<(K, V)>> {
        Box::new(ByFirst)
    }
}

/// A producer with one consumer in its slot and one in another.
struct Bench {
    transport: Arc<InProcessTransport>,
    net: Outbox,
    writer: Box<dyn EdgeWriter>,
    local: Box<dyn InputGate>,
    remote: Box<dyn InputGate>,
    mail: Vec<Envelope>,
}

impl Bench {
    fn new<T: Record>(edge: &TypedEdge<T>, remotes: bool, share: usize) -> Self {
        let channel = LocalChannel::new(1 << 20);
        let first = if remotes { Route::Remote(THERE) } else { Route::Local(channel.clone()) };
        let second = Peer { subtask: 1, route: Route::Remote(THERE) };
        let writer = edge.writer(WriterConfig {
            edge: 0,
            subtask: 0,
            attempt: 0,
            ship: Ship::KeyGroup,
            parallelism: 2,
            max_parallelism: 128,
            destinations: vec![Peer { subtask: 0, route: first }, second],
            share,
            max_record: 64 << 20,
            batch_records: ROWS,
            batch_bytes: 64 << 10,
            seed: 1,
            operator: "bench".into(),
        });
        let gate = |subtask, route| {
            edge.gate(GateConfig {
                edge: 0,
                subtask,
                attempt: 0,
                sources: vec![Peer { subtask: 0, route }],
                window: 64 << 20,
                max_record: 64 << 20,
                batch_records: ROWS,
                batch_bytes: 64 << 10,
            })
        };
        let mut bench = Bench {
            transport: Arc::default(),
            net: Outbox::new(),
            writer: writer.expect("the edge is sound"),
            local: gate(0, if remotes { Route::Remote(HERE) } else { Route::Local(channel) }),
            remote: gate(1, Route::Remote(HERE)),
            mail: Vec::new(),
        };
        bench.remote.open(&mut bench.net);
        bench.local.open(&mut bench.net);
        bench.exchange();
        bench
    }

    fn exchange(&mut self) {
        self.net.flush(&*self.transport);
        for slot in [HERE, THERE] {
            self.transport.inbox(slot).drain(&mut self.mail);
            for Envelope { channel, message } in self.mail.drain(..) {
                match message {
                    weft_exchange::Message::Credit(bytes) => self.writer.on_credit(channel.to, bytes, &mut self.net),
                    other if channel.to == 0 => self.local.deliver(0, other).expect("sound"),
                    other => self.remote.deliver(0, other).expect("sound"),
                }
            }
        }
    }

    /// Time of both halves.
    fn round<T: Record>(&mut self, make: impl Fn(u64) -> T) -> (Duration, Duration) {
        let (mut write, mut read) = (Duration::ZERO, Duration::ZERO);
        let rows = |batch: u64| (batch * ROWS as u64..(batch + 1) * ROWS as u64).map(|n| make(n.wrapping_mul(GOLDEN)));
        let batches: Vec<_> = (0..BATCHES).map(|n| AnyBatch::new(Batch::of(rows(n).collect()))).collect();
        for batch in batches {
            let start = Instant::now();
            let progress = self.writer.write(batch, &mut self.net).expect("sound");
            write += start.elapsed();
            assert_eq!(progress, Progress::Done);
            while let Some(GateElement::Batch(batch)) = self.local.poll(&mut self.net).expect("sound") {
                std::hint::black_box(batch.len());
            }
        }
        self.writer.flush(&mut self.net);
        self.exchange();
        let start = Instant::now();
        let mut batches = Vec::new();
        while let Some(GateElement::Batch(batch)) = self.remote.poll(&mut self.net).expect("sound") {
            batches.push(batch);
        }
        read += start.elapsed();
        drop(batches);
        self.exchange();
        (write, read)
    }
}

fn measure<T: Record>(name: &str, edge: TypedEdge<T>, remotes: bool, share: usize, make: impl Fn(u64) -> T + Copy) {
    if std::env::args().nth(1).is_some_and(|wanted| !name.contains(&wanted)) {
        return;
    }
    let mut bench = Bench::new(&edge, remotes, share);
    let rows = (BATCHES * ROWS as u64) as f64;
    let rounds: Vec<_> = (0..ROUNDS).map(|_| bench.round(make)).collect();
    let write = rounds.iter().map(|(write, _)| *write).min().unwrap_or_default();
    let read = rounds.iter().map(|(_, read)| *read).min().unwrap_or_default();
    println!(
        "{name:40} write {:6.2} ns/record   read {:6.2} ns/record",
        write.as_nanos() as f64 / rows,
        read.as_nanos() as f64 / (rows / 2.0)
    );
}

fn main() {
    for share in [32 << 10, 64 << 10, 256 << 10] {
        println!("frames of {} KiB", share >> 10);
        measure("(u64, u64), one of two remote", TypedEdge::keyed(ByFirst), false, share, |n| (n, n));
        measure("(u64, u64), both remote", TypedEdge::keyed(ByFirst), true, share, |n| (n, n));
        let text = |n: u64| (Str::from(format!("k{}", n % 100_000).as_str()), n);
        measure("(Str, u64), one of two remote", TypedEdge::keyed(ByFirst), false, share, text);
    }
}

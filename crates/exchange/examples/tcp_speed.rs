//! What the way to another process costs: `cargo run --release -p weft-exchange --example tcp_speed [lz4]`.
//!
//! A producer's and a consumer's thread exchange records over loopback, and over the transport of one process for comparison.
//! Printed are records and encoded megabytes per second, and the processor time of both threads and the I/O runtime per record.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::sync::Arc;
use std::time::{Duration, Instant};
use weft_common::trust::SecretKey;
use weft_common::{JobId, LeaderEpoch};
use weft_exchange::tcp::{CompressedEdges, Listen, TcpIdentity, TcpSettings, TcpTransport};
use weft_exchange::{
    Edge, Envelope, GateConfig, GateElement, InProcessTransport, Inbox, Message, Outbox, Peer, Progress, Route, Ship,
    SlotAddress, Transport, TypedEdge, WriterConfig,
};
use weft_record::{AnyBatch, Batch, Record, StreamEvent};

const PRODUCER: SlotAddress = SlotAddress { worker: 1, slot: 0 };
const CONSUMER: SlotAddress = SlotAddress { worker: 2, slot: 0 };
const ROWS: usize = 1024;
const SHARE: usize = 1 << 20;

/// An end of the way.
struct End {
    inbox: Arc<Inbox>,
    transport: Arc<dyn Transport>,
}

fn peer(slot: SlotAddress) -> Vec<Peer> {
    vec![Peer { subtask: 0, route: Route::Remote(slot) }]
}

fn produce<T: Record>(end: &End, batches: usize, batch: &Batch<T>) {
    let edge = TypedEdge::<T>::plain();
    let config = WriterConfig {
        edge: 0,
        subtask: 0,
        attempt: 1,
        ship: Ship::Forward,
        parallelism: 1,
        max_parallelism: 128,
        destinations: peer(CONSUMER),
        share: SHARE,
        max_record: 1 << 20,
        batch_records: ROWS,
        batch_bytes: 64 << 10,
        seed: 1,
        operator: "producer".into(),
    };
    let (mut writer, mut net, mut mail) = (edge.writer(config).unwrap(), Outbox::new(), Vec::new());
    let thread = std::thread::current();
    end.inbox.set_waker(Box::new(move || thread.unpark()));
    let mut sent = 0;
    while sent <= batches || !writer.is_empty() {
        end.inbox.drain(&mut mail);
        for Envelope { channel, message } in mail.drain(..) {
            if let Message::Credit(bytes) = message {
                writer.on_credit(channel.to, bytes, &mut net);
            }
        }
        if writer.resume(&mut net).unwrap() == Progress::Done && sent <= batches {
            match sent == batches {
                true => writer.event(StreamEvent::EndOfInput, &mut net),
                false => drop(writer.write(AnyBatch::new(batch.clone()), &mut net)),
            }
            sent += 1;
        } else if end.inbox.is_empty() {
            net.flush(&*end.transport);
            std::thread::park_timeout(Duration::from_millis(10));
        }
        net.flush(&*end.transport);
    }
}

/// Takes everything; says how many records and bytes that were.
fn consume<T: Record>(end: &End) -> (usize, u64) {
    let edge = TypedEdge::<T>::plain();
    let mut gate = edge.gate(GateConfig {
        edge: 0,
        subtask: 0,
        attempt: 1,
        sources: peer(PRODUCER),
        window: SHARE,
        max_record: 1 << 20,
        batch_records: ROWS,
        batch_bytes: 64 << 10,
    });
    let (mut net, mut mail, mut rows) = (Outbox::new(), Vec::new(), 0);
    let thread = std::thread::current();
    end.inbox.set_waker(Box::new(move || thread.unpark()));
    gate.open(&mut net);
    loop {
        net.flush(&*end.transport);
        end.inbox.drain(&mut mail);
        let any = !mail.is_empty();
        for Envelope { channel, message } in mail.drain(..) {
            gate.deliver(channel.from, message).unwrap();
        }
        while let Some(element) = gate.poll(&mut net).unwrap() {
            match element {
                GateElement::Batch(batch) => rows += batch.len(),
                GateElement::Event { .. } => {
                    net.flush(&*end.transport);
                    return (rows, gate.bytes_in());
                }
            }
        }
        if !any {
            std::thread::park_timeout(Duration::from_millis(10));
        }
    }
}

/// Processor time of this process.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let ticks: u64 =
        stat.rsplit(") ").next().unwrap().split(' ').skip(11).take(2).map(|n| n.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

fn measure<T: Record + Sync>(what: &str, ends: &(End, End), batches: usize, batch: &Batch<T>) {
    let (start, before) = (Instant::now(), cpu());
    let (rows, bytes) = std::thread::scope(|scope| {
        scope.spawn(|| produce(&ends.0, batches, batch));
        scope.spawn(|| consume::<T>(&ends.1)).join().unwrap()
    });
    assert_eq!(rows, batches * batch.len());
    let (wall, used) = (start.elapsed().as_secs_f64(), (cpu() - before).as_secs_f64());
    let per_record = used * 1e9 / rows as f64;
    println!(
        "{what:34} {:7.2} M records/s {:8.0} MB/s {per_record:7.1} ns of processor per record",
        rows as f64 / wall / 1e6,
        bytes as f64 / wall / 1e6
    );
}

/// Both ends, and what has to live as long as they are used.
type Way = ((End, End), Vec<TcpTransport>);

fn in_process() -> Way {
    let transport = Arc::new(InProcessTransport::new());
    let end = |slot| End { inbox: transport.inbox(slot), transport: transport.clone() };
    ((end(PRODUCER), end(CONSUMER)), Vec::new())
}

fn over_tcp(io: &tokio::runtime::Runtime, compressed: &CompressedEdges) -> Way {
    let listen = Listen { bind_host: "127.0.0.1".into(), ports: vec![0], advertised_host: "127.0.0.1".into() };
    let bind = |worker| {
        let (epoch, key) = (LeaderEpoch::default(), SecretKey::new([1; 32]));
        let identity = TcpIdentity { job: JobId(1), epoch, worker, generation: 1, key };
        let settings = TcpSettings { compressed: compressed.clone(), ..TcpSettings::default() };
        io.block_on(TcpTransport::bind(identity, "worker".into(), &listen, settings)).unwrap()
    };
    let (one, two) = (bind(PRODUCER.worker), bind(CONSUMER.worker));
    one.introduce(two.location().clone());
    two.introduce(one.location().clone());
    let end = |transport: &TcpTransport| End { inbox: transport.inbox(0), transport: transport.port(0) };
    ((end(&one), end(&two)), vec![one, two])
}

fn main() {
    let compressed = if std::env::args().any(|a| a == "lz4") { CompressedEdges::All } else { CompressedEdges::None };
    let io = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let small = Batch::of((0..ROWS as u64).map(|n| (n, n * 3)).collect::<Vec<_>>());
    let text = |n| format!("record {n} of a line that is about as long as lines of a log are, {}", n * 7919 % 1000);
    let lines = Batch::of((0..ROWS).map(text).collect::<Vec<_>>());
    for _ in 0..3 {
        measure("two numbers, one process", &in_process().0, 20_000, &small);
        measure("lines, one process", &in_process().0, 5_000, &lines);
        let way = over_tcp(&io, &compressed);
        measure("two numbers, TCP", &way.0, 20_000, &small);
        let way = over_tcp(&io, &compressed);
        measure("lines, TCP", &way.0, 5_000, &lines);
    }
}

//! Records of all sizes, both ways at once, over one connection, with credit that runs out all the time.

use super::*;
use crate::harness::ByFirst;
use crate::{
    Edge, EdgeWriter, GateConfig, GateElement, InputGate, Outbox, Peer, Progress, Route, Ship, SlotAddress, TypedEdge,
    WriterConfig,
};
use std::collections::BTreeMap;
use weft_record::{AnyBatch, Batch};

/// Key, then who made it and its number among those, then text.
type Row = (u64, (u64, u64, String));

const LANES: u32 = 2;
const ROWS: u64 = 20_000;

fn text(number: u64) -> String {
    let length = match number {
        0 => 600_000,
        n if n % 1000 == 1 => 50_000,
        n => n * 7919 % 300,
    };
    char::from(b'a' + (number % 26) as u8).to_string().repeat(length as usize)
}

fn peers(worker: u32) -> Vec<Peer> {
    (0..LANES).map(|slot| Peer { subtask: slot, route: Route::Remote(SlotAddress { worker, slot }) }).collect()
}

fn writer(edge: &TypedEdge<Row>, me: SlotAddress, other: u32) -> Box<dyn EdgeWriter> {
    let config = WriterConfig {
        edge: me.worker,
        subtask: me.slot,
        attempt: 1,
        ship: Ship::KeyGroup,
        parallelism: LANES,
        max_parallelism: 128,
        destinations: peers(other),
        share: 32 << 10,
        max_record: 1 << 20,
        batch_records: 256,
        batch_bytes: 64 << 10,
        seed: 1,
        operator: "map".into(),
    };
    edge.writer(config).expect("sound")
}

fn gate(edge: &TypedEdge<Row>, me: SlotAddress, other: u32) -> Box<dyn InputGate> {
    edge.gate(GateConfig {
        edge: other,
        subtask: me.slot,
        attempt: 1,
        sources: peers(other),
        window: 64 << 10,
        max_record: 1 << 20,
        batch_records: 256,
        batch_bytes: 64 << 10,
    })
}

/// Sends a producer's rows and gives those that came for the consumer in the same lane.
struct Lane<'a> {
    me: SlotAddress,
    transport: &'a TcpTransport,
    writer: Box<dyn EdgeWriter>,
    gate: Box<dyn InputGate>,
    net: Outbox,
    sent: u64,
    ended: bool,
    ends: u32,
    got: Vec<Row>,
}

impl Lane<'_> {
    fn receive(&mut self) -> bool {
        let mut mail = Vec::new();
        self.transport.inbox(self.me.slot).drain(&mut mail);
        let any = !mail.is_empty();
        for Envelope { channel, message } in mail {
            match message {
                Message::Credit(bytes) => self.writer.on_credit(channel.to, bytes, &mut self.net),
                message => self.gate.deliver(channel.from, message).expect("in order and within credit"),
            }
        }
        any
    }

    fn produce(&mut self) -> bool {
        if self.writer.is_blocked() {
            return self.writer.resume(&mut self.net).expect("resume") == Progress::Done;
        }
        if self.sent == ROWS {
            let first = !std::mem::replace(&mut self.ended, true);
            if first {
                self.writer.event(StreamEvent::EndOfInput, &mut self.net);
            }
            return first;
        }
        let end = ROWS.min(self.sent + 100);
        let maker = u64::from(self.me.worker) << 8 | u64::from(self.me.slot);
        let row = |number| (number % 97, (maker, number, text(number)));
        let batch = Batch::of((self.sent..end).map(row).collect());
        self.sent = end;
        self.writer.write(AnyBatch::new(batch), &mut self.net).expect("write");
        true
    }

    fn consume(&mut self) -> bool {
        let mut any = false;
        while let Some(element) = self.gate.poll(&mut self.net).expect("sound frames") {
            any = true;
            match element {
                GateElement::Batch(batch) => self.got.extend(batch.downcast::<Row>().expect("rows").rows),
                GateElement::Event { event: StreamEvent::EndOfInput, .. } => self.ends += 1,
                GateElement::Event { event, .. } => panic!("nobody sent {event:?}"),
            }
        }
        any
    }

    fn run(mut self) -> Vec<Row> {
        let port = self.transport.port(self.me.slot);
        let thread = std::thread::current();
        self.transport.inbox(self.me.slot).set_waker(Box::new(move || thread.unpark()));
        self.gate.open(&mut self.net);
        let deadline = Instant::now() + Duration::from_secs(120);
        while !(self.ended && self.writer.is_empty() && self.ends == LANES) {
            let moved = [self.receive(), self.produce(), self.consume()].contains(&true);
            self.net.flush(&*port);
            assert!(Instant::now() < deadline, "stuck: {:?}", self.writer.blocked_on());
            if !moved {
                std::thread::park_timeout(Duration::from_millis(20));
            }
        }
        self.net.flush(&*port);
        self.got
    }
}

fn lane(transport: &TcpTransport, me: SlotAddress, other: u32) -> Vec<Row> {
    let edge = TypedEdge::keyed(ByFirst);
    let (writer, gate) = (writer(&edge, me, other), gate(&edge, me, other));
    let net = Outbox::new();
    Lane { me, transport, writer, gate, net, sent: 0, ended: false, ends: 0, got: Vec::new() }.run()
}

fn exchange(settings: &TcpSettings) {
    let runtime = runtime();
    let (one, two) = pair(&runtime, settings);
    let got: Vec<(u32, Vec<Row>)> = std::thread::scope(|scope| {
        let mut lanes = Vec::new();
        for (transport, worker, other) in [(&one, 1, 2), (&two, 2, 1)] {
            for slot in 0..LANES {
                let run = move || (other, lane(transport, SlotAddress { worker, slot }, other));
                lanes.push(scope.spawn(run));
            }
        }
        lanes.into_iter().map(|lane| lane.join().expect("it arrived")).collect()
    });
    let mut next: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for (other, rows) in got {
        let mut last = BTreeMap::new();
        for (key, (maker, number, got)) in rows {
            assert_eq!((key, maker >> 8, got), (number % 97, u64::from(other), text(number)));
            assert!(last.insert(maker, number) < Some(number), "rows of {maker} are out of order");
            next.entry(maker).or_default().push(number);
        }
    }
    assert_eq!(next.len(), 4, "some producer was not heard");
    for (maker, mut numbers) in next {
        numbers.sort_unstable();
        assert!(numbers.into_iter().eq(0..ROWS), "rows of {maker} are missing or doubled");
    }
}

#[test]
fn records_arrive_in_order() {
    exchange(&quick());
}

#[test]
fn compressed_records_arrive_in_order() {
    exchange(&TcpSettings { compressed: CompressedEdges::All, ..quick() });
}

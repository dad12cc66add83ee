//! What every transport owes, over loopback.

use super::*;
use crate::SlotAddress;
use crate::Transport;
use crate::contract::{CONSUMER, Fixture, PRODUCER, check};
use std::cell::Cell;

/// Messages that show that all before them have arrived go between these lanes.
const FROM: u32 = 900;
const TO: u32 = 901;

struct OverTcp {
    producer: TcpTransport,
    consumer: TcpTransport,
    cut: Cell<bool>,
    runtime: Runtime,
}

impl OverTcp {
    fn new(settings: &TcpSettings) -> Self {
        let runtime = runtime();
        let (producer, consumer) = pair(&runtime, settings);
        OverTcp { producer, consumer, cut: Cell::new(false), runtime }
    }

    fn of(&self, slot: SlotAddress) -> &TcpTransport {
        if slot.worker == PRODUCER.worker { &self.producer } else { &self.consumer }
    }
}

impl Fixture for OverTcp {
    fn transport(&self, of: SlotAddress) -> Arc<dyn Transport> {
        self.of(of).port(of.slot)
    }

    fn inbox(&self, of: SlotAddress) -> Arc<Inbox> {
        self.of(of).inbox(of.slot)
    }

    fn settle(&self) {
        if self.cut.get() {
            return;
        }
        for (from, to) in [(&self.producer, &self.consumer), (&self.consumer, &self.producer)] {
            let (channel, worker) =
                (ChannelId { edge: FROM + from.location().worker, ..CHANNEL }, to.location().worker);
            from.port(FROM).send(SlotAddress { worker, slot: TO }, vec![envelope(channel, watermark(0))]);
            assert_eq!(mail(&to.inbox(TO)), [watermark(0)]);
        }
    }

    fn cut(&self, reason: &str) {
        self.runtime.block_on(self.producer.close(reason));
        until("both ends are told", || {
            !self.producer.is_connected(CONSUMER.worker) && !self.consumer.is_connected(PRODUCER.worker)
        });
        self.cut.set(true);
    }
}

#[test]
fn meets_the_contract() {
    check(|| OverTcp::new(&quick()));
}

#[test]
fn meets_the_contract_when_it_compresses() {
    check(|| OverTcp::new(&TcpSettings { compressed: CompressedEdges::All, ..quick() }));
}

#[test]
fn lanes_of_one_worker_reach_each_other_directly() {
    let runtime = runtime();
    let alone = worker(&runtime, identity(1), quick());
    alone.port(0).send(SlotAddress { worker: 1, slot: 5 }, vec![envelope(CHANNEL, watermark(3))]);
    let mut mail = Vec::new();
    alone.inbox(5).drain(&mut mail);
    assert_eq!(mail, [envelope(CHANNEL, watermark(3))]);
}

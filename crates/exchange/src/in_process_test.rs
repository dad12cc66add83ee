use super::*;
use crate::contract::{CHANNEL, CONSUMER, Fixture, PRODUCER, check};
use weft_record::StreamEvent;

struct InProcess(Arc<InProcessTransport>);

impl Fixture for InProcess {
    fn transport(&self, _: SlotAddress) -> Arc<dyn Transport> {
        Arc::clone(&self.0) as _
    }

    fn inbox(&self, of: SlotAddress) -> Arc<Inbox> {
        self.0.inbox(of)
    }

    fn settle(&self) {}

    fn cut(&self, reason: &str) {
        self.0.break_channel(CHANNEL, PRODUCER, CONSUMER, reason);
    }
}

#[test]
fn meets_the_contract() {
    check(|| InProcess(Arc::default()));
}

#[test]
fn many_threads_lose_nothing() {
    const MESSAGES: usize = 1000;
    let transport = InProcessTransport::new();
    std::thread::scope(|scope| {
        for from in 0..4 {
            let transport = &transport;
            scope.spawn(move || {
                for at in 0..MESSAGES {
                    let channel = ChannelId { from, ..CHANNEL };
                    let message = Message::Event(StreamEvent::Watermark(at as i64));
                    transport.send(CONSUMER, vec![Envelope { channel, message }]);
                }
            });
        }
    });
    let mut mail = Vec::new();
    transport.inbox(CONSUMER).drain(&mut mail);
    for from in 0..4 {
        let own = mail.iter().filter(|envelope| envelope.channel.from == from).map(|envelope| &envelope.message);
        let expected: Vec<_> = (0..MESSAGES).map(|at| Message::Event(StreamEvent::Watermark(at as i64))).collect();
        assert!(own.eq(&expected), "messages of producer {from} are lost or out of order");
    }
}

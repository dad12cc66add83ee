//! What every [`Transport`] owes, as tests. An implementation calls [`check`] with a fixture of its own.
//!
//! The fixture has two slots, a producer's and a consumer's, and one channel between them. Nothing may be assumed about
//! when a message arrives, only that it does after [`Fixture::settle`].

use crate::{ChannelId, Envelope, Frame, Inbox, Message, Outbox, SlotAddress, Transport};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use weft_record::StreamEvent;

/// The producer's slot.
pub const PRODUCER: SlotAddress = SlotAddress { worker: 1, slot: 0 };
/// The consumer's slot.
pub const CONSUMER: SlotAddress = SlotAddress { worker: 2, slot: 3 };
/// The channel between them.
pub const CHANNEL: ChannelId = ChannelId { edge: 4, from: 5, to: 6, attempt: 7 };

/// Connects both slots by the transport under test.
pub trait Fixture {
    /// The transport as the slot `of` sees it.
    fn transport(&self, of: SlotAddress) -> Arc<dyn Transport>;
    /// Where the slot `of` finds its messages.
    fn inbox(&self, of: SlotAddress) -> Arc<Inbox>;
    /// Returns when everything sent has arrived.
    fn settle(&self);
    /// Cuts the connection that carries [`CHANNEL`], giving `reason`.
    fn cut(&self, reason: &str);
}

/// Runs every check, each on a fixture of its own.
///
/// # Panics
/// A check fails; the message says which.
pub fn check<F: Fixture>(new: impl Fn() -> F) {
    keeps_the_order_of_a_channel(&new());
    keeps_early_credit(&new());
    carries_frames_unchanged(&new());
    wakes_who_has_mail(&new());
    reports_a_broken_channel_to_both(&new());
}

fn send(fixture: &impl Fixture, from: SlotAddress, to: SlotAddress, messages: impl IntoIterator<Item = Message>) {
    let mut net = Outbox::new();
    messages.into_iter().for_each(|message| net.push(to, CHANNEL, message));
    net.flush(&*fixture.transport(from));
}

fn received(fixture: &impl Fixture, slot: SlotAddress) -> Vec<Message> {
    fixture.settle();
    let mut mail = Vec::new();
    fixture.inbox(slot).drain(&mut mail);
    assert!(mail.iter().all(|envelope: &Envelope| envelope.channel == CHANNEL), "a message changed its channel");
    mail.into_iter().map(|envelope| envelope.message).collect()
}

fn watermark(at: i64) -> Message {
    Message::Event(StreamEvent::Watermark(at))
}

fn frame(body: Vec<u8>) -> Frame {
    let mut header = [0; crate::FRAME_HEADER_BYTES];
    let length = (body.len() as u32).to_le_bytes();
    header.iter_mut().skip(8).zip(length.into_iter().chain(length)).for_each(|(to, from)| *to = from);
    Frame::from_parts(&header, body).expect("a frame of no records")
}

/// Records and events arrive as they were sent, whatever credit does.
fn keeps_the_order_of_a_channel(fixture: &impl Fixture) {
    let mut sent = Vec::new();
    for step in 0..100 {
        let part = [Message::Data(frame(vec![step as u8; step])), watermark(step as i64)];
        sent.extend(part.clone());
        send(fixture, PRODUCER, CONSUMER, part.into_iter().chain([Message::Credit(1)]));
    }
    let (credits, rest): (Vec<_>, Vec<_>) =
        received(fixture, CONSUMER).into_iter().partition(|message| matches!(message, Message::Credit(_)));
    assert_eq!(rest, sent, "records or events changed their order");
    assert_eq!(credits.len(), 100, "credit was lost");
}

/// A consumer that starts first announces its credit to a slot that nobody has asked for yet.
fn keeps_early_credit(fixture: &impl Fixture) {
    send(fixture, CONSUMER, PRODUCER, [Message::Credit(4096)]);
    assert_eq!(received(fixture, PRODUCER), [Message::Credit(4096)], "early credit was lost");
}

fn carries_frames_unchanged(fixture: &impl Fixture) {
    for size in [0, 1, 1000, crate::MAX_FRAME_BYTES] {
        let sent = frame((0..size).map(|n| n as u8).collect());
        send(fixture, PRODUCER, CONSUMER, [Message::Data(sent.clone())]);
        assert_eq!(received(fixture, CONSUMER), [Message::Data(sent)], "a frame of {size} bytes changed");
    }
}

fn wakes_who_has_mail(fixture: &impl Fixture) {
    let woken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&woken);
    send(fixture, PRODUCER, CONSUMER, [watermark(1)]);
    fixture.settle();
    fixture.inbox(CONSUMER).set_waker(Box::new(move || {
        counter.fetch_add(1, Ordering::SeqCst);
    }));
    assert_eq!(woken.load(Ordering::SeqCst), 1, "mail that was there before the waker wakes");
    received(fixture, CONSUMER);
    send(fixture, PRODUCER, CONSUMER, [watermark(2)]);
    fixture.settle();
    assert_eq!(woken.load(Ordering::SeqCst), 2, "new mail wakes");
}

/// Each side is told who the other was, and nothing comes after that.
fn reports_a_broken_channel_to_both(fixture: &impl Fixture) {
    send(fixture, PRODUCER, CONSUMER, [watermark(1)]);
    send(fixture, CONSUMER, PRODUCER, [Message::Credit(1)]);
    fixture.settle();
    fixture.cut("the cable was pulled");
    for (slot, peer) in [(PRODUCER, CONSUMER), (CONSUMER, PRODUCER)] {
        let mail = received(fixture, slot);
        let Some(Message::Broken(reason)) = mail.last() else { panic!("{slot} was told nothing: {mail:?}") };
        assert!(reason.contains(&peer.to_string()), "{slot} was not told about {peer}: {reason}");
        assert!(reason.contains("the cable was pulled"), "{slot} was not told why: {reason}");
    }
}

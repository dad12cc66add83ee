use crate::harness::{Got, Harness, Sizes};
use crate::{ExchangeError, Frame, FrameFault, FrameKind, Message, Ship, TypedEdge};
use proptest::prelude::*;
use weft_common::ErrorKind;
use weft_record::{Batch, StreamEvent};

fn frame(body: &[u8], records: u32) -> Frame {
    let charge = body.len() as u32;
    Frame { bytes: body.to_vec(), kind: FrameKind::Records, timed: false, keyed: false, records, charge }
}

fn fragment(body: &[u8], last: bool) -> Frame {
    Frame { kind: FrameKind::Fragment { last }, ..frame(body, u32::from(last)) }
}

fn harness<T: weft_record::Record>(producers: u32) -> Harness<T> {
    Harness::new(&TypedEdge::plain(), Ship::Global, &Sizes::new(producers, 1))
}

/// The first error that comes of delivering and polling.
fn fault<T: weft_record::Record>(messages: Vec<Message>) -> Option<ExchangeError> {
    let mut harness = harness::<T>(1);
    for message in messages {
        if let Err(error) = harness.gates[0].deliver(0, message) {
            return Some(error);
        }
    }
    loop {
        match harness.poll(0) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(error) => return Some(error),
        }
    }
}

#[test]
fn corrupt_frames_give_errors() {
    let data = |frame| Message::Data(frame);
    let cases: [(Option<ExchangeError>, &str); 9] = [
        (fault::<u64>(vec![data(frame(&[0; 9], 1))]), "9 bytes are not 1 records"),
        (fault::<u64>(vec![data(frame(&[0; 8], u32::MAX))]), "8 bytes are not"),
        (fault::<String>(vec![data(frame(&[5, b'a'], 1))]), "ends"),
        (fault::<String>(vec![data(frame(&[1, b'a', 0], 1))]), "1 bytes are not 0 records"),
        (fault::<String>(vec![data(frame(&[1, 0xff], 1))]), "invalid"),
        (fault::<u64>(vec![data(Frame { keyed: true, ..frame(&[0; 16], 1) })]), "carry key hashes, the edge has none"),
        (fault::<String>(vec![data(fragment(&[200], false)), data(frame(&[0], 1))]), "interrupted"),
        (fault::<String>(vec![data(fragment(&[200], false)), Message::Event(StreamEvent::Idle)]), "interrupted"),
        (fault::<u64>(vec![Message::Credit(1)]), "credit, which does not belong"),
    ];
    for (error, text) in cases {
        let error = error.expect(text);
        assert_eq!(error.kind(), ErrorKind::Fatal);
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[test]
fn reassembly_is_bounded() {
    let sizes = Sizes { max_record: 1000, window: 1 << 20, ..Sizes::new(1, 1) };
    let mut harness = Harness::<String>::new(&TypedEdge::plain(), Ship::Global, &sizes);
    let mut error = None;
    for _ in 0..10 {
        harness.gates[0].deliver(0, Message::Data(fragment(&[0xff; 100_000], false))).expect("within the credit");
        error = harness.poll(0).err();
        if error.is_some() {
            break;
        }
    }
    assert!(matches!(error, Some(ExchangeError::CorruptFrame { what: FrameFault::TooLarge { .. }, .. })), "{error:?}");
}

#[test]
fn a_producer_that_ignores_its_credit_is_an_error() {
    let error = fault::<u64>(vec![Message::Data(Frame { charge: 2049, ..frame(&[0; 8], 1) })]).expect("too much");
    assert!(matches!(error, ExchangeError::CreditExceeded { charge: 2049, left: 2048, .. }));
}

#[test]
fn a_broken_channel_is_reported_and_may_be_retried() {
    let error =
        fault::<u64>(vec![Message::Broken("the connection to worker 3 slot 1 is lost".into())]).expect("broken");
    assert_eq!(error.kind(), ErrorKind::Retryable);
    assert!(error.to_string().contains("worker 3 slot 1"), "{error}");
}

#[test]
fn a_message_of_a_stranger_is_an_error() {
    let mut harness = harness::<u64>(2);
    assert!(matches!(
        harness.gates[0].deliver(9, Message::Event(StreamEvent::Idle)),
        Err(ExchangeError::Unexpected { .. })
    ));
}

#[test]
fn small_frames_are_merged_over_channels_and_channels_take_turns() {
    let mut harness = harness::<u64>(3);
    harness.deliver_all().expect("credit");
    for n in 0..30u64 {
        for from in 0..3 {
            harness.write(from, Batch::of(vec![from as u64 * 100 + n])).expect("write");
            harness.writers[from].flush(&mut harness.net);
        }
    }
    harness.deliver_all().expect("deliver");
    // 12 frames of 128 bytes fit into the half window that a channel gets before it is polled.
    let mut polls = 0;
    while harness.poll(0).expect("poll") {
        polls += 1;
    }
    assert!(polls <= 2, "{polls} batches of up to 64 records");
    harness.settle().expect("settle");
    let rows = harness.rows(0);
    assert_eq!(rows.len(), 90);
    for from in 0..3u64 {
        let own: Vec<u64> = rows.iter().copied().filter(|row| row / 100 == from).collect();
        assert_eq!(own, (from * 100..from * 100 + 30).collect::<Vec<_>>());
    }
}

#[test]
fn a_busy_channel_does_not_starve_others() {
    let mut harness = harness::<u64>(2);
    harness.deliver_all().expect("credit");
    harness.write(0, Batch::of(vec![0; 250])).expect("write");
    harness.write(1, Batch::of(vec![1])).expect("write");
    harness.writers[1].flush(&mut harness.net);
    harness.deliver_all().expect("deliver");
    harness.poll(0).expect("poll");
    harness.poll(0).expect("poll");
    assert!(harness.rows(0).contains(&1), "the second batch has the other channel's record");
}

#[test]
fn channels_with_an_event_next_are_served_first() {
    let mut harness = harness::<u64>(2);
    harness.write(0, Batch::of(vec![1])).expect("write");
    harness.writers[1].event(StreamEvent::Idle, &mut harness.net);
    harness.writers[0].flush(&mut harness.net);
    harness.deliver_all().expect("deliver");
    harness.deliver_all().expect("deliver");
    while harness.poll(0).expect("poll") {}
    assert_eq!(harness.got[0], [Got::Event(1, StreamEvent::Idle), Got::Row(1, None, None)]);
}

#[test]
fn a_channel_held_back_gives_nothing_until_released() {
    let mut harness = harness::<u64>(2);
    harness.deliver_all().expect("credit");
    for from in 0..2 {
        harness.write(from, Batch::of(vec![from as u64])).expect("write");
        harness.writers[from].flush(&mut harness.net);
    }
    harness.deliver_all().expect("deliver");
    harness.gates[0].block_channel(0);
    while harness.poll(0).expect("poll") {}
    assert_eq!(harness.rows(0), [1]);
    assert!(!harness.gates[0].has_input());
    harness.gates[0].unblock_channel(0);
    assert!(harness.gates[0].has_input());
    while harness.poll(0).expect("poll") {}
    assert_eq!(harness.rows(0), [1, 0]);
}

#[test]
fn records_with_and_without_times_never_share_a_batch() {
    let mut harness = harness::<u64>(1);
    harness.deliver_all().expect("credit");
    for n in 0..6u64 {
        let times = (n % 3 == 0).then(|| vec![n as i64]);
        harness.write(0, Batch { rows: vec![n], times, hashes: None }).expect("write");
    }
    harness.settle().expect("settle");
    let expected = (0..6u64).map(|n| Got::Row(n, (n % 3 == 0).then_some(n as i64), None));
    assert_eq!(harness.got[0], expected.collect::<Vec<_>>());
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(
        body in prop::collection::vec(any::<u8>(), 0..300), records in 0u32..70_000, timed: bool, cut in 0usize..300,
    ) {
        let whole = Frame { timed, ..frame(&body, records) };
        fault::<(u64, String)>(vec![Message::Data(whole.clone())]);
        fault::<(u32, u64)>(vec![Message::Data(whole)]);
        let (first, second) = body.split_at(cut.min(body.len()));
        fault::<Vec<(u64, String)>>(vec![Message::Data(fragment(first, false)), Message::Data(fragment(second, true))]);
    }
}

use crate::harness::{ByFirst, Got, Harness, Sizes, writer_config};
use crate::{
    AnyBatch, Edge, ExchangeError, FrameKind, LocalChannel, LocalElement, Outbox, Peer, Progress, Route, Ship,
    TypedEdge,
};
use std::rc::Rc;
use weft_common::ErrorKind;
use weft_record::{Batch, Key, StreamEvent};

#[test]
fn one_local_consumer_gets_the_batch_untouched() {
    for (ship, edge) in [
        (Ship::Forward, TypedEdge::<(u64, u64)>::plain()),
        (Ship::Rebalance, TypedEdge::plain()),
        (Ship::Broadcast, TypedEdge::plain()),
        (Ship::KeyGroup, TypedEdge::keyed(ByFirst)),
    ] {
        let channel = LocalChannel::new(1 << 20);
        let peer = Peer { subtask: 0, route: Route::Local(Rc::clone(&channel)) };
        let mut writer = edge.writer(writer_config(&Sizes::new(1, 1), ship, 0, vec![peer])).expect("sound");
        let rows: Vec<(u64, u64)> = vec![(1, 2), (3, 4)];
        let at = rows.as_ptr();
        let batch = Batch { rows, times: Some(vec![10, 20]), hashes: None };
        writer.write(AnyBatch::new(batch), &mut Outbox::new()).expect("write");
        let Some(LocalElement::Batch(got)) = channel.pop() else { panic!("{ship:?} kept the batch") };
        let got = got.downcast::<(u64, u64)>().expect("the edge's type");
        assert_eq!(got.rows.as_ptr(), at, "{ship:?} copied the rows");
        assert_eq!(got.times, Some(vec![10, 20]));
        let hashes = (ship == Ship::KeyGroup).then(|| vec![1u64.key_hash(), 3u64.key_hash()]);
        assert_eq!(got.hashes, hashes);
    }
}

#[test]
fn a_full_local_channel_blocks_and_resumes() {
    let channel = LocalChannel::new(100);
    let peer = Peer { subtask: 0, route: Route::Local(Rc::clone(&channel)) };
    let edge = TypedEdge::<u64>::plain();
    let mut writer = edge.writer(writer_config(&Sizes::new(1, 1), Ship::Forward, 0, vec![peer])).expect("sound");
    let mut net = Outbox::new();
    let batch = || AnyBatch::new(Batch::of(vec![0u64; 100]));
    assert_eq!(writer.write(batch(), &mut net), Ok(Progress::Done), "an empty channel takes a batch of any size");
    assert_eq!(writer.write(batch(), &mut net), Ok(Progress::Blocked));
    assert!(writer.is_blocked() && !channel.drained());
    assert!(writer.blocked_on().expect("blocked").contains("subtask 0 (same slot)"));
    let refused = writer.write(batch(), &mut net).expect_err("a blocked writer takes nothing");
    assert_eq!(refused.kind(), ErrorKind::Fatal);
    assert_eq!(writer.resume(&mut net), Ok(Progress::Blocked));
    channel.pop();
    assert!(channel.drained() && !channel.drained());
    assert_eq!(writer.resume(&mut net), Ok(Progress::Done));
    assert!(writer.is_empty());
    assert_eq!((writer.records_out(), writer.bytes_out()), (200, 1600));
}

#[test]
fn local_watermarks_with_nothing_between_coalesce() {
    let channel = LocalChannel::new(100);
    (1..4).for_each(|t| channel.push_event(StreamEvent::Watermark(t)));
    channel.push_event(StreamEvent::Idle);
    channel.push_event(StreamEvent::Watermark(4));
    let events = std::iter::from_fn(|| channel.pop()).map(|element| match element {
        LocalElement::Event(event) => event,
        LocalElement::Batch(_) => panic!("no batch was pushed"),
    });
    let expected = [StreamEvent::Watermark(3), StreamEvent::Idle, StreamEvent::Watermark(4)];
    assert_eq!(events.collect::<Vec<_>>(), expected);
}

#[test]
fn small_local_parts_are_collected_into_batches() {
    let mut harness = Harness::new(
        &TypedEdge::keyed(ByFirst),
        Ship::KeyGroup,
        &Sizes { together: true, share: 1 << 20, window: 1 << 20, ..Sizes::new(2, 2) },
    );
    for i in 0..32 {
        harness.write(0, Batch::of((i * 4..i * 4 + 4).map(|k| (k, k)).collect::<Vec<(u64, u64)>>())).expect("write");
    }
    assert!(harness.writers[0].has_unflushed());
    let mut batches = 0;
    while harness.poll(0).expect("poll") {
        batches += 1;
    }
    assert!(batches <= 1, "{batches} batches of 64 records from at most 128");
    harness.settle().expect("settle");
    assert_eq!(harness.rows(0).len() + harness.rows(1).len(), 128);
}

#[test]
fn a_batch_of_another_type_is_refused_by_name() {
    let mut harness = Harness::<u64>::new(&TypedEdge::plain(), Ship::Global, &Sizes::new(1, 1));
    let error = harness.writers[0].write(AnyBatch::new(Batch::of(vec!["x".to_string()])), &mut harness.net);
    assert!(matches!(error, Err(ExchangeError::WrongType { expected: "u64", .. })), "{error:?}");
}

#[test]
fn a_record_larger_than_the_share_travels_in_pieces() {
    for ship in [Ship::Global, Ship::Broadcast, Ship::Rescale] {
        let mut harness = Harness::<String>::new(&TypedEdge::plain(), ship, &Sizes::new(1, 2));
        harness.keep_frames = true;
        let large = "weft".repeat(25_000);
        let rows = vec!["before".to_string(), large.clone(), large, "after".to_string()];
        harness.write(0, Batch::of(rows.clone())).expect("write");
        harness.writers[0].resume(&mut harness.net).expect("resume");
        harness.settle().expect("settle");
        let mut got: Vec<String> = (0..2).flat_map(|to| harness.rows(to)).collect();
        let mut sent = if ship == Ship::Broadcast { [rows.clone(), rows].concat() } else { rows };
        got.sort();
        sent.sort();
        assert!(got == sent, "{ship:?}");
        assert!(harness.frames.iter().all(|frame| frame.charge() <= 1024 && frame.capacity() <= 1024));
        let last = harness.frames.iter().filter(|frame| frame.kind() == FrameKind::Fragment { last: true });
        assert_eq!(last.count(), if ship == Ship::Broadcast { 4 } else { 2 });
        assert_eq!(harness.writers[0].held_bytes(), 0);
    }
}

#[test]
fn a_record_above_the_maximum_names_operator_size_and_key() {
    for ship in [Ship::Global, Ship::Broadcast] {
        let sizes = Sizes { max_record: 10_000, ..Sizes::new(1, 1) };
        let mut harness = Harness::<String>::new(&TypedEdge::plain(), ship, &sizes);
        let error = harness.write(0, Batch::of(vec!["x".repeat(10_001)])).expect_err("too large");
        assert_eq!(error.kind(), ErrorKind::User);
        let text = error.to_string();
        assert!(
            text.contains("\"map\"") && text.contains("10003") && text.contains("exchange.max-record-size"),
            "{text}"
        );
    }
    let sizes = Sizes { max_record: 15, ..Sizes::new(1, 1) };
    let mut harness = Harness::<(u64, u64)>::new(&TypedEdge::plain(), Ship::Global, &sizes);
    assert!(matches!(
        harness.write(0, Batch::of(vec![(1, 1)])),
        Err(ExchangeError::RecordTooLarge { size: 16, max: 15, .. })
    ));
}

#[test]
fn without_credit_a_builder_stops_at_its_limit() {
    let mut harness = Harness::<u64>::new(&TypedEdge::plain(), Ship::Global, &Sizes::new(1, 1));
    assert_eq!(harness.writers[0].held_bytes(), 0, "nothing is held before the first record");
    harness.write(0, Batch::of(vec![1])).expect("write");
    assert_eq!(harness.writers[0].held_bytes(), 128);
    // The gate's credit waits in the inbox, undelivered.
    assert_eq!(harness.write(0, Batch::of((2..1000).collect())), Ok(Progress::Blocked));
    assert_eq!(harness.writers[0].held_bytes(), 1024);
    let waits = harness.writers[0].blocked_on().expect("blocked");
    assert_eq!(waits, "subtask 0 (worker 1 slot 0): 1024 bytes to send, 0 bytes of credit");
    harness.settle().expect("settle");
    assert_eq!(harness.rows(0), (1..1000).collect::<Vec<u64>>());
}

#[test]
fn an_event_waits_behind_records_without_credit_and_bars_others() {
    let mut harness = Harness::<u64>::new(&TypedEdge::plain(), Ship::Global, &Sizes::new(1, 1));
    harness.write(0, Batch::of(vec![1])).expect("write");
    let (writer, net) = (&mut harness.writers[0], &mut harness.net);
    writer.event(StreamEvent::Watermark(5), net);
    writer.event(StreamEvent::Watermark(6), net);
    assert!(net.is_empty() && !writer.is_empty() && !writer.has_unflushed());
    assert_eq!(harness.write(0, Batch::of(vec![2])), Ok(Progress::Blocked));
    harness.settle().expect("settle");
    let expected = [Got::Row(1, None, None), Got::Event(0, StreamEvent::Watermark(6)), Got::Row(2, None, None)];
    assert_eq!(harness.got[0], expected);
}

#[test]
fn events_need_no_credit() {
    let mut harness = Harness::<u64>::new(&TypedEdge::plain(), Ship::Global, &Sizes::new(1, 1));
    harness.writers[0].event(StreamEvent::Idle, &mut harness.net);
    assert!(harness.writers[0].is_empty());
    harness.deliver_all().expect("deliver");
    harness.poll(0).expect("poll");
    assert_eq!(harness.got[0], [Got::Event(0, StreamEvent::Idle)]);
}

#[test]
fn records_without_bytes_travel_too() {
    let mut harness = Harness::<()>::new(&TypedEdge::plain(), Ship::Rescale, &Sizes::new(1, 2));
    harness.write(0, Batch::of(vec![(); 200_000])).expect("write");
    harness.settle().expect("settle");
    assert_eq!((harness.rows(0).len(), harness.rows(1).len()), (100_000, 100_000));
}

#[test]
fn two_hundred_and_fifty_by_as_many_channels_fit_into_64_mib() {
    const SUBTASKS: u32 = 250;
    const POOL: usize = 64 << 20;
    let channels = (SUBTASKS * SUBTASKS) as usize;
    let (share, window) = (POOL / 2 / channels, POOL / 2 / channels);
    let sizes = Sizes { share, window, batch_records: 1024, ..Sizes::new(SUBTASKS, SUBTASKS) };
    let mut harness =
        Harness::<(u64, u64)>::new(&TypedEdge::custom(|row: &(u64, u64), n| row.1 as usize % n), Ship::Custom, &sizes);
    harness.deliver_all().expect("credit");
    // Every producer writes until it is blocked; nobody reads.
    let mut written = 0;
    for from in 0..SUBTASKS as usize {
        for first in (0..).step_by(1000) {
            written += 1000;
            let rows = (first..first + 1000).map(|i| (from as u64, i)).collect();
            if harness.write(from, Batch::of(rows)) == Ok(Progress::Blocked) {
                break;
            }
        }
    }
    harness.deliver_all().expect("deliver");
    let waiting: Vec<usize> = harness.gates.iter().map(|gate| gate.held_bytes()).collect();
    let collected: Vec<usize> = harness.writers.iter().map(|writer| writer.held_bytes()).collect();
    assert!(waiting.iter().all(|bytes| *bytes >= 250 * 256), "some channels carry nothing");
    assert!(collected.iter().all(|bytes| *bytes >= 250 * 256), "some builders hold nothing");
    let both = waiting.iter().sum::<usize>() + collected.iter().sum::<usize>();
    assert!(both <= POOL, "{both} bytes");
    harness.settle().expect("settle");
    assert_eq!((0..SUBTASKS as usize).map(|to| harness.rows(to).len()).sum::<usize>(), written);
}

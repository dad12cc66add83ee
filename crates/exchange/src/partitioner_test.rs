use crate::harness::{ByFirst, Harness, Sizes, writer_config};
use crate::{Edge, ExchangeError, Peer, Route, Ship, SlotAddress, TypedEdge};
use weft_common::ErrorKind;
use weft_record::{Batch, Key};

/// The numbers `0..n` distributed by one producer over `consumers`.
fn distribute(edge: TypedEdge<(u64, u64)>, ship: Ship, consumers: u32, n: u64) -> Vec<Vec<u64>> {
    let mut harness = Harness::new(&edge, ship, &Sizes { share: 1 << 20, window: 1 << 20, ..Sizes::new(1, consumers) });
    harness.deliver_all().expect("credit");
    for first in (0..n).step_by(1000) {
        let rows = (first..n.min(first + 1000)).map(|i| (i, i)).collect();
        harness.write(0, Batch::of(rows)).expect("write");
        harness.settle().expect("settle");
    }
    (0..consumers as usize).map(|to| harness.rows(to).into_iter().map(|(i, _)| i).collect()).collect()
}

#[test]
fn global_sends_everything_to_the_first() {
    let got = distribute(TypedEdge::plain(), Ship::Global, 3, 10);
    assert_eq!(got, [(0..10).collect(), vec![], vec![]]);
}

#[test]
fn forward_sends_everything_to_the_only_one() {
    assert_eq!(distribute(TypedEdge::plain(), Ship::Forward, 1, 10), [(0..10).collect::<Vec<_>>()]);
}

#[test]
fn broadcast_sends_everything_to_each() {
    let all: Vec<u64> = (0..2500).collect();
    assert_eq!(distribute(TypedEdge::plain(), Ship::Broadcast, 3, 2500), [all.clone(), all.clone(), all]);
}

#[test]
fn rebalance_gives_counts_that_differ_by_one_at_most() {
    for consumers in [1, 2, 3, 7, 64] {
        let counts: Vec<usize> =
            distribute(TypedEdge::plain(), Ship::Rebalance, consumers, 1001).iter().map(Vec::len).collect();
        let (least, most) = (counts.iter().min().copied(), counts.iter().max().copied());
        assert!(most <= least.map(|n| n + 1), "{counts:?}");
        assert_eq!(counts.iter().sum::<usize>(), 1001);
    }
}

#[test]
fn rebalance_starts_where_the_seed_says() {
    let sizes = Sizes::new(16, 16);
    let mut harness = Harness::<u64>::new(&TypedEdge::plain(), Ship::Rebalance, &sizes);
    for from in 0..16 {
        harness.write(from, Batch::of(vec![from as u64])).expect("write");
    }
    harness.settle().expect("settle");
    let reached = (0..16).filter(|to| !harness.rows(*to).is_empty()).count();
    assert!(reached > 5, "producers with different seeds all start at the same {reached} consumers");
}

#[test]
fn rescale_takes_turns_over_the_connected_consumers() {
    let peer = |subtask| Peer { subtask, route: Route::Remote(SlotAddress { worker: 1, slot: subtask }) };
    let config = writer_config(&Sizes::new(2, 6), Ship::Rescale, 1, vec![peer(3), peer(4), peer(5)]);
    let edge = TypedEdge::<u64>::plain();
    let mut writer = edge.writer(config).expect("a subset suits rescale");
    let (mut net, transport) = (crate::Outbox::new(), crate::InProcessTransport::new());
    (3..6).for_each(|to| writer.on_credit(to, 1 << 20, &mut net));
    writer.write(crate::AnyBatch::new(Batch::of((0..8).collect::<Vec<u64>>())), &mut net).expect("write");
    writer.flush(&mut net);
    net.flush(&transport);
    let records = (3..6).map(|slot| {
        let mut mail = Vec::new();
        transport.inbox(SlotAddress { worker: 1, slot }).drain(&mut mail);
        mail.iter().map(|m| if let crate::Message::Data(frame) = &m.message { frame.records() } else { 0 }).sum::<u32>()
    });
    assert_eq!(records.collect::<Vec<_>>(), [3, 3, 2]);
}

#[test]
fn shuffle_is_uniform_by_chi_square() {
    let (consumers, n) = (16u32, 160_000u64);
    let got = distribute(TypedEdge::plain(), Ship::Shuffle, consumers, n);
    let expected = n as f64 / f64::from(consumers);
    let chi_square: f64 = got.iter().map(|rows| (rows.len() as f64 - expected).powi(2) / expected).sum();
    // 15 degrees of freedom: 37.7 is exceeded with probability 0.001, 2.9 undercut with 0.0002.
    assert!((2.5..37.7).contains(&chi_square), "{chi_square}");
    let pairs = got.iter().flat_map(|rows| rows.windows(2)).filter(|pair| pair[0] + 1 == pair[1]).count();
    let expected = n as f64 / f64::from(consumers);
    assert!((pairs as f64 - expected).abs() < 0.1 * expected, "{pairs} neighbours stayed together");
}

#[test]
fn key_groups_go_to_the_subtask_that_owns_them() {
    let got = distribute(TypedEdge::keyed(ByFirst), Ship::KeyGroup, 3, 1000);
    for (subtask, keys) in got.iter().enumerate() {
        assert!(keys.len() > 200);
        for key in keys {
            let group = ((key.key_hash() >> 32) * 128) >> 32;
            assert_eq!(group * 3 / 128, subtask as u64);
        }
    }
}

#[test]
fn custom_sends_where_the_function_says() {
    let edge = TypedEdge::custom(|row: &(u64, u64), consumers| row.0 as usize % consumers);
    assert_eq!(distribute(edge, Ship::Custom, 3, 7), [vec![0, 3, 6], vec![1, 4], vec![2, 5]]);
}

#[test]
fn custom_out_of_range_names_operator_value_and_range() {
    for consumers in [1, 3] {
        let edge = TypedEdge::custom(|row: &u64, _| *row as usize);
        let mut harness = Harness::new(&edge, Ship::Custom, &Sizes::new(1, consumers));
        let error = harness.write(0, Batch::of(vec![0, 5])).expect_err("5 is out of range");
        assert_eq!(error.kind(), ErrorKind::User);
        let text = error.to_string();
        assert!(text.contains("\"map\"") && text.contains("consumer 5"), "{text}");
        assert!(text.contains(&format!("there are {consumers}")), "{text}");
    }
}

#[test]
fn what_does_not_suit_the_destinations_is_refused() {
    let peer = |subtask| Peer { subtask, route: Route::Remote(SlotAddress { worker: 1, slot: subtask }) };
    let cases: [(Ship, Vec<Peer>, &str); 8] = [
        (Ship::Forward, vec![peer(0), peer(1)], "forward goes to one"),
        (Ship::Forward, vec![], "no consumer"),
        (Ship::Rebalance, vec![peer(1), peer(2)], "reaches all 3"),
        (Ship::Shuffle, vec![peer(0), peer(2)], "reaches all 3"),
        (Ship::Broadcast, vec![peer(0)], "reaches all 3"),
        (Ship::Global, vec![peer(1)], "not connected"),
        (Ship::KeyGroup, vec![peer(0), peer(1), peer(2)], "no key"),
        (Ship::Custom, vec![peer(0), peer(1), peer(2)], "has none"),
    ];
    for (ship, destinations, reason) in cases {
        let config = writer_config(&Sizes::new(1, 3), ship, 0, destinations);
        let error = TypedEdge::<u64>::plain().writer(config).err();
        assert!(
            matches!(&error, Some(ExchangeError::Misconfigured { reason: r, .. }) if r.contains(reason)),
            "{error:?}"
        );
    }
}

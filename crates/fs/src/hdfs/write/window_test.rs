use bytes::Bytes;
use proptest::prelude::*;

use super::*;

fn data(seqno: i64, offset: u64, length: usize) -> Packet {
    Packet::of(seqno, offset, vec![Bytes::from(vec![1; length])], false)
}

fn ack(seqno: i64, replies: &[i32]) -> PipelineAck {
    PipelineAck { seqno, replies: replies.to_vec() }
}

fn sent(window: &mut Window) -> Vec<i64> {
    std::iter::from_fn(|| window.send_next().map(|packet| packet.seqno)).collect()
}

#[test]
fn packets_are_sent_once_and_acknowledged_in_order() {
    let mut window = Window::default();
    window.put(data(0, 0, 100));
    window.put(data(1, 100, 50));
    assert_eq!(sent(&mut window), [0, 1]);
    assert_eq!((window.acknowledged(), window.sent_to()), (0, 150));
    assert!(window.acknowledge(&ack(1, &[0, 0])).is_err(), "the first is owed first");
    assert_eq!(window.acknowledge(&ack(0, &[0, 0])).unwrap(), Acknowledged::Packet);
    assert_eq!(window.acknowledge(&ack(-1, &[0, 0])).unwrap(), Acknowledged::Heartbeat);
    assert!(window.acknowledge(&ack(1, &[])).is_err(), "nobody has acknowledged it");
    assert_eq!(window.acknowledged(), 100);
}

#[test]
fn the_last_failure_in_an_acknowledgement_is_the_one_at_fault() {
    let mut window = Window::default();
    window.put(data(0, 0, 1));
    window.send_next();
    for (replies, node) in [(&[0, 1][..], 1), (&[1], 0), (&[0, 1, 2], 2), (&[8, 0, 0], 0)] {
        let found = window.acknowledge(&ack(0, replies)).unwrap();
        assert!(matches!(found, Acknowledged::Fault { node: found, .. } if found == node), "{replies:?}: {found:?}");
    }
    assert!(!window.is_settled());
}

#[test]
fn what_is_not_acknowledged_is_sent_again_to_a_new_pipeline() {
    let mut window = Window::default();
    (0..3).for_each(|i| window.put(data(i, i as u64 * 10, 10)));
    assert_eq!(sent(&mut window), [0, 1, 2]);
    window.acknowledge(&ack(0, &[0])).unwrap();
    window.put(data(3, 30, 10));
    window.rewind();
    assert_eq!((window.acknowledged(), window.sent_to()), (10, 30));
    assert_eq!(sent(&mut window), [1, 2, 3]);
}

#[test]
fn the_end_of_a_block_is_told_from_its_data() {
    let mut window = Window::default();
    window.put(data(0, 0, 10));
    window.put(Packet::last(1, 10, false));
    sent(&mut window);
    assert!(!window.is_closing());
    window.acknowledge(&ack(0, &[0])).unwrap();
    assert!(window.is_closing() && !window.is_finished());
    window.rewind();
    assert!(window.is_closing());
    window.finish();
    assert!(window.is_finished() && window.is_settled() && window.has_room());
}

#[test]
fn a_full_window_has_no_room_until_something_is_acknowledged() {
    let mut window = Window::default();
    let mut seqno = 0;
    while window.has_room() {
        window.put(data(seqno, seqno as u64 * 65_536, 65_536));
        seqno += 1;
    }
    assert_eq!(seqno, 64);
    window.send_next();
    window.acknowledge(&ack(0, &[0])).unwrap();
    assert!(window.has_room());
}

proptest! {
    /// Whatever comes back, bytes acknowledged never exceed bytes sent, and what remains is what was not acknowledged.
    #[test]
    fn no_sequence_of_answers_loses_a_packet(steps in proptest::collection::vec((0..5_u8, -1..20_i64), 0..80)) {
        let mut window = Window::default();
        let (mut put, mut acknowledged) = (0, 0);
        for (step, seqno) in steps {
            match step {
                0 => { window.put(data(put, put as u64 * 10, 10)); put += 1; }
                1 => drop(window.send_next()),
                2 => window.rewind(),
                3 => if let Ok(Acknowledged::Packet) = window.acknowledge(&ack(seqno, &[0])) { acknowledged += 1; },
                _ => drop(window.acknowledge(&ack(seqno, &[0, 1]))),
            }
            prop_assert!(window.acknowledged() <= window.sent_to());
            prop_assert_eq!(window.acknowledged(), acknowledged as u64 * 10);
        }
        window.rewind();
        prop_assert_eq!(sent(&mut window), (acknowledged..put).collect::<Vec<_>>());
    }
}

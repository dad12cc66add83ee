use proptest::prelude::*;

use super::*;

fn pattern(length: usize) -> Bytes {
    (0..length).map(|i| (i % 251) as u8).collect()
}

/// What a DataNode makes of packets: it writes from each the part that it does not have.
#[derive(Default)]
struct Replica {
    bytes: Vec<u8>,
    next: i64,
    ended: bool,
}

impl Replica {
    fn receive(&mut self, packet: &Packet) {
        assert!(!self.ended, "a packet behind the last");
        assert_eq!(packet.seqno, self.next);
        self.next += 1;
        assert_eq!(packet.length, packet.data.iter().map(Bytes::len).sum::<usize>());
        if packet.last {
            assert_eq!((packet.offset, packet.length), (self.bytes.len() as u64, 0));
            self.ended = true;
            return;
        }
        if packet.length == 0 {
            assert_eq!(packet.offset, self.bytes.len() as u64);
            return;
        }
        assert_eq!(packet.offset % CHUNK as u64, 0, "a packet begins at a chunk");
        let begin = packet.offset as usize;
        assert!(begin <= self.bytes.len(), "a gap");
        let data = packet.data.concat();
        assert_eq!(self.bytes[begin..], data[..self.bytes.len() - begin], "the same bytes again");
        self.bytes.truncate(begin);
        self.bytes.extend(data);
    }
}

#[test]
fn whole_packets_share_the_bytes_they_were_cut_from() {
    let mut cutter = Cutter::new(1 << 27);
    let bytes = pattern(3 * PACKET + 100);
    cutter.push(bytes.clone());
    for i in 0..3 {
        let packet = cutter.next().unwrap();
        assert_eq!((packet.seqno, packet.offset, packet.length), (i, i as u64 * PACKET as u64, PACKET));
        assert_eq!(packet.data[0].as_ptr(), bytes[i as usize * PACKET..].as_ptr());
    }
    assert_eq!(cutter.next(), None);
    assert!(cutter.has_bytes());
    assert_eq!(cutter.flush(false).unwrap().length, 100);
    assert_eq!((cutter.flush(false), cutter.has_bytes()), (None, false));
    let synced = cutter.flush(true).unwrap();
    assert_eq!((synced.seqno, synced.offset, synced.length), (4, 3 * PACKET as u64 + 100, 0));
}

#[test]
fn a_chunk_that_was_cut_short_is_sent_again_from_its_beginning() {
    let mut cutter = Cutter::new(1 << 20);
    cutter.push(pattern(700));
    assert_eq!(cutter.flush(false).unwrap().length, 700);
    cutter.push(Bytes::from_static(b"more"));
    let packet = cutter.flush(false).unwrap();
    assert_eq!((packet.offset, packet.length), (512, 192));
    assert_eq!(packet.data.concat(), [&pattern(700)[512..], b"more"].concat());
}

#[test]
fn a_block_ends_where_it_is_full() {
    let mut cutter = Cutter::new(1024);
    cutter.push(pattern(1500));
    let packet = cutter.next().unwrap();
    assert_eq!((packet.length, cutter.is_block_full(), cutter.next()), (1024, true, None));
    assert_eq!(cutter.end_block(true), Packet::last(1, 1024, true));
    assert!(!cutter.is_block_full());
    let packet = cutter.flush(false).unwrap();
    assert_eq!((packet.seqno, packet.offset, packet.length), (0, 0, 476));
    assert_eq!(cutter.end_block(false), Packet::last(1, 476, false));
    assert!(!cutter.has_bytes());
}

proptest! {
    /// However bytes come and whenever they are wanted out, the blocks hold them all, in order.
    #[test]
    fn blocks_hold_what_was_pushed(
        pieces in proptest::collection::vec((0..200_000_usize, 0..4_u8), 0..8),
        chunks in 1..300_u64,
    ) {
        let block_size = chunks * CHUNK as u64;
        let mut cutter = Cutter::new(block_size);
        let (mut blocks, mut expected) = (vec![Replica::default()], Vec::new());
        for (length, flush) in pieces {
            let piece: Bytes = (0..length).map(|i| ((expected.len() + i) % 251) as u8).collect();
            expected.extend_from_slice(&piece);
            cutter.push(piece);
            loop {
                while let Some(packet) = cutter.next() {
                    blocks.last_mut().unwrap().receive(&packet);
                }
                if !cutter.is_block_full() {
                    break;
                }
                blocks.last_mut().unwrap().receive(&cutter.end_block(false));
                blocks.push(Replica::default());
            }
            if flush < 2 {
                cutter.flush(flush == 1).iter().for_each(|packet| blocks.last_mut().unwrap().receive(packet));
                prop_assert!(!cutter.has_bytes());
            }
        }
        cutter.flush(false).iter().for_each(|packet| blocks.last_mut().unwrap().receive(packet));
        blocks.last_mut().unwrap().receive(&cutter.end_block(false));
        prop_assert!(blocks.iter().rev().skip(1).all(|block| block.bytes.len() as u64 == block_size));
        let found = blocks.iter().flat_map(|block| block.bytes.iter().copied()).collect::<Vec<_>>();
        prop_assert!(found == expected);
    }
}

use proptest::prelude::*;

use super::*;

fn bytes_of(packet: &Packet) -> BytesMut {
    let mut bytes = BytesMut::from(&packet.head[..]);
    packet.data.iter().for_each(|piece| bytes.extend_from_slice(piece));
    bytes
}

#[test]
fn a_packet_has_these_bytes() {
    let packet = Packet::of(3, 1024, vec![Bytes::from_static(b"1234"), Bytes::from_static(b"56789")], true);
    let mut expected = vec![0, 0, 0, 4 + 4 + 9, 0, 27];
    expected.extend([0x09, 0, 4, 0, 0, 0, 0, 0, 0]); // offset in block
    expected.extend([0x11, 3, 0, 0, 0, 0, 0, 0, 0]); // sequence number
    expected.extend([0x18, 0]); // not the last
    expected.extend([0x25, 9, 0, 0, 0]); // bytes of data
    expected.extend([0x28, 1]); // to disk
    expected.extend([0xE3, 0x06, 0x92, 0x83]);
    expected.extend(b"123456789");
    assert_eq!(bytes_of(&packet)[..], expected);
    assert_eq!(packet.end(), 1033);
}

#[test]
fn last_and_heartbeat_are_empty() {
    let last = Packet::last(7, 512, false);
    assert_eq!(&last.head[..6], [0, 0, 0, 4, 0, 25]);
    let head = PacketHead::take(&mut bytes_of(&last), Checksum::WRITTEN).unwrap().unwrap();
    assert_eq!(head, PacketHead { offset: 512, length: 0, last: true, sums: Bytes::new() });
    let beat = PacketHead::take(&mut bytes_of(&Packet::heartbeat()), Checksum::WRITTEN).unwrap().unwrap();
    assert!(!beat.last && beat.length == 0);
}

#[test]
fn a_claim_of_too_much_is_refused_before_memory_is_taken() {
    for bytes in [&[0xFF, 0xFF, 0xFF, 0xFF, 0, 25][..], &[0, 0, 0, 0, 0, 25], &[1, 0, 0, 5, 0, 25]] {
        let error = PacketHead::take(&mut BytesMut::from(bytes), Checksum::WRITTEN).unwrap_err();
        assert!(error.to_string().contains("claims to have"), "{error}");
    }
    // The data a header claims must be what the packet has room for.
    let mut wrong = bytes_of(&Packet::of(0, 0, vec![Bytes::from_static(b"abc")], false));
    wrong[3] += 1;
    let error = PacketHead::take(&mut wrong, Checksum::WRITTEN).unwrap_err();
    assert!(error.to_string().contains("3 bytes of data and 4 of sums in 12 bytes"), "{error}");
}

proptest! {
    #[test]
    fn what_was_built_is_read_however_it_arrives(
        data in proptest::collection::vec(any::<u8>(), 0..3000),
        offset in 0..u64::MAX / 4,
        arrived in 0..3100_usize,
    ) {
        let packet = Packet::of(1, offset, vec![Bytes::from(data.clone())], false);
        let whole = bytes_of(&packet);
        let mut buffer = BytesMut::from(&whole[..arrived.min(whole.len())]);
        let early = PacketHead::take(&mut buffer, Checksum::WRITTEN).unwrap();
        prop_assert_eq!(early.is_some(), arrived >= packet.head.len());
        let mut buffer = whole;
        let head = PacketHead::take(&mut buffer, Checksum::WRITTEN).unwrap().unwrap();
        prop_assert_eq!((head.offset, head.length, head.last), (offset, data.len(), false));
        prop_assert_eq!(Checksum::WRITTEN.verify(&buffer, &head.sums), Ok(()));
        prop_assert_eq!(&buffer[..], &data[..]);
    }

    #[test]
    fn garbage_is_an_error_or_too_little(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut buffer = BytesMut::from(&bytes[..]);
        if let Ok(Some(head)) = PacketHead::take(&mut buffer, Checksum::WRITTEN) {
            prop_assert!(head.length <= MAX_PACKET);
        }
    }
}

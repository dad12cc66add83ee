use super::*;
use crate::harness::{ByFirst, Harness, Sizes};
use crate::{Ship, TypedEdge};
use proptest::prelude::*;
use std::fmt::Write;
use std::path::PathBuf;
use weft_record::Batch;

const NAME: &str = "frames.txt";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes everything");
        text
    })
}

/// The frames of one producer that writes `batches`, as `name header body` lines.
fn frames<V: weft_record::Record>(
    name: &str,
    edge: &TypedEdge<(u64, V)>,
    ship: Ship,
    batches: Vec<Batch<(u64, V)>>,
) -> String {
    let mut harness = Harness::new(edge, ship, &Sizes { share: 128, ..Sizes::new(1, 1) });
    harness.keep_frames = true;
    harness.deliver_all().expect("credit");
    for batch in batches {
        harness.write(0, batch).expect("write");
        harness.settle().expect("settle");
    }
    harness.frames.iter().fold(String::new(), |mut lines, frame| {
        writeln!(lines, "{name} {} {}", hex(&frame.header()), hex(frame.body())).expect("a string takes everything");
        lines
    })
}

fn current() -> String {
    let plain = || Batch::of(vec![(1, 2u64), (3, 4)]);
    let timed = || Batch { times: Some(vec![-1, 1_700_000_000_000]), ..plain() };
    let long = || Batch::of(vec![(7, "weft".repeat(40))]);
    [
        frames("plain", &TypedEdge::plain(), Ship::Global, vec![plain()]),
        frames("timed", &TypedEdge::plain(), Ship::Global, vec![timed()]),
        frames("keyed", &TypedEdge::keyed(ByFirst), Ship::KeyGroup, vec![plain()]),
        frames("keyed-timed", &TypedEdge::keyed(ByFirst), Ship::KeyGroup, vec![timed(), plain()]),
        frames("fragments", &TypedEdge::keyed(ByFirst), Ship::KeyGroup, vec![long()]),
        frames("text", &TypedEdge::plain(), Ship::Broadcast, vec![Batch::of(vec![(1, "weft".to_string())])]),
    ]
    .concat()
}

#[test]
fn golden_frames_are_written_as_ever() {
    assert_eq!(current(), include_str!("../testdata/frames.txt"));
    let other = std::env::var_os("WEFT_GOLDEN").map(|directory| PathBuf::from(directory).join(NAME));
    if let Some(golden) = other.and_then(|path| std::fs::read_to_string(path).ok()) {
        assert_eq!(current(), golden);
    }
}

#[test]
fn golden_frames_are_read_as_ever() {
    let unhex = |text: &str| -> Vec<u8> {
        let digits = text.as_bytes().chunks(2);
        digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("ascii"), 16).expect("hex")).collect()
    };
    for line in include_str!("../testdata/frames.txt").lines() {
        let mut words = line.split(' ').skip(1);
        let mut word = || unhex(words.next().expect("three words"));
        let header: [u8; FRAME_HEADER_BYTES] = word().try_into().expect("16 bytes");
        let body = word();
        assert_eq!(Frame::body_len(&header), body.len());
        let frame = Frame::from_parts(&header, body.clone()).expect("golden");
        assert_eq!((frame.header(), frame.body()), (header, &*body));
    }
}

#[test]
fn what_is_no_header_is_refused() {
    let frame =
        Frame { bytes: vec![1; 8], kind: FrameKind::Records, timed: true, keyed: false, records: 1, charge: 128 };
    let cases: [(usize, u8, &str); 7] = [
        (0, 0x10, "flags"),
        (0, 8, "flags"),
        (2, 1, "flags"),
        (0, 4, "number of records"),
        (6, 1, "number of records"),
        (8, 7, "length"),
        (12, 7, "charge"),
    ];
    for (at, byte, field) in cases {
        let mut header = frame.header();
        header[at] = byte;
        assert_eq!(Frame::from_parts(&header, frame.bytes.clone()), Err(FrameFault::Header(field)), "{at} = {byte}");
    }
}

proptest! {
    #[test]
    fn header_and_body_give_the_frame_back(
        bytes in prop::collection::vec(any::<u8>(), 0..100), kind in 0..3, timed: bool, keyed: bool, more in 0u32..1000,
    ) {
        let (kind, records) = match kind {
            0 => (FrameKind::Records, more),
            1 => (FrameKind::Fragment { last: false }, 0),
            _ => (FrameKind::Fragment { last: true }, 1),
        };
        let charge = bytes.len() as u32 + more;
        let frame = Frame { bytes, kind, timed, keyed, records, charge };
        prop_assert_eq!(Frame::from_parts(&frame.header(), frame.bytes.clone()), Ok(frame));
    }

    #[test]
    fn arbitrary_headers_never_panic(header: [u8; FRAME_HEADER_BYTES], body in prop::collection::vec(any::<u8>(), 0..40)) {
        let _ = Frame::from_parts(&header, body);
    }
}

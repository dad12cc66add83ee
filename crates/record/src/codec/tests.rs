//! Round trips, fixed sizes, hostile input and the golden bytes.

use crate::test_types::{Everything, Level, Marked, Mixed, Nothing, Pair, Point, Sides, Tree, Unit, Word};
use crate::{Decimal, Timestamp};
use crate::{
    DecodeError, Decoder, Encoder, MAX_NESTING, MAX_UNSIZED_ELEMENTS, Record, Slab, Str, decode_all, encode_all,
};
use proptest::collection::{btree_map, hash_map, vec};
use proptest::option;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt::Debug;
use std::marker::PhantomData;

fn encoded<T: Record>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.encode(&mut bytes);
    bytes
}

/// Decoding gives the value back and reads exactly its bytes, from plain and shared input; no shorter input decodes.
fn round_trip<T: Record + PartialEq + Debug>(value: &T) {
    let bytes = encoded(value);
    let mut followed = bytes.clone();
    followed.extend_from_slice(&[0xaa; 30]);
    let slab = Slab::new(followed.clone());
    for mut input in [Decoder::new(&followed), Decoder::shared(&slab)] {
        assert_eq!(T::decode(&mut input).as_ref(), Ok(value));
        assert_eq!(input.position(), bytes.len());
    }
    for cut in 0..bytes.len() {
        let result = T::decode(&mut Decoder::new(&bytes[..cut]));
        assert!(
            matches!(result, Err(DecodeError::Truncated { .. } | DecodeError::Invalid { .. })),
            "{value:?} at {cut}"
        );
    }
    if let Some(size) = T::FIXED_SIZE {
        assert_eq!(bytes.len(), size, "{value:?}");
    }
    let mut detached = value.clone();
    detached.detach();
    assert_eq!(&detached, value);
}

/// Whatever the bytes: a value or an error, and a value encodes to the bytes that were read.
fn survives<T: Record>(bytes: &[u8]) {
    let mut input = Decoder::new(bytes);
    if let Ok(value) = T::decode(&mut input) {
        assert_eq!(encoded(&value), bytes[..input.position()]);
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{0,30}", ".{0,40}"]
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = any::<u16>().prop_map(|value| Tree { value, children: vec![], next: None });
    leaf.prop_recursive(4, 20, 3, |inner| {
        (any::<u16>(), vec(inner.clone(), 0..3), option::of(inner.prop_map(Box::new)))
            .prop_map(|(value, children, next)| Tree { value, children, next })
    })
}

fn mixed() -> impl Strategy<Value = Mixed> {
    prop_oneof![
        any::<u8>().prop_map(Mixed::Far),
        Just(Mixed::Empty),
        (text(), option::of(text())).prop_map(|(self_, out)| Mixed::Text { self_, out: out.map(Str::from) }),
    ]
}

prop_compose! {
    fn everything()(
        (x, y, high, left) in any::<(i32, u64, bool, u32)>(),
        word in text(), mixed in mixed(), tree in tree(),
        map in btree_map(text(), vec(any::<u8>(), 0..5), 0..4),
        (a, b, marked) in (text(), any::<[i16; 2]>(), option::of(text())),
        fallible in prop_oneof![any::<u32>().prop_map(|n| Ok(f64::from(n))), text().prop_map(Err)],
    ) -> Everything {
        Everything {
            point: Point { x, y }, word: Word(word.into()), mixed, tree, map, fallible,
            level: if high { Level::High } else { Level::Low },
            sides: if high { Sides::Left(left) } else { Sides::Right { r#type: left } },
            pair: Pair { a: a.into(), b, marker: Nothing },
            marked: Marked(marked.map(Str::from), PhantomData),
        }
    }
}

proptest! {
    #[test]
    fn numbers_round_trip(v in any::<((u8, u16, u32, u64, u128, usize), (i8, i16, i32, i64, i128, isize), (bool, char))>()) {
        round_trip(&v);
    }

    #[test]
    fn floats_keep_every_bit(a in any::<u32>(), b in any::<u64>()) {
        let value = (f32::from_bits(a), f64::from_bits(b));
        let bytes = encoded(&value);
        prop_assert_eq!(encoded(&<(f32, f64)>::decode(&mut Decoder::new(&bytes)).unwrap()), bytes);
    }

    #[test]
    fn text_round_trips(s in text()) {
        round_trip(&s);
        round_trip(&Str::from(s.as_str()));
        prop_assert_eq!(encoded(&s), encoded(&Str::from(s.as_str())));
    }

    #[test]
    fn collections_round_trip(
        v in vec(any::<(u64, u32)>(), 0..50), s in vec(text(), 0..10), a in any::<[Option<u16>; 3]>(),
        nested in vec(vec(any::<u8>(), 0..4), 0..4), t in vec(any::<(bool, i64)>(), 3),
    ) {
        round_trip(&VecDeque::from(v.clone()));
        round_trip(&v);
        round_trip(&s);
        round_trip(&a);
        round_trip(&nested);
        round_trip(&Box::new(t));
    }

    #[test]
    fn maps_encode_alike_whatever_their_order(m in hash_map(text(), any::<u64>(), 0..12), s in vec(any::<i32>(), 0..12)) {
        let sorted: BTreeMap<_, _> = m.clone().into_iter().collect();
        prop_assert_eq!(encoded(&m), encoded(&sorted));
        round_trip(&m);
        round_trip(&sorted);
        let set: HashSet<i32> = s.iter().copied().collect();
        round_trip(&set);
        prop_assert_eq!(encoded(&set), encoded(&s.into_iter().collect::<BTreeSet<_>>()));
    }

    #[test]
    fn decimals_and_timestamps_round_trip(unscaled in any::<i128>(), scale in 0..=Decimal::MAX_SCALE, ms in any::<i64>()) {
        let bytes = encoded(&Decimal::new(unscaled, scale).unwrap());
        let read = Decimal::decode(&mut Decoder::new(&bytes)).unwrap();
        prop_assert_eq!((read.unscaled(), read.scale(), bytes.len()), (unscaled, scale, 17));
        round_trip(&Timestamp(ms));
    }

    #[test]
    fn derived_types_round_trip(value in everything()) {
        round_trip(&value);
    }

    #[test]
    fn corrupted_records_do_no_harm(value in everything(), changes in vec(any::<(prop::sample::Index, u8)>(), 1..4)) {
        let mut bytes = encoded(&value);
        for (index, byte) in changes {
            *index.get_mut(&mut bytes) = byte;
        }
        survives::<Everything>(&bytes);
        let _ = Everything::decode(&mut Decoder::shared(&Slab::new(bytes)));
    }

    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in vec(any::<u8>(), 0..60)) {
        survives::<Everything>(&bytes);
        survives::<Vec<Tree>>(&bytes);
        survives::<HashMap<Str, Vec<Mixed>>>(&bytes);
        survives::<Vec<()>>(&bytes);
        survives::<Vec<[u64; 4]>>(&bytes);
        survives::<VecDeque<(u8, char, bool)>>(&bytes);
        survives::<BTreeMap<(), [Sides; 2]>>(&bytes);
        survives::<Result<Option<Decimal>, Str>>(&bytes);
    }

    #[test]
    fn rows_are_their_encodings_one_after_the_other(points in vec(any::<(u64, u8)>(), 0..40), words in vec(text(), 0..20)) {
        let rows = (points.clone(), words.clone());
        let mut bytes = Vec::new();
        encode_all(&points, &mut bytes);
        encode_all(&words, &mut bytes);
        let one_by_one: Vec<u8> = points.iter().map(encoded).chain(words.iter().map(encoded)).flatten().collect();
        prop_assert_eq!(&bytes, &one_by_one);
        let (mut input, mut read) = (Decoder::new(&bytes), (Vec::new(), Vec::new()));
        decode_all(&mut input, points.len(), &mut read.0).unwrap();
        decode_all(&mut input, words.len(), &mut read.1).unwrap();
        prop_assert_eq!(read, rows);
        prop_assert!(input.is_empty());
    }

    #[test]
    fn varints_have_one_form(n in any::<u64>(), shift in 0..64u32) {
        let n = n >> shift;
        let mut bytes = Vec::new();
        Encoder::new(&mut bytes).put_varint(n);
        prop_assert_eq!(bytes.len(), (64 - n.leading_zeros()).max(1).div_ceil(7) as usize);
        prop_assert_eq!(Decoder::new(&bytes).varint("n"), Ok(n));
        *bytes.last_mut().unwrap() |= 0x80;
        bytes.push(0);
        prop_assert!(Decoder::new(&bytes).varint("n").is_err(), "a longer form");
    }
}

#[test]
fn fixed_sizes_compose() {
    assert_eq!(<(u64, u64)>::FIXED_SIZE, Some(16));
    assert_eq!(<((u8, i128), [bool; 3], char)>::FIXED_SIZE, Some(24));
    assert_eq!(Point::FIXED_SIZE, Some(12));
    assert_eq!(Unit::FIXED_SIZE, Some(0));
    assert_eq!(Level::FIXED_SIZE, Some(1));
    assert_eq!(Sides::FIXED_SIZE, Some(5), "variants of equal length");
    assert_eq!(Mixed::FIXED_SIZE, None);
    assert_eq!(Pair::<u32>::FIXED_SIZE, Some(6));
    assert_eq!(<(u64, Str)>::FIXED_SIZE, None);
    assert_eq!(Box::<u64>::FIXED_SIZE, None, "a box may contain its own type");
    for sides in [Sides::Left(7), Sides::Right { r#type: 8 }] {
        round_trip(&sides);
    }
}

#[test]
fn a_promised_length_is_not_believed() {
    let promise = |n: u64| {
        let mut bytes = Vec::new();
        Encoder::new(&mut bytes).put_varint(n);
        bytes.extend_from_slice(&[1; 16]);
        bytes
    };
    for n in [17, 1 << 32, 1 << 60, u64::MAX] {
        let bytes = promise(n);
        assert!(Vec::<u64>::decode(&mut Decoder::new(&bytes)).is_err());
        assert!(Vec::<Str>::decode(&mut Decoder::new(&bytes)).is_err());
        assert!(Vec::<[u64; 0]>::decode(&mut Decoder::new(&bytes)).is_err() || n == 17);
        assert!(String::decode(&mut Decoder::new(&bytes)).is_err());
        assert!(HashMap::<u8, u8>::decode(&mut Decoder::new(&bytes)).is_err());
        assert!(BTreeSet::<Vec<u8>>::decode(&mut Decoder::new(&bytes)).is_err());
    }
    let units = vec![(); MAX_UNSIZED_ELEMENTS];
    round_trip(&units);
    assert!(Vec::<()>::decode(&mut Decoder::new(&promise(MAX_UNSIZED_ELEMENTS as u64 + 1))).is_err());
}

#[test]
fn depth_is_bounded() {
    let list = |depth: u32| {
        (1..depth).fold(None, |next, value| Some(Box::new(Tree { value: value as u16, children: vec![], next })))
    };
    let decode = |tree: Option<Box<Tree>>| Option::<Box<Tree>>::decode(&mut Decoder::new(&encoded(&tree))).map(|_| ());
    assert_eq!(decode(list(MAX_NESTING)), Ok(()));
    let error = decode(list(MAX_NESTING + 100)).unwrap_err();
    assert!(matches!(error, DecodeError::TooDeep { limit: MAX_NESTING, .. }), "{error}");
}

#[test]
fn errors_say_where_and_what() {
    let cases: [(Result<(), DecodeError>, &str); 6] = [
        (u64::decode(&mut Decoder::new(&[1, 2])).map(drop), "the encoded record ends at byte 2 inside a u64"),
        (
            <(u32, bool)>::decode(&mut Decoder::new(&[0, 0, 0, 0, 2])).map(drop),
            "the encoded record has an invalid bool at byte 4",
        ),
        (
            String::decode(&mut Decoder::new(&[2, b'a', 0xff])).map(drop),
            "the encoded record has an invalid string at byte 2",
        ),
        (Level::decode(&mut Decoder::new(&[2])).map(drop), "the encoded record has an invalid Level at byte 0"),
        (Option::<u8>::decode(&mut Decoder::new(&[9])).map(drop), "the encoded record has an invalid option at byte 0"),
        (
            HashSet::<u8>::decode(&mut Decoder::new(&[2, 5, 5])).map(drop),
            "the encoded record has an invalid order of map keys at byte 2",
        ),
    ];
    for (result, message) in cases {
        assert_eq!(result.unwrap_err().to_string(), message);
    }
}

#[test]
fn a_slice_of_a_slab_counts_from_the_slab() {
    let slab = Slab::new(vec![9, 9, 9, 1, 7]);
    let mut input = Decoder::shared_range(&slab, 3, 5).unwrap();
    assert_eq!((input.position(), input.remaining()), (3, 2));
    assert_eq!(Vec::<u8>::decode(&mut input), Ok(vec![7]));
    assert!(Decoder::shared_range(&slab, 3, 6).is_none());
    assert!(Decoder::shared_range(&slab, 4, 3).is_none());
}

/// One row of `codec.json`: what is encoded, for a reader of the file, and its bytes in hex.
#[derive(serde::Serialize, serde::Deserialize, Debug, PartialEq)]
struct Golden {
    value: String,
    bytes: String,
}

fn golden<T: Record + Debug>(value: T) -> Golden {
    // What it holds is not named by where it is defined.
    let text = format!("{value:?}").replace("weft_record::text::repr::", "");
    Golden { value: text, bytes: encoded(&value).iter().map(|b| format!("{b:02x}")).collect() }
}

fn golden_rows() -> Vec<Golden> {
    let everything = Everything {
        point: Point { x: -2, y: 3 },
        word: Word("to be or not to be, that is the question".into()),
        level: Level::High,
        sides: Sides::Right { r#type: 5 },
        mixed: Mixed::Text { self_: "ü".into(), out: Some("x".into()) },
        tree: Tree {
            value: 1,
            children: vec![],
            next: Some(Box::new(Tree { value: 2, children: vec![], next: None })),
        },
        map: BTreeMap::from([("b".into(), vec![1, 2]), ("aa".into(), vec![])]),
        pair: Pair { a: "p".into(), b: [-1, 256], marker: Nothing },
        marked: Marked(None, PhantomData),
        fallible: Err("no".into()),
    };
    vec![
        golden((0x12u8, 0x1234u16, 0x1234_5678u32, 0x0102_0304_0506_0708u64, 1u128 << 100)),
        golden((-1i8, -2i16, -3i32, -4i64, -5i128)),
        golden((1usize, -1isize, true, 'ß')),
        golden((1.5f32, -0.0f64, f64::INFINITY)),
        golden(((), String::new(), Str::from("word"))),
        golden("0123456789".repeat(20)),
        golden((Some(7u8), None::<u8>, Ok::<u8, u16>(1), Err::<u8, u16>(2))),
        golden((vec![1u32, 2], vec!["a".to_owned()], Vec::<u64>::new(), [3u16, 4])),
        golden(BTreeMap::from([(300u16, 'a'), (2, 'b')])),
        golden(BTreeSet::from([-1i8, 0, 1])),
        golden((Decimal::new(-12345, 2).unwrap(), Timestamp(1_700_000_000_000))),
        golden(Mixed::Far(9)),
        golden(Sides::Left(6)),
        golden(everything),
    ]
}

/// The bytes of records are part of the state format: `codec.json` is checked for ever. It was written once; rows may
/// be added for new types, but none is changed, and `WEFT_BLESS` must never overwrite it.
#[test]
fn golden_encodings() {
    crate::test_types::check_golden("codec.json", include_str!("../../testdata/codec.json"), &golden_rows());
}

#[test]
#[ignore = "prints rows to add to codec.json"]
fn print_golden_encodings() {
    println!("{}", serde_json::to_string_pretty(&golden_rows()).unwrap());
}

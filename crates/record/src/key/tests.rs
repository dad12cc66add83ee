//! The hash function, what counts as the same key, and the frozen bytes and hashes.

use super::xxh3::{hash_u64, xxh3_64};
use crate::test_types::{Level, Mixed, Nothing, Pair, Point, Sides, Unit, Word, check_golden};
use crate::{Decimal, Key, Str, Timestamp, canonical_bytes, hash_all, hash_str};
use proptest::collection::vec;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use std::fmt::Debug;
use twox_hash::XxHash3_64;

#[test]
fn every_length_hashes_as_specified() {
    let pattern = |seed: u64| (0u64..).map(move |i| (i.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ seed).to_le_bytes()[3]);
    for seed in 0..200 {
        let bytes: Vec<u8> = pattern(seed).take(300).collect();
        for len in 0..bytes.len() {
            assert_eq!(xxh3_64(&bytes[..len]), XxHash3_64::oneshot(&bytes[..len]), "length {len} seed {seed}");
        }
    }
    // Published by the authors of the function.
    assert_eq!(xxh3_64(b""), 0x2d06_8005_38d3_94c2);
}

proptest! {
    #[test]
    fn short_inputs_hash_as_specified(bytes in vec(any::<u8>(), 0..=40)) {
        prop_assert_eq!(xxh3_64(&bytes), XxHash3_64::oneshot(&bytes));
    }

    #[test]
    fn words_hash_as_their_bytes(n in any::<u64>()) {
        prop_assert_eq!(hash_u64(n), XxHash3_64::oneshot(&n.to_le_bytes()));
    }

    #[test]
    fn widening_keeps_a_key(a in any::<u8>(), b in any::<i8>(), c in any::<i32>(), f in any::<f32>()) {
        let hash = u64::from(a).key_hash();
        prop_assert_eq!([u16::from(a).key_hash(), u32::from(a).key_hash(), i64::from(a).key_hash()], [hash; 3]);
        prop_assert_eq!([a.key_hash(), usize::from(a).key_hash(), i16::from(a).key_hash()], [hash; 3]);
        prop_assert_eq!(b.key_hash(), i64::from(b).key_hash());
        prop_assert_eq!((c, a).key_hash(), (i64::from(c), u32::from(a)).key_hash());
        prop_assert_eq!(f.key_hash(), f64::from(f).key_hash());
    }

    #[test]
    fn string_types_are_one_key(s in ".{0,40}") {
        let owned = Str::from(s.as_str());
        prop_assert_eq!([s.key_hash(), owned.key_hash(), Box::new(s.clone()).key_hash()], [hash_str(&s); 3]);
        prop_assert_eq!((s.clone(), 1u8).key_hash(), (owned, 1u64).key_hash());
        prop_assert_eq!(canonical_bytes(&s), s.as_bytes());
    }

    #[test]
    fn same_keys_are_those_with_the_same_bytes(a in any::<(u8, bool, Option<u8>)>(), b in any::<(u8, bool, Option<u8>)>(),
        s in vec("[ab]{0,2}", 2), t in vec("[ab]{0,2}", 2)) {
        let agrees = |same: bool, x: Vec<u8>, y: Vec<u8>| same == (x == y);
        prop_assert!(agrees(a.same_key(&b), canonical_bytes(&a), canonical_bytes(&b)));
        prop_assert!(agrees(s.same_key(&t), canonical_bytes(&s), canonical_bytes(&t)));
        let (s, t) = ((s[0].clone(), s[1].clone()), (t[0].clone(), t[1].clone()));
        prop_assert!(agrees(s.same_key(&t), canonical_bytes(&s), canonical_bytes(&t)));
    }

    #[test]
    fn fixed_and_written_bytes_agree(x in any::<i32>(), y in any::<u64>(), z in any::<[f32; 2]>(), w in any::<(u128, char)>()) {
        fixed_is_written(&Point { x, y });
        fixed_is_written(&Sides::Right { r#type: x as u32 });
        fixed_is_written(&z);
        fixed_is_written(&w);
        fixed_is_written(&((x, y), z, w));
        fixed_is_written(&Decimal::new(i128::from(y), 3).unwrap());
        fixed_is_written(&Level::High);
    }
}

fn fixed_is_written<K: Key>(key: &K) {
    let written = canonical_bytes(key);
    let mut fixed = vec![0; K::CANONICAL_SIZE.unwrap()];
    key.write_canonical_fixed(&mut fixed);
    assert_eq!(fixed, written);
    assert_eq!(key.key_hash(), XxHash3_64::oneshot(&written));
}

#[test]
fn short_strings_hash_as_their_bytes() {
    for text in ["", "ab\0", "\0", "größe 😀", "0123456789abcdefghijklmnopqrstuvwxyz"] {
        for (end, _) in text.char_indices() {
            let part = &text[..end];
            assert_eq!(Str::from(part).key_hash(), XxHash3_64::oneshot(part.as_bytes()), "{part:?}");
        }
    }
}

#[test]
fn floats_have_one_zero_and_one_nan() {
    assert!(0.0f64.same_key(&-0.0) && f64::NAN.same_key(&-f64::NAN));
    assert_eq!((-0.0f32).key_hash(), 0.0f64.key_hash());
    assert_eq!(f64::from_bits(0x7ff0_0000_0000_0001).key_hash(), f32::NAN.key_hash());
    assert_eq!(canonical_bytes(&f64::NAN), 0x7ff8_0000_0000_0000u64.to_le_bytes());
}

#[test]
fn decimals_are_keyed_by_value() {
    let [a, b] = [Decimal::new(150, 2), Decimal::new(15, 1)].map(Result::unwrap);
    assert!(a.same_key(&b));
    assert_eq!(a.key_hash(), b.key_hash());
}

#[test]
fn a_key_that_hashes_another_key_finds_its_own_buffer() {
    #[derive(Clone, weft_record::Record)]
    struct Outer(String);
    impl Key for Outer {
        fn write_canonical(&self, out: &mut Vec<u8>) {
            out.extend_from_slice(&(self.0.clone(), 1u8).key_hash().to_le_bytes());
        }
        fn same_key(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }
    let inner = ("x".to_owned(), 1u8).key_hash();
    assert_eq!(Outer("x".into()).key_hash(), inner.key_hash());
}

#[test]
fn hash_all_replaces_what_was_there() {
    let rows: Vec<(Str, u64)> = ["to", "be", "or not to be, that is the question"].map(|w| (w.into(), 1)).into();
    let mut hashes = vec![1, 2, 3, 4, 5];
    hash_all(&rows, |(word, _)| word, &mut hashes);
    assert_eq!(hashes, ["to", "be", "or not to be, that is the question"].map(hash_str));
}

/// One row of `key-hashes.json`: the canonical bytes and the hash in hex, and the group at maximum parallelism 128.
#[derive(Serialize, Deserialize, Debug, PartialEq)]
struct Golden {
    r#type: String,
    key: String,
    canonical: String,
    hash: String,
    key_group_128: u64,
}

fn row<K: Key + Debug>(key: K) -> Golden {
    let hash = key.key_hash();
    Golden {
        r#type: K::schema().root.to_string(),
        key: format!("{key:?}"),
        canonical: canonical_bytes(&key).iter().map(|b| format!("{b:02x}")).collect(),
        hash: format!("{hash:016x}"),
        key_group_128: ((hash >> 32) * 128) >> 32,
    }
}

fn golden_rows() -> Vec<Golden> {
    let mut rows = Vec::new();
    rows.extend([0, 1, 127, 255].map(|n: u8| row(n)));
    rows.extend([0, 1000, u16::MAX].map(row));
    rows.extend([0, 1, u32::MAX].map(row));
    rows.extend([0, 1, 2, 3, 42, 1 << 32, u64::MAX].map(row));
    rows.extend([0, 1, u128::MAX].map(row));
    rows.extend([-128, -1, 127].map(|n: i8| row(n)));
    rows.extend([-1000, 1000].map(|n: i16| row(n)));
    rows.extend([i32::MIN, -1, 42].map(row));
    rows.extend([i64::MIN, -1, 42, i64::MAX].map(row));
    rows.extend([i128::MIN, -1].map(row));
    rows.extend([row(7usize), row(-7isize), row(false), row(true), row('a'), row('ß'), row('😀')]);
    rows.extend([0.0, -0.0, 1.5, f32::NAN, f32::INFINITY].map(row));
    rows.extend([0.0, -0.0, 1.5, -2.25, f64::NAN, f64::NEG_INFINITY, f64::MIN_POSITIVE].map(row));
    let quote =
        "Whether 'tis nobler in the mind to suffer the slings and arrows of outrageous fortune, or to take arms ";
    for length in [0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 22, 23, 31, 32, 33, 64, 100] {
        rows.push(row(quote[..length].to_owned()));
    }
    rows.push(row(quote.repeat(2)));
    rows.push(row(quote.repeat(5)));
    rows.extend([row(Str::from("to")), row(Str::from(quote)), row(Str::from("größe 😀"))]);
    rows.extend([
        row(()),
        row((1u64, 2u64)),
        row((1u8, -1i8)),
        row(("a".to_owned(), 1u64)),
        row((String::new(), "a".to_owned())),
    ]);
    rows.extend([row((1u64, 2u64, 3u64)), row((1u64, 2u64, 3u64, 4u64)), row((1u64, 2u64, 3u64, 4u64, 5u64))]);
    rows.extend([row(None::<u32>), row(Some(0u32)), row(Some("a".to_owned())), row(Box::new("a".to_owned()))]);
    rows.extend([
        row([1u16, 2]),
        row([0u8; 0]),
        row(vec![1u8, 2, 3]),
        row(Vec::<Str>::new()),
        row(vec![Str::from("a")]),
    ]);
    rows.extend([row(Timestamp(0)), row(Timestamp(1_700_000_000_000)), row(Timestamp(-1))]);
    rows.extend([(0, 0), (15, 1), (150, 2), (-1, 38)].map(|(u, s)| row(Decimal::new(u, s).unwrap())));
    rows.extend([row(Point { x: -1, y: 1 }), row(Word("word".into())), row(Unit), row(Level::Low), row(Level::High)]);
    rows.extend([row(Sides::Left(1)), row(Sides::Right { r#type: 1 }), row(Mixed::Far(1)), row(Mixed::Empty)]);
    rows.push(row(Mixed::Text { self_: "a".into(), out: Some("b".into()) }));
    rows.push(row(Pair { a: "p".to_owned(), b: [1u8, 2], marker: Nothing }));
    rows
}

/// Canonical bytes and hashes decide in which key group state lies: `key-hashes.json` is checked for ever. It was
/// written once; rows may be added for new types, but none is changed, and `WEFT_BLESS` must never overwrite it.
#[test]
fn golden_key_hashes() {
    check_golden("key-hashes.json", include_str!("../../testdata/key-hashes.json"), &golden_rows());
}

#[test]
#[ignore = "prints rows to add to key-hashes.json"]
fn print_golden_key_hashes() {
    println!("{}", serde_json::to_string_pretty(&golden_rows()).unwrap());
}

//! Strings behave like `str`, whatever holds them.

use super::{INLINE_CAPACITY, SharedText, Str};
use crate::{Decoder, Record, Slab, SlabPool, TextError};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

fn hash(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// A string, its copy, and the same text cut out of something longer, by each way there is.
fn all_ways(text: &str) -> Vec<Str> {
    let long = format!("{text}, and more than fits into a string itself");
    let (line, slab) = (Str::from(long.as_str()), Slab::new(long.clone().into_bytes()));
    let block = SharedText::new(slab.clone()).unwrap();
    let mut encoded = Vec::new();
    Str::from(text).encode(&mut encoded);
    let encoded = Slab::new(encoded);
    vec![
        Str::from(text),
        Str::from(text).clone(),
        line.share(&line[..text.len()]),
        line.share(text),
        slab.str(0..text.len()).unwrap(),
        block.slice(0..text.len()).unwrap(),
        block.share(text),
        Str::decode(&mut Decoder::shared(&encoded)).unwrap(),
    ]
}

proptest! {
    #[test]
    fn all_ways_to_one_text_are_equal(text in "\\PC{0,40}") {
        let ways = all_ways(&text);
        for a in &ways {
            prop_assert_eq!(a.as_str(), text.as_str());
            prop_assert_eq!(a.len(), text.len());
            prop_assert_eq!(a.is_inline(), text.len() <= INLINE_CAPACITY);
            prop_assert_eq!(hash(a), hash(text.as_str()));
            for b in &ways {
                prop_assert_eq!(a, b);
            }
        }
    }

    #[test]
    fn order_and_equality_are_those_of_str(a in "[ab\0]{0,3}|[a-c]{20,26}", b in "[ab\0]{0,3}|[a-c]{20,26}") {
        let (x, y) = (Str::from(a.as_str()), Str::from(b.as_str()));
        prop_assert_eq!(x == y, a == b);
        prop_assert_eq!(x.cmp(&y), a.cmp(&b));
        prop_assert_eq!(x == b.as_str(), a == b);
        prop_assert_eq!(a == y, a == b);
    }

    #[test]
    fn every_part_of_a_line_can_be_shared(line in "\\PC{0,60}", cuts in vec(any::<(prop::sample::Index, prop::sample::Index)>(), 8)) {
        let owner = Str::from(line.as_str());
        let bounds: Vec<usize> = owner.char_indices().map(|(i, _)| i).chain([line.len()]).collect();
        for (a, b) in cuts {
            let (a, b) = (*a.get(&bounds), *b.get(&bounds));
            let part = &owner[a.min(b)..a.max(b)];
            let shared = owner.share(part);
            prop_assert_eq!(shared.as_str(), part);
            prop_assert!(shared.is_inline() || shared.as_ptr() == part.as_ptr(), "a long part is not copied");
        }
    }
}

#[test]
fn a_string_and_an_optional_one_are_24_bytes() {
    assert_eq!((size_of::<Str>(), size_of::<Option<Str>>()), (24, 24));
    assert_eq!(Some(Str::new()).as_deref(), Some(""));
}

#[test]
fn shared_parts_outlive_the_line() {
    let line = Str::from("the first forty bytes of this line are cut out of it");
    let part = line.share(&line[4..44]);
    drop(line);
    assert_eq!(part, "first forty bytes of this line are cut o");
    let other = part.share(&part[6..36]);
    drop(part);
    assert_eq!(other, "forty bytes of this line are c");
}

#[test]
fn detaching_frees_the_block() {
    let pool = SlabPool::new(1 << 20);
    let block = SharedText::new(pool.share(b"a line of text that is too long to be inlined\n".repeat(10))).unwrap();
    let mut line = block.slice(0..45).unwrap();
    drop(block);
    assert_eq!(pool.unused_bytes(), 0, "the line keeps the block");
    line.detach();
    assert!(pool.unused_bytes() > 0, "the block went home");
    assert_eq!(line, "a line of text that is too long to be inlined");
    let own = line.as_ptr();
    line.detach();
    assert_eq!(line.as_ptr(), own, "text of its own stays where it is");
    let mut cut = line.share(&line[..30]);
    cut.detach();
    assert_ne!(cut.as_ptr(), own);
}

#[test]
fn foreign_text_is_copied() {
    let line = Str::from("a line that is longer than a string can inline");
    let foreign = "another text, just as long as the first one is".to_owned();
    let copy = line.share(&foreign);
    assert_ne!(copy.as_ptr(), foreign.as_ptr());
    assert_eq!(copy, foreign);
}

#[test]
fn a_slab_gives_out_text_only() {
    let slab = Slab::new(b"caf\xc3\xa9 \xff".to_vec());
    assert_eq!(slab.str(0..5).unwrap(), "café");
    assert_eq!(slab.str(0..4), Err(TextError::NotUtf8 { at: 3 }));
    assert_eq!(slab.str(2..7), Err(TextError::NotUtf8 { at: 6 }));
    assert_eq!(slab.str(3..8), Err(TextError::OutOfRange { start: 3, end: 8, len: 7 }));
    assert_eq!(SharedText::new(slab).unwrap_err(), TextError::NotUtf8 { at: 6 });
    let text = SharedText::new("café".as_bytes().to_vec()).unwrap();
    assert_eq!((text.slice(0..4), text.slice(0..6), text.slice(3..5)), (None, None, Some("é".into())));
}

#[test]
fn strings_move_and_are_shared_between_threads() {
    let line = Str::from("one line, cut into parts by many threads at once, which count its references");
    let cut = |line: &Str| (0..200).map(|i| line.share(&line[i % 30..i % 30 + 40])).collect::<Vec<_>>();
    let parts = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| cut(&line))).collect();
        threads.into_iter().flat_map(|t| t.join().unwrap()).collect::<Vec<_>>()
    });
    drop(line);
    assert!(parts.iter().all(|part| part.len() == 40
        && "one line, cut into parts by many threads at once, which count its references".contains(part.as_str())));
}

#[test]
fn a_map_is_asked_by_str() {
    let counts: HashMap<Str, u32> = [("to".into(), 2), (Str::from("a word of more than twenty-two bytes"), 1)].into();
    assert_eq!((counts.get("to"), counts.get("a word of more than twenty-two bytes")), (Some(&2), Some(&1)));
}

#[test]
fn serde_sees_a_string() {
    let text = Str::from("with \"quotes\", so that it cannot be borrowed");
    let json = serde_json::to_string(&text).unwrap();
    assert_eq!(serde_json::from_str::<Str>(&json).unwrap(), text);
}

#[test]
fn it_converts_like_a_string() {
    assert_eq!(Str::from('é'), "é");
    assert_eq!("abc".chars().rev().collect::<Str>(), "cba");
    assert_eq!(String::from("abc".parse::<Str>().unwrap()), "abc");
    assert_eq!(format!("{:>4}|{:?}", Str::from("ab"), Str::from("\n")), "  ab|\"\\n\"");
}

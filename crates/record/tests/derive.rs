//! The macros as a crate sees them that does not depend on weft-record by that name.

mod engine {
    pub(crate) mod record {
        pub(crate) use weft_record::*;
    }
}

use engine::record::{Decoder, Key, Record, Str};

#[derive(Clone, Debug, PartialEq, Record, Key)]
#[record(crate = "crate::engine::record", name = "purchase")]
struct Purchase<T> {
    item: Str,
    option: Option<T>,
    out: u32,
}

#[derive(Clone, Debug, PartialEq, Record, Key)]
#[record(crate = "engine::record")]
enum Answer {
    Yes,
    No { input: String },
}

/// Names from the prelude mean something else here; generated code must not care.
mod shadows {
    use super::engine;
    #[allow(dead_code, reason = "only there to be in the way")]
    pub(super) struct Vec;
    #[allow(dead_code, reason = "only there to be in the way")]
    pub(super) enum Option {
        Some,
    }
    #[allow(dead_code, non_snake_case, reason = "only there to be in the way")]
    pub(super) fn Ok() {}

    #[derive(Clone, Debug, PartialEq, engine::record::Record, engine::record::Key)]
    #[record(crate = "engine::record")]
    pub(super) struct Plain(pub(super) u8);
}

fn comes_back<T: Record + PartialEq + std::fmt::Debug>(value: &T) {
    let mut bytes = Vec::new();
    value.encode(&mut bytes);
    assert_eq!(T::decode(&mut Decoder::new(&bytes)).as_ref(), Ok(value));
}

#[test]
fn the_crate_is_found_where_the_attribute_says() {
    let purchase = Purchase { item: "book".into(), option: Some((1u8, Answer::No { input: "later".into() })), out: 3 };
    comes_back(&purchase);
    assert!(purchase.same_key(&purchase.clone()));
    assert_eq!(Purchase::<u8>::schema().to_string().lines().next(), Some("purchase<u8>"));
    assert!(!Answer::Yes.same_key(&Answer::No { input: String::new() }));
}

#[test]
fn shadowed_names_do_no_harm() {
    comes_back(&shadows::Plain(5));
    assert_eq!(shadows::Plain(5).key_hash(), 5u64.key_hash());
}

//! What is refused, and with which words.

use crate::item::Item;
use crate::{key, record};
use syn::parse_str;

fn refusal(source: &str) -> String {
    Item::parse(&parse_str(source).unwrap()).err().expect("it is refused").to_string()
}

#[test]
fn what_cannot_be_a_record_is_refused_with_a_reason() {
    let rows = [
        (
            "struct A<'a> { s: &'a str }",
            "a record owns its data and cannot borrow: use `Str` or `String` for text, `Vec` for slices",
        ),
        (
            "union A { a: u8, b: i8 }",
            "a union cannot be a record: nothing tells which of its fields is valid; use an enum",
        ),
        ("enum A {}", "an enum without variants has no values and cannot be a record"),
        (
            "enum A { B, #[record(tag = 0)] C }",
            "tag 0 is already that of `B`: give each variant its own `#[record(tag = N)]`",
        ),
        ("enum A { #[record(name = \"x\")] B }", "a variant takes `tag = N`"),
        ("enum A { #[record(tag = \"1\")] B }", "expected integer literal"),
        ("#[record(rename = \"x\")] struct A;", "a record type takes `name = \"...\"` and `crate = \"...\"`"),
        ("#[record(name = \"\")] struct A;", "the name of a record type cannot be empty"),
        (
            "struct A { #[record(skip)] b: u8 }",
            "a field takes no `record` attribute: every field is part of the record",
        ),
    ];
    for (source, message) in rows {
        assert_eq!(refusal(source), message, "{source}");
    }
}

#[test]
fn the_crate_can_be_reached_by_another_path() {
    let item =
        Item::parse(&parse_str("#[record(crate = \"weft::record\")] struct A<T> { b: Vec<T> }").unwrap()).unwrap();
    for code in [record::implement(&item), key::implement(&item)] {
        let code = code.to_string();
        assert!(code.contains("weft :: record ::") && !code.contains("weft_record"), "{code}");
    }
}

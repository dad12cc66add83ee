//! Descriptions and their fingerprints.

use super::{Schema, Type};
use crate::test_types::{Everything, Level, Pair, Point};
use crate::{Decoder, Record, SchemaBuilder, Str};
use std::collections::HashMap;

/// Printed schema and fingerprint are part of the state format. New kinds of types may be added; these never change.
#[test]
fn golden_schema() {
    let schema = Everything::schema();
    let kept: Schema = serde_json::from_str(include_str!("../../testdata/schema.json")).unwrap();
    assert_eq!(schema, kept);
    assert_eq!(schema.to_string(), include_str!("../../testdata/schema.txt"));
    assert_eq!(format!("{:016x}", schema.fingerprint()), include_str!("../../testdata/schema.fingerprint").trim());
}

#[test]
#[ignore = "prints the golden schema"]
fn print_golden_schema() {
    let schema = Everything::schema();
    println!("{}\n{schema}\n{:016x}", serde_json::to_string_pretty(&schema).unwrap(), schema.fingerprint());
}

#[test]
fn types_of_one_encoding_are_one_type() {
    assert_eq!(Str::schema(), String::schema());
    assert_eq!(Box::<u8>::schema(), u8::schema());
    assert_eq!(HashMap::<u8, Str>::schema(), std::collections::BTreeMap::<u8, String>::schema());
}

#[test]
fn every_change_shows_in_the_fingerprint() {
    mod other {
        use crate::Record;
        #[derive(Clone, Record)]
        pub(super) struct Renamed {
            pub(super) x: i32,
            pub(super) z: u64,
        }
        #[derive(Clone, Record)]
        #[record(name = "Point")]
        pub(super) struct Wider {
            pub(super) x: i64,
            pub(super) y: u64,
        }
        #[derive(Clone, Record)]
        #[record(name = "Level")]
        #[allow(dead_code, reason = "only described")]
        pub(super) enum Swapped {
            High,
            Low,
        }
    }
    let (renamed, wider) = (other::Renamed { x: 0, z: 0 }, other::Wider { x: 0, y: 0 });
    assert_eq!((renamed.x, renamed.z), (0, wider.x as u64 + wider.y));
    assert_ne!(other::Renamed::schema().fingerprint(), Point::schema().fingerprint());
    assert_ne!(other::Wider::schema().fingerprint(), Point::schema().fingerprint());
    assert_ne!(other::Swapped::schema().fingerprint(), Level::schema().fingerprint());
    assert_ne!(<(u8, u16)>::schema().fingerprint(), <(u16, u8)>::schema().fingerprint());
    assert_ne!(<(u8, (u16,))>::schema().fingerprint(), <(u8, u16)>::schema().fingerprint());
}

#[test]
fn namesakes_are_told_apart() {
    mod a {
        #[derive(Clone, crate::Record)]
        pub(super) struct Event(u8);
    }
    mod b {
        #[derive(Clone, crate::Record)]
        pub(super) struct Event(u16);
    }
    let schema = <(a::Event, b::Event, Vec<a::Event>)>::schema();
    assert_eq!(schema.to_string(), "(Event, Event#2, list<Event>)\nstruct Event(u8)\nstruct Event#2(u16)\n");
}

#[test]
fn generic_types_are_named_with_their_arguments() {
    let schema = <(Pair<Level>, Pair<u8, u16, 4>)>::schema();
    assert_eq!(schema.root.to_string(), "(Pair<Level, u8, 2>, Pair<u8, u16, 4>)");
}

#[test]
fn schemas_travel_as_records_and_as_json() {
    let schema = Everything::schema();
    let mut bytes = Vec::new();
    schema.encode(&mut bytes);
    assert_eq!(Schema::decode(&mut Decoder::new(&bytes)).as_ref(), Ok(&schema));
    let json = serde_json::to_string(&schema).unwrap();
    assert_eq!(serde_json::from_str::<Schema>(&json).unwrap(), schema);
}

#[test]
fn opaque_parts_are_found_wherever_they_are() {
    #[derive(Clone)]
    struct Blob;
    impl Record for Blob {
        fn encode_to(&self, _: &mut crate::Encoder<'_>) {}
        fn decode(_: &mut Decoder<'_>) -> Result<Self, crate::DecodeError> {
            Ok(Blob)
        }
        fn describe(_: &mut SchemaBuilder) -> Type {
            Type::Opaque { codec: "none".into(), name: "Blob".into() }
        }
    }
    #[derive(Clone, Record)]
    enum Holder {
        #[allow(dead_code, reason = "only described")]
        One(Vec<Option<Blob>>),
    }
    assert!(Holder::schema().has_opaque_parts());
    assert!(<HashMap<u8, Blob>>::schema().has_opaque_parts());
    assert!(!Everything::schema().has_opaque_parts());
    assert_eq!(Blob::schema().to_string(), "opaque<none, Blob>\n");
}

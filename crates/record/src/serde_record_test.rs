//! Serde types move like records, and say that they are opaque.

use super::Serde;
use crate::{DecodeError, Decoder, Record};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Visit {
    from: IpAddr,
    path: String,
}

#[test]
fn a_serde_value_comes_back() {
    let visit = Serde(Visit { from: [127, 0, 0, 1].into(), path: "/index".into() });
    let mut bytes = Vec::new();
    (visit.clone(), 7u8).encode(&mut bytes);
    assert_eq!(<(Serde<Visit>, u8)>::decode(&mut Decoder::new(&bytes)), Ok((visit, 7)));
    for cut in 0..bytes.len() {
        assert!(<(Serde<Visit>, u8)>::decode(&mut Decoder::new(&bytes[..cut])).is_err());
    }
}

#[test]
fn broken_bytes_are_an_error() {
    let read = |bytes: &[u8]| Serde::<String>::decode(&mut Decoder::new(bytes)).unwrap_err();
    let invalid = DecodeError::Invalid { at: 1, what: "serde value" };
    assert_eq!(read(&[0]), invalid, "nothing was encoded");
    assert_eq!(read(&[3, 1, b'a', b'b']), invalid, "more than the value");
    assert_eq!(read(&[10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]), invalid, "a promised length");
}

#[test]
fn the_schema_says_so() {
    assert!(Serde::<Visit>::schema().has_opaque_parts());
    assert_eq!(Serde::<u8>::schema().to_string(), "opaque<postcard, u8>\n");
}

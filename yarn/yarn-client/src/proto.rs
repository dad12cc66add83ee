//! The messages, generated from `proto/*.proto`; what they mean is said there.

#![allow(missing_docs)]

include!(concat!(env!("OUT_DIR"), "/yarn.rs"));

//! Hashes of structured values that stay the same for ever: operator ids are part of every checkpoint.
//!
//! The value is written as bytes and hashed with XXH3-128. Numbers are eight or sixteen bytes, little endian; texts
//! are preceded by their length, so that no two different sequences of fields have the same bytes.

use twox_hash::XxHash3_128;

/// Collects the fields of a value, to be hashed at the end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Digest(Vec<u8>);

impl Digest {
    /// A digest in a domain of its own: equal fields in different domains hash differently.
    pub(crate) fn new(domain: &str) -> Self {
        Digest::default().text(domain)
    }

    /// Appends a text.
    pub(crate) fn text(self, text: &str) -> Self {
        let mut digest = self.number(text.len() as u64);
        digest.0.extend_from_slice(text.as_bytes());
        digest
    }

    /// Appends a number.
    pub(crate) fn number(mut self, number: u64) -> Self {
        self.0.extend_from_slice(&number.to_le_bytes());
        self
    }

    /// Appends an id.
    pub(crate) fn id(mut self, id: u128) -> Self {
        self.0.extend_from_slice(&id.to_le_bytes());
        self
    }

    /// The hash of the fields so far.
    pub(crate) fn finish(&self) -> u128 {
        XxHash3_128::oneshot(&self.0)
    }
}

//! A moment.

use crate::{DecodeError, Decoder, Encoder, Key, Record, SchemaBuilder, Type};
use serde::{Deserialize, Serialize};

/// A moment in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The moment `ms` milliseconds after (before, where negative) the epoch.
    pub const fn from_millis(ms: i64) -> Self {
        Timestamp(ms)
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }
}

impl Record for Timestamp {
    const FIXED_SIZE: Option<usize> = i64::FIXED_SIZE;

    #[inline]
    fn encode_to(&self, out: &mut Encoder<'_>) {
        self.0.encode_to(out);
    }

    #[inline]
    fn decode(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        i64::decode(input).map(Timestamp)
    }

    #[inline]
    fn encode_fixed(&self, out: &mut [u8]) {
        self.0.encode_fixed(out);
    }

    fn describe(_: &mut SchemaBuilder) -> Type {
        Type::Timestamp
    }
}

impl Key for Timestamp {
    const CANONICAL_SIZE: Option<usize> = i64::CANONICAL_SIZE;

    #[inline]
    fn write_canonical(&self, out: &mut Vec<u8>) {
        self.0.write_canonical(out);
    }

    #[inline]
    fn write_canonical_fixed(&self, out: &mut [u8]) {
        self.0.write_canonical_fixed(out);
    }

    #[inline]
    fn key_hash(&self) -> u64 {
        self.0.key_hash()
    }

    #[inline]
    fn same_key(&self, other: &Self) -> bool {
        self == other
    }
}

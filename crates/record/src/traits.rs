//! The two traits a record type has, and the reader they decode from.

use thiserror::Error;

/// A type whose values can move through the engine. Derive it.
///
/// The encoding is compact and self-delimiting: `decode` reads exactly what `encode` wrote, so records can stand one
/// after the other without lengths. Nothing in it depends on the machine.
pub trait Record: Clone + Send + 'static {
    /// The encoded size in bytes where every value of the type has the same (such types are copied, not encoded
    /// field by field); `None` otherwise.
    const FIXED_SIZE: Option<usize> = None;

    /// Appends the encoding of `self` to `out`.
    fn encode(&self, out: &mut Vec<u8>);

    /// Reads one value. Corrupted or truncated input gives an error; it never panics and never allocates more than a
    /// small multiple of what the input holds.
    fn decode(input: &mut Decoder<'_>) -> Result<Self, DecodeError>;

    /// Gives up buffers shared with other values by copying out of them. Called wherever a value is kept (state,
    /// timers, collected results), so that one kept word does not keep the block of text it came from.
    fn detach(&mut self) {}

    /// Estimated bytes of heap this value holds beyond `size_of::<Self>()`; shared buffers count their visible part.
    fn heap_bytes(&self) -> usize {
        0
    }
}

/// A record that can be a key.
///
/// Two keys are the same key when [`same_key`](Key::same_key) says so; then their hashes are equal too, also across
/// machines, versions and, for strings, string types. The hash is XXH3-64 of the key's *canonical encoding*; it is part of the state
/// format and frozen.
pub trait Key: Record {
    /// Appends the canonical encoding within a composite key.
    fn write_canonical(&self, out: &mut Vec<u8>);

    /// XXH3-64 of the canonical encoding. The key group comes from its high 32 bits, tables take theirs from the low.
    fn key_hash(&self) -> u64;

    /// Whether both are the same key.
    fn same_key(&self, other: &Self) -> bool;
}

/// What can be wrong with encoded bytes.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DecodeError {
    /// The input ended inside a value.
    #[error("the encoded record ends at byte {at} inside a {what}")]
    Truncated {
        /// Byte offset in the input.
        at: usize,
        /// What was being read.
        what: &'static str,
    },
    /// The bytes are not an encoding of the type.
    #[error("the encoded record has an invalid {what} at byte {at}")]
    Invalid {
        /// Byte offset in the input.
        at: usize,
        /// What was being read.
        what: &'static str,
    },
}

/// Reads values from encoded bytes.
pub struct Decoder<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Decoder<'a> {
    /// A decoder at the beginning of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Decoder { bytes, at: 0 }
    }

    /// Whether everything was read.
    pub fn is_empty(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// How many bytes were read so far.
    pub fn position(&self) -> usize {
        self.at
    }

    /// The next `n` bytes.
    pub fn take(&mut self, n: usize, what: &'static str) -> Result<&'a [u8], DecodeError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let taken = rest.get(..n).ok_or(DecodeError::Truncated { at: self.bytes.len(), what })?;
        self.at += n;
        Ok(taken)
    }
}

impl Record for u64 {
    const FIXED_SIZE: Option<usize> = Some(8);

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_le_bytes());
    }

    fn decode(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let bytes = input.take(8, "u64")?;
        bytes.try_into().map(u64::from_le_bytes).map_err(|_| DecodeError::Invalid { at: input.position(), what: "u64" })
    }
}

impl Key for u64 {
    fn write_canonical(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_le_bytes());
    }

    fn key_hash(&self) -> u64 {
        twox_hash::XxHash3_64::oneshot(&self.to_le_bytes())
    }

    fn same_key(&self, other: &Self) -> bool {
        self == other
    }
}

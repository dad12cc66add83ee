//! What generated code calls. Not meant to be called by hand; it may change with the derive macros.

pub use crate::codec::{fixed_enum, fixed_sum, put_fixed};
use crate::{DecodeError, Decoder, Encoder, Key, Record};
pub use std::string::ToString;
pub use std::vec;

/// Appends a fixed-size value of `n` bytes.
#[inline(always)]
pub fn encode_block<T: Record>(value: &T, n: usize, out: &mut Encoder<'_>) {
    out.put_block(n, |block| value.encode_fixed(block));
}

/// Reads a value through `fields`, from a block of its own when the type has a fixed size.
#[inline]
pub fn decode_block<T: Record>(
    input: &mut Decoder<'_>,
    what: &'static str,
    fields: impl FnOnce(&mut Decoder<'_>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    match T::FIXED_SIZE {
        Some(n) => fields(&mut input.block(n, what)?),
        None => fields(input),
    }
}

/// Writes the canonical encoding of a fixed-size part of a key to the front of `out`; returns what follows.
#[inline]
pub fn put_canonical<'o, K: Key>(value: &K, out: &'o mut [u8]) -> &'o mut [u8] {
    match out.split_at_mut_checked(K::CANONICAL_SIZE.unwrap_or(0)) {
        Some((head, rest)) => {
            value.write_canonical_fixed(head);
            rest
        }
        None => &mut [],
    }
}

/// Writes the tag of an enum's canonical encoding to the front of `out`; returns what follows.
#[inline]
pub fn put_canonical_tag(tag: u32, out: &mut [u8]) -> &mut [u8] {
    match out.split_first_chunk_mut::<4>() {
        Some((head, rest)) => {
            *head = tag.to_le_bytes();
            rest
        }
        None => &mut [],
    }
}

/// The canonical size of an enum, from those of its variants' fields.
pub const fn canonical_enum(variants: &[Option<usize>]) -> Option<usize> {
    fixed_enum(4, variants)
}

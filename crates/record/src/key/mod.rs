//! Keys: their canonical encoding and its hash. **Frozen**: both are part of the state format.
//!
//! The canonical encoding is not the codec's. It is made so that a change of type that keeps the meaning of a key keeps
//! its group: integers of all widths agree, string types agree.
//!
//! | key | canonical bytes |
//! |---|---|
//! | `u8`…`u64`, `usize`, `i8`…`i64`, `isize` | the value, zero- or sign-extended to 64 bits, 8 bytes little-endian |
//! | `u128`, `i128` | 16 bytes little-endian |
//! | `bool`, `char` | as the integer 0 or 1, as its scalar value: 8 bytes |
//! | `f32`, `f64` | the bits of the value as `f64`, 8 bytes little-endian; −0.0 as 0.0, every NaN as `7ff8000000000000` |
//! | `String`, [`Str`](crate::Str), `&str` | the UTF-8 bytes; within a composite preceded by their number as `u32` little-endian |
//! | [`Timestamp`](crate::Timestamp) | its milliseconds, as an integer |
//! | [`Decimal`](crate::Decimal) | without trailing zeros after the point: the unscaled value as `i128`, the scale as an integer |
//! | `()` | nothing |
//! | tuple, struct, array | the parts one after the other |
//! | enum | the tag as `u32` little-endian, then the fields of the variant |
//! | `Option` | a byte 0, or a byte 1 and the value |
//! | `Vec` | the number of elements as `u32` little-endian, then these |
//! | `Box` | its value |
//!
//! Parts of all composites count as within a composite, also the only field of a struct and the value of an `Option`.
//! A `Box` is transparent. The tag of a variant is the one it has in the codec.
//!
//! The hash is XXH3-64 with seed 0 and the default secret, of the canonical bytes. The key group is
//! `(hash >> 32) × maxParallelism >> 32`; hash tables take their bits from the low half, so that the keys of one group
//! still spread over a table.
//!
//! Two keys are the same key when their canonical bytes are equal; [`Key::same_key`] decides it without writing them.

mod composite;
mod floats;
mod integers;
mod strings;
mod tuples;
mod xxh3;

#[cfg(test)]
mod tests;

pub use strings::hash_str;
pub use xxh3::xxh3_64;

use crate::Record;
use std::cell::Cell;
use xxh3::{hash_fixed, xxh3_64 as hash};

/// A record that can be a key. Derive it, beside [`trait@Record`].
///
/// Two keys are the same key when [`same_key`](Key::same_key) says so; then their hashes are equal too, also across
/// machines, versions, widths of integers and string types. The hash is XXH3-64 of the key's *canonical encoding*; it
/// is part of the state format and frozen.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key",
    label = "not a key",
    note = "derive it: `#[derive(Clone, Record, Key)]`; maps and sets cannot be part of a key"
)]
pub trait Key: Record {
    /// The size of the canonical encoding where every value of the type has the same; `None` otherwise.
    const CANONICAL_SIZE: Option<usize> = None;

    /// Appends the canonical encoding within a composite key.
    fn write_canonical(&self, out: &mut Vec<u8>);

    /// Writes the canonical encoding to `out`, which has exactly [`CANONICAL_SIZE`](Key::CANONICAL_SIZE) bytes. Only
    /// called for types that have one.
    fn write_canonical_fixed(&self, out: &mut [u8]) {
        let mut bytes = Vec::new();
        self.write_canonical(&mut bytes);
        out.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
    }

    /// Appends the canonical encoding of a whole key. It differs from the one within a composite for strings only.
    fn write_canonical_top(&self, out: &mut Vec<u8>) {
        self.write_canonical(out);
    }

    /// XXH3-64 of the canonical encoding. The key group comes from its high 32 bits, tables take theirs from the low.
    #[inline]
    fn key_hash(&self) -> u64 {
        match Self::CANONICAL_SIZE {
            Some(n) if n <= 32 => hash_fixed(n, |out| self.write_canonical_fixed(out)),
            _ => hash_written(self),
        }
    }

    /// Whether both are the same key.
    fn same_key(&self, other: &Self) -> bool;
}

/// The canonical bytes of a whole key.
pub fn canonical_bytes<K: Key>(key: &K) -> Vec<u8> {
    let mut bytes = Vec::new();
    key.write_canonical_top(&mut bytes);
    bytes
}

/// The hashes of the keys of `rows`; they replace what `out` held.
#[inline]
pub fn hash_all<T, K: Key>(rows: &[T], key: impl for<'a> Fn(&'a T) -> &'a K, out: &mut Vec<u64>) {
    out.clear();
    out.extend(rows.iter().map(|row| key(row).key_hash()));
}

thread_local! {
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Bytes at most that are kept between two keys.
const MAX_SCRATCH: usize = 64 * 1024;

/// The hash by way of the canonical bytes, in a buffer that is kept for the next key.
fn hash_written<K: Key>(key: &K) -> u64 {
    SCRATCH.with(|scratch| {
        // A key whose own code hashes another key finds an empty buffer here, not a borrowed one.
        let mut bytes = scratch.take();
        bytes.clear();
        key.write_canonical_top(&mut bytes);
        let hash = hash(&bytes);
        if bytes.capacity() <= MAX_SCRATCH {
            scratch.set(bytes);
        }
        hash
    })
}

//! The bytes of a record.
//!
//! | type | encoding |
//! |---|---|
//! | `u8`…`u128`, `i8`…`i128` | little-endian, as many bytes as the type has |
//! | `usize`, `isize` | as `u64`, `i64` |
//! | `f32`, `f64` | the IEEE 754 bits, little-endian; every bit pattern is kept |
//! | `bool` | a byte, 0 or 1 |
//! | `char` | its scalar value as `u32` |
//! | `String`, [`Str`](crate::Str) | length in bytes as varint, then UTF-8 |
//! | `()`, `PhantomData` | nothing |
//! | tuple, struct | its fields, in order |
//! | array | its elements |
//! | enum | the tag as varint, then the variant's fields |
//! | `Option` | a byte 0, or a byte 1 and the value |
//! | `Result` | a byte 0 and the value, or a byte 1 and the error |
//! | `Box` | its value |
//! | `Vec`, `VecDeque` | the number of elements as varint, then these |
//! | map | the number of entries as varint, then key and value of each, sorted by the bytes of the key |
//! | set | the number of elements as varint, then these, sorted by their bytes |
//! | [`Decimal`](crate::Decimal) | the unscaled value as `i128`, the scale as `u8` |
//! | [`Timestamp`](crate::Timestamp) | milliseconds as `i64` |
//!
//! A *varint* is an unsigned LEB128 number in its shortest form. Each value has exactly one encoding and nothing else
//! decodes, so equal bytes mean equal values and bytes can be compared instead of values.
//!
//! Types whose values all have the same size say so ([`Record::FIXED_SIZE`]). The property passes through tuples,
//! arrays, structs, and enums all of whose variants are equally long. Such a value is written as one block at constant
//! offsets, a slice of them as one block too: the compiler turns that into plain copies.
//!
//! **Hostile input.** A length is compared with what is left of the input before anything is allocated. Elements that
//! take no bytes escape that comparison; their number is limited to [`MAX_UNSIZED_ELEMENTS`]. Depth is limited to
//! [`MAX_NESTING`](crate::MAX_NESTING), and because a box, vector or map can contain its own type, these report no
//! fixed size: the constant would be defined by itself.

mod collections;
mod maps;
mod numbers;
mod rows;
mod size;
mod strings;
mod tuples;
mod wrappers;

#[cfg(test)]
mod tests;

pub use rows::{decode_all, encode_all};
pub use size::{fixed_enum, fixed_sum, put_fixed};

/// How many elements without bytes (`()`, empty structs) a collection may have.
pub const MAX_UNSIZED_ELEMENTS: usize = 1 << 20;

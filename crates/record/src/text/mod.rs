//! Text that is cheap to cut.
//!
//! [`Str`] is an immutable string of 24 bytes. Up to [`INLINE_CAPACITY`] bytes of text lie in it; longer text lies in
//! a shared slab that it holds a reference to:
//!
//! ```text
//!           bytes 0..8        8..16             16..22   22   23
//! inline    text, padded with zeros to 22 bytes           0   128 + length
//! shared    slab pointer      first byte        length (7 bytes) 64
//! ```
//!
//! * The representation follows from the length: text of at most 22 bytes is always inline. So two inline strings are
//!   equal when their three words are, and an inline and a shared one never are.
//! * Byte 23 is never zero, which leaves room for `Option<Str>` to be 24 bytes as well.
//! * Cutting a short word out of a line touches no counter and calls no `memcpy`: 24 bytes are read from where the word
//!   begins, if the slab has that many left, and the surplus is masked away. Words of varying length then cost no
//!   mispredicted branch. Near the end of the slab overlapping loads of constant width are used.
//!
//! Only little-endian machines with 64-bit pointers are supported.

#[cfg(not(all(target_endian = "little", target_pointer_width = "64")))]
compile_error!("weft supports little-endian targets with 64-bit pointers");

mod pack;
mod repr;
mod shared;
#[cfg(test)]
mod tests;
mod traits;

pub(crate) use pack::Window;
pub use repr::Str;
pub use shared::SharedText;

/// Bytes of text a [`Str`] holds without pointing anywhere.
pub const INLINE_CAPACITY: usize = 22;

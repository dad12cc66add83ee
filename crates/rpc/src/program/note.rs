//! The ELF note by which a program that is linked with Weft is recognised.
//!
//! Owner `Weft`, type 1, and as its content
//!
//! | bytes | |
//! |---|---|
//! | 4 | version of what programs and their parents tell each other ([`PROTOCOL`]), in the file's byte order |
//! | 16 | version of Weft that it was built with, UTF-8, padded with zeros |

/// The version of what programs and their parents tell each other.
pub use super::PROTOCOL_VERSION as PROTOCOL;
/// Owner of the note.
pub const NOTE_OWNER: &[u8] = b"Weft";
/// Type of the note.
pub const NOTE_TYPE: u32 = 1;
/// Bytes of the note's content.
pub const NOTE_BYTES: usize = 20;

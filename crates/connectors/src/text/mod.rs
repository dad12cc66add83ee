//! From blocks of bytes to lines.
//!
//! Bytes arrive in blocks that end anywhere. A [`LineAssembler`] makes [`Lines`] of them, each a piece of checked text that
//! consists of whole lines, and a [`LineCutter`] cuts those into records:
//!
//! ```text
//! block 1   |to be\nor no|            block 2   |t to be\nthat is\nth|
//!            ~~~~~~                              ~~~~~~~~~ ~~~~~~~~~
//! lines      "to be\n"                 "or not to be\n"     "that is\n"      kept: "th"
//!            in block 1                a small copy         in block 2
//! ```
//!
//! Only the line across a border is copied. The others stay where they were read and are checked for UTF-8 once for all of
//! them, so a line costs a search for its end and 24 bytes. What a block has before its first whole line is overwritten with
//! spaces, what it has behind the last is cut off, so that the check meets whole characters only.
//!
//! Memory is bounded: a line that is not at its end is kept only up to the longest allowed.

mod assembler;
mod cutter;
mod delimiter;
mod rules;
mod utf8;

pub(crate) use assembler::LineAssembler;
pub(crate) use cutter::LineCutter;
pub(crate) use delimiter::Delimiter;
pub use rules::TextRules;

use weft_record::SharedText;

/// Text of whole lines: each has its delimiter, except the last of an input that ends without one.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    /// The text, from `start` on.
    pub(crate) text: SharedText,
    /// What is before it belongs to nobody.
    pub(crate) start: usize,
    /// Bytes of the input before the one at `start`.
    pub(crate) offset: u64,
}

#[cfg(test)]
mod tests;

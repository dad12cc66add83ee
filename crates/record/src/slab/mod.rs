//! Shared byte buffers.
//!
//! A [`Slab`] is a buffer that no longer changes and is shared by counting. Readers fill a buffer once and cut from it
//! what they need; the exchange fills one with encoded records and lets the receiver's strings point into it.
//!
//! Two kinds of allocation stand behind the same counter, told apart by the header that both begin with:
//!
//! ```text
//! trailing   Header { references, n } followed by n bytes      a long string of its own: one allocation
//! buffer     Buffer { Header, Vec<u8>, home }                  a block that was filled before it was shared
//! ```
//!
//! **Counting.** A pointer to a header is owned by whoever holds one reference. Taking another needs no order
//! (`Relaxed`: one is already held, so the memory cannot go away). Giving one back is a `Release`, and the one who
//! gives back the last does an `Acquire` before freeing: all reads through other references happen before the memory
//! is reused. A counter that overflows would free memory in use; the process aborts long before.
//!
//! **Recycling.** The `Vec` of a buffer with a home goes back to that [`SlabPool`] when the last reference goes,
//! on whatever thread that is.

mod header;
mod pool;
#[cfg(test)]
mod tests;

pub(crate) use header::Reference;
pub use pool::SlabPool;

use crate::TextError;
use crate::text::{INLINE_CAPACITY, Str};
use std::fmt;
use std::ops::Range;

/// Bytes that no longer change, shared by counting. Cloning costs an atomic increment.
#[derive(Clone)]
pub struct Slab(Reference);

impl Slab {
    /// Shares `bytes`. Their buffer is freed with the last reference.
    pub fn new(bytes: Vec<u8>) -> Self {
        Slab(Reference::buffer(bytes, None))
    }

    /// Shares `bytes`. Their buffer returns to `home` with the last reference.
    pub fn pooled(bytes: Vec<u8>, home: &SlabPool) -> Self {
        Slab(Reference::buffer(bytes, Some(home.clone())))
    }

    /// The bytes.
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        self.0.bytes()
    }

    /// How many there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.as_slice().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text in `range`. It shares the slab unless it is short enough to be inlined; nothing is allocated.
    pub fn str(&self, range: Range<usize>) -> Result<Str, TextError> {
        let Range { start, end } = range;
        let bytes = self.as_slice().get(start..end);
        let bytes = bytes.ok_or(TextError::OutOfRange { start, end, len: self.len() })?;
        let text = str::from_utf8(bytes).map_err(|e| TextError::NotUtf8 { at: start + e.valid_up_to() })?;
        Ok(self.share(text))
    }

    /// `part` as a string that shares this slab, when it lies in it and is too long to be inlined; otherwise a copy.
    #[inline]
    pub(crate) fn share(&self, part: &str) -> Str {
        match Str::inline(part) {
            Some(text) => text,
            None if self.contains(part.as_bytes()) => Str::sharing(self.0.clone(), part),
            None => Str::from(part),
        }
    }

    fn contains(&self, part: &[u8]) -> bool {
        debug_assert!(part.len() > INLINE_CAPACITY);
        lies_in(part, self.as_slice()).is_some()
    }
}

/// Where `part` begins in `whole`, when it lies in it.
#[inline]
pub(crate) fn lies_in(part: &[u8], whole: &[u8]) -> Option<usize> {
    let offset = part.as_ptr().addr().wrapping_sub(whole.as_ptr().addr());
    (offset <= whole.len() && part.len() <= whole.len() - offset).then_some(offset)
}

impl AsRef<[u8]> for Slab {
    fn as_ref(&self) -> &[u8] {
        self.as_slice()
    }
}

impl From<Vec<u8>> for Slab {
    fn from(bytes: Vec<u8>) -> Self {
        Slab::new(bytes)
    }
}

impl fmt::Debug for Slab {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Slab({} bytes)", self.len())
    }
}

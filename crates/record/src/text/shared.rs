//! A block of text, checked once, from which lines are cut.

use super::Str;
use crate::{Slab, TextError};
use std::ops::{Deref, Range};

/// A slab that is known to hold text. A reader fills a block, checks it once here, and cuts its lines out of it
/// without an allocation or another check for each.
///
/// ```
/// use weft_record::{SharedText, TextError};
///
/// let block = SharedText::new(b"first line\na second line, too long to be inlined\n".to_vec())?;
/// let line = block.slice(11..48).expect("the range ends between characters");
/// assert_eq!(line, "a second line, too long to be inlined");
/// # Ok::<(), TextError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SharedText {
    slab: Slab,
}

impl SharedText {
    /// Checks that all of `slab` is UTF-8. The error has the offset of the first byte that is not; keep a clone of the
    /// slab to go on with it.
    pub fn new(slab: impl Into<Slab>) -> Result<Self, TextError> {
        let slab = slab.into();
        match str::from_utf8(slab.as_slice()) {
            Ok(_) => Ok(SharedText { slab }),
            Err(error) => Err(TextError::NotUtf8 { at: error.valid_up_to() }),
        }
    }

    /// The text.
    #[inline]
    #[allow(unsafe_code)]
    pub fn as_str(&self) -> &str {
        // SAFETY: checked by `new`, and slabs do not change.
        unsafe { str::from_utf8_unchecked(self.slab.as_slice()) }
    }

    /// The text in `range`; `None` when it is out of bounds or begins or ends inside a character. It shares the slab
    /// unless it is short enough to be inlined; nothing is allocated.
    #[inline]
    pub fn slice(&self, range: Range<usize>) -> Option<Str> {
        self.as_str().get(range).map(|part| self.slab.share(part))
    }

    /// `part`, which should lie in this text, as a string that shares it. Like [`Str::share`].
    #[inline]
    pub fn share(&self, part: &str) -> Str {
        self.slab.share(part)
    }

    /// The slab.
    pub fn slab(&self) -> &Slab {
        &self.slab
    }
}

impl Deref for SharedText {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

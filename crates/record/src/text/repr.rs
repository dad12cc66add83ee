//! The 24 bytes of a string; the essay is one level up.

#![allow(unsafe_code)]

use super::INLINE_CAPACITY;
use super::pack::{Packed, Window};
use crate::slab::{Reference, lies_in};
use std::mem::ManuallyDrop;
use std::num::NonZeroU64;
use std::ptr::{self, NonNull};

/// An immutable string of 24 bytes that inlines short text and shares long text.
///
/// * [`share`](Str::share) cuts a part out of it without allocating.
/// * `Str::from(&str)` copies: inline up to 22 bytes, into an allocation of its own beyond.
/// * [`detach`](Str::detach) makes sure that no larger buffer is kept alive.
///
/// As a key it equals `String` and `&str` with the same text.
///
/// ```
/// use weft_record::Str;
///
/// let line = Str::from("to be or not to be, that is the question");
/// let words: Vec<Str> = line.split_whitespace().map(|word| line.share(word)).collect();
/// assert_eq!(words[3], "not");
/// ```
#[repr(C)]
pub struct Str {
    /// A reference that this string owns, where shared; text bytes 0..8 where inline.
    slab: *const (),
    /// The first byte, in that slab; text bytes 8..16.
    start: *const u8,
    /// The length below the tag; text bytes 16..22, a zero and the tag. One word, so that it is stored at once: a
    /// load that follows need not wait for parts of it.
    last: NonZeroU64,
}

/// The tag of an inline string, to which its length is added.
const INLINE: NonZeroU64 = NonZeroU64::new(0x80 << TAG_SHIFT).expect("invariant: not zero");
/// The tag of a shared string.
const SHARED: NonZeroU64 = NonZeroU64::new(0x40 << TAG_SHIFT).expect("invariant: not zero");
const TAG_SHIFT: u32 = 56;

// SAFETY: a string is plain bytes or a `Reference`, which is Send and Sync, with a pointer to bytes that it keeps
// alive and that never change.
unsafe impl Send for Str {}
// SAFETY: as above.
unsafe impl Sync for Str {}

impl Str {
    /// The empty string.
    pub const fn new() -> Self {
        Str { slab: ptr::null(), start: ptr::null(), last: INLINE }
    }

    #[inline]
    pub(super) fn is_shared(&self) -> bool {
        self.last < INLINE
    }

    /// Whether the text lies in the string itself: it has at most [`INLINE_CAPACITY`] bytes.
    #[inline]
    pub fn is_inline(&self) -> bool {
        !self.is_shared()
    }

    /// The text.
    #[inline]
    pub fn as_str(&self) -> &str {
        let bytes = match self.inline_padded() {
            Some(padded) => {
                let len = self.inline_len();
                debug_assert!(len <= INLINE_CAPACITY);
                // SAFETY: the tag of an inline string holds its length, at most 22.
                unsafe { padded.get_unchecked(..len) }
            }
            // SAFETY: a shared string points to so many bytes in its slab, which its reference keeps alive.
            None => unsafe { std::slice::from_raw_parts(self.start, self.shared_len()) },
        };
        // SAFETY: every constructor takes text.
        unsafe { str::from_utf8_unchecked(bytes) }
    }

    /// How many bytes of text there are.
    #[inline]
    #[allow(clippy::len_without_is_empty, reason = "comes with str")]
    pub fn len(&self) -> usize {
        if self.is_shared() { self.shared_len() } else { self.inline_len() }
    }

    #[inline]
    fn inline_len(&self) -> usize {
        (self.last.get() >> TAG_SHIFT) as usize & 0x7f
    }

    #[inline]
    fn shared_len(&self) -> usize {
        (self.last.get() ^ SHARED.get()) as usize
    }

    /// The text of an inline string with the zeros after it.
    #[inline]
    pub(crate) fn inline_padded(&self) -> Option<&[u8; INLINE_CAPACITY]> {
        // SAFETY: the struct has 24 initialised bytes, of which these are the first.
        self.is_inline().then(|| unsafe { &*ptr::from_ref(self).cast() })
    }

    /// The length in a byte, the text of an inline string, zeros.
    #[inline]
    pub(crate) fn inline_encoded(&self) -> Option<[u8; 24]> {
        let [a, b, last] = self.words();
        let shifted = [a << 8 | self.inline_len() as u64, b << 8 | a >> 56, last << 8 | b >> 56];
        let mut encoded = [0; 24];
        encoded.as_chunks_mut().0.iter_mut().zip(shifted).for_each(|(to, word)| *to = word.to_le_bytes());
        self.is_inline().then_some(encoded)
    }

    /// The text as a little-endian number, and its length, when it has one to eight bytes.
    #[inline]
    pub(crate) fn one_word(&self) -> Option<(u64, u32)> {
        let len = (self.last.get() >> TAG_SHIFT) as u32 ^ (INLINE.get() >> TAG_SHIFT) as u32;
        // Shared strings have another tag, which leaves a number far above eight.
        (1..=8).contains(&len).then(|| (self.slab.addr() as u64, len))
    }

    /// The three words: they decide equality where they differ in the last one, or where both are inline.
    #[inline]
    pub(super) fn words(&self) -> [u64; 3] {
        [self.slab.addr() as u64, self.start.addr() as u64, self.last.get()]
    }

    /// # Safety
    /// The packed bytes are text.
    #[inline]
    unsafe fn from_packed(packed: Packed) -> Self {
        let [a, b, c] = packed.words;
        let last = INLINE | c | u64::from(packed.len) << TAG_SHIFT;
        Str { slab: ptr::without_provenance(a as usize), start: ptr::without_provenance(b as usize), last }
    }

    /// Packed bytes that were found to be ASCII.
    #[inline]
    pub(super) fn from_ascii(packed: Packed) -> Self {
        debug_assert!(packed.words.iter().all(|w| w & 0x8080_8080_8080_8080 == 0));
        // SAFETY: ASCII is text; the only caller has just looked.
        unsafe { Str::from_packed(packed) }
    }

    /// `text` when it is short enough to be inlined.
    #[inline]
    pub(crate) fn inline(text: &str) -> Option<Self> {
        // SAFETY: packed from text.
        Packed::of(text.as_bytes()).map(|packed| unsafe { Str::from_packed(packed) })
    }

    /// `text`, which lies in the slab of `owner` and is too long to be inlined.
    pub(crate) fn sharing(owner: Reference, text: &str) -> Self {
        debug_assert!(text.len() > INLINE_CAPACITY);
        Str::shared(owner, text.as_ptr(), text.len())
    }

    /// `text` in an allocation of its own.
    #[cold]
    fn copied(text: &str) -> Self {
        let owner = Reference::trailing(text.as_bytes());
        let start = owner.bytes().as_ptr();
        Str::shared(owner, start, text.len())
    }

    fn shared(owner: Reference, start: *const u8, len: usize) -> Self {
        // No length in memory reaches the tag.
        Str { slab: owner.into_raw().as_ptr().cast_const().cast(), start, last: SHARED | len as u64 }
    }

    /// A copy of `text`: inline, or in an allocation of its own.
    #[inline]
    pub(super) fn copy_of(text: &str) -> Self {
        Str::inline(text).unwrap_or_else(|| Str::copied(text))
    }

    /// The reference a shared string holds; it stays the string's.
    #[inline]
    fn owner(&self) -> Option<ManuallyDrop<Reference>> {
        let raw = NonNull::new(self.slab.cast_mut()).filter(|_| self.is_shared())?;
        // SAFETY: the pointer came from `into_raw` when the string was made; `ManuallyDrop` does not give it back.
        Some(ManuallyDrop::new(unsafe { Reference::from_raw(raw.cast()) }))
    }

    /// `part` as a string of its own, sharing the buffer of this one.
    ///
    /// Nothing is allocated when `part` lies inside `self` (or the buffer it shares), as parts made by slicing, splitting or trimming do: a part
    /// of at most 22 bytes is inlined, a longer one shares the buffer. Other text is copied.
    #[inline]
    pub fn share(&self, part: &str) -> Str {
        match self.window_of(part) {
            // SAFETY: the window begins with the bytes of `part`, and only these are packed.
            Some(window) => unsafe { Str::from_packed(window.packed()) },
            None => self.share_slowly(part).word_by_word(),
        }
    }

    /// 24 bytes that begin with `part`, if it is short and lies not too near the end of our slab.
    #[inline]
    fn window_of(&self, part: &str) -> Option<Window> {
        let owner = self.owner();
        // The whole slab, not only this part of it: words at the end of a line have readable bytes after them, too.
        let whole = owner.as_ref().map_or(self.as_bytes(), |owner| owner.bytes());
        let offset = lies_in(part.as_bytes(), whole)?;
        Window::new(whole.get(offset..)?.first_chunk()?, part.len())
    }

    /// A part that is long, or near the end, or not a part.
    #[inline(never)]
    fn share_slowly(&self, part: &str) -> Str {
        if let Some(text) = Str::inline(part) {
            return text;
        }
        match self.owner().filter(|owner| lies_in(part.as_bytes(), owner.bytes()).is_some()) {
            Some(owner) => Str::sharing(Reference::clone(&owner), part),
            None => Str::copied(part),
        }
    }

    /// The same string, read word by word. What a function returns through memory and what was just computed then meet in
    /// registers; where they meet in memory, the common case would be written in words and read back as a whole, and wait.
    #[inline(always)]
    pub(crate) fn word_by_word(self) -> Str {
        let Str { slab, start, last } = *ManuallyDrop::new(self);
        Str { slab, start, last }
    }

    /// Copies out of a buffer that holds more than this text, so that it does not keep that buffer alive.
    pub fn detach(&mut self) {
        if self.owner().is_some_and(|owner| !owner.is_exactly(self.len())) {
            *self = Str::copied(self);
        }
    }
}

impl Clone for Str {
    #[inline]
    fn clone(&self) -> Self {
        if let Some(owner) = self.owner() {
            // The reference counted here is the one that the copy below carries.
            std::mem::forget(Reference::clone(&owner));
        }
        Str { slab: self.slab, start: self.start, last: self.last }
    }
}

impl Drop for Str {
    #[inline]
    fn drop(&mut self) {
        if let Some(owner) = self.owner() {
            drop(ManuallyDrop::into_inner(owner));
        }
    }
}

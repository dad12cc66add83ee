//! Packing short text into three words.

use super::{INLINE_CAPACITY, Str};

/// Text of at most [`INLINE_CAPACITY`] bytes, padded with zeros.
#[derive(Clone, Copy)]
pub(crate) struct Packed {
    pub(super) words: [u64; 3],
    pub(super) len: u8,
}

impl Packed {
    /// Packs `text` by reading words that overlap.
    #[inline]
    pub(crate) fn of(text: &[u8]) -> Option<Self> {
        let len = text.len();
        let words = match len {
            0..=3 => [pack_3(text), 0, 0],
            4..=8 => [pack_8(text), 0, 0],
            9..=16 => [first(text), last(text) >> (8 * (16 - len)), 0],
            17..=INLINE_CAPACITY => {
                let middle = text.get(8..).unwrap_or_default();
                [first(text), first(middle), last(text) >> (8 * (24 - len))]
            }
            _ => return None,
        };
        Some(Packed { words, len: len as u8 })
    }
}

fn first(text: &[u8]) -> u64 {
    text.first_chunk().map_or(0, |b| u64::from_le_bytes(*b))
}

fn last(text: &[u8]) -> u64 {
    text.last_chunk().map_or(0, |b| u64::from_le_bytes(*b))
}

/// Four to eight bytes: two overlapping halves.
#[inline]
fn pack_8(text: &[u8]) -> u64 {
    let (Some(low), Some(high)) = (text.first_chunk(), text.last_chunk()) else { return 0 };
    u64::from(u32::from_le_bytes(*low)) | u64::from(u32::from_le_bytes(*high)) << (8 * (text.len() - 4))
}

/// Up to three bytes: the first, the middle and the last one, which may coincide.
#[inline]
fn pack_3(text: &[u8]) -> u64 {
    let (Some(&first), Some(&last)) = (text.first(), text.last()) else { return 0 };
    let middle = text.len() / 2;
    let byte = text.get(middle).copied().unwrap_or(last);
    u64::from(first) | u64::from(byte) << (8 * middle) | u64::from(last) << (8 * (text.len() - 1))
}

/// 24 readable bytes that begin with a short text.
#[derive(Clone, Copy)]
pub(crate) struct Window(Packed);

/// For each length the bits that belong to the text.
static MASKS: [[u64; 3]; INLINE_CAPACITY + 1] = {
    let mut masks = [[0; 3]; INLINE_CAPACITY + 1];
    let mut bit = 0;
    while bit < 3 * 64 {
        let mut len = bit / 8 + 1;
        while len <= INLINE_CAPACITY {
            masks[len][bit / 64] |= 1 << (bit % 64);
            len += 1;
        }
        bit += 1;
    }
    masks
};

impl Window {
    /// The first `len` bytes of `bytes`; `None` when they are too many to be inlined.
    #[inline]
    pub(crate) fn new(bytes: &[u8; 24], len: usize) -> Option<Self> {
        let mask = MASKS.get(len)?;
        let word = |i: usize| bytes.get(i..).map_or(0, first);
        let words = [word(0) & mask[0], word(8) & mask[1], word(16) & mask[2]];
        Some(Window(Packed { words, len: len as u8 }))
    }

    /// The packed bytes, whatever they are.
    #[inline]
    pub(super) fn packed(self) -> Packed {
        self.0
    }

    /// The text, when it is plain ASCII; other text needs a look at its characters.
    #[inline]
    pub(crate) fn ascii(self) -> Option<Str> {
        let [a, b, c] = self.0.words;
        ((a | b | c) & 0x8080_8080_8080_8080 == 0).then(|| Str::from_ascii(self.0))
    }
}

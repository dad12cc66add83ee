//! The writer that records encode to.
//!
//! A record is a handful of small appends. A vector keeps its length in memory, so each append would wait for the one
//! before to be stored and loaded again: five cycles a field, more than the field's own work. An encoder holds length,
//! address and capacity itself, and all that is done to it is inlined or works on copies of these, so that the compiler
//! keeps them in registers; the vector hears of its length when the encoder goes.

#![allow(unsafe_code)]

use std::ptr::NonNull;

/// Appends to a vector of bytes.
///
/// ```
/// use weft_record::{Encoder, Record};
///
/// let mut bytes = vec![7];
/// let mut out = Encoder::new(&mut bytes);
/// 513u16.encode_to(&mut out);
/// out.put_varint(300);
/// drop(out);
/// assert_eq!(bytes, [7, 1, 2, 0xac, 0x02]);
/// ```
#[derive(Debug)]
pub struct Encoder<'a> {
    /// Its length is out of date until the encoder is dropped.
    bytes: &'a mut Vec<u8>,
    /// Where the vector's buffer begins and how much it holds.
    start: NonNull<u8>,
    capacity: usize,
    /// Invariant: not above `capacity`, and so many bytes are initialised.
    len: usize,
}

impl<'a> Encoder<'a> {
    /// An encoder that appends to `bytes`.
    #[inline(always)]
    pub fn new(bytes: &'a mut Vec<u8>) -> Self {
        let (start, capacity, len) = (start_of(bytes), bytes.capacity(), bytes.len());
        Encoder { bytes, start, capacity, len }
    }

    /// How long the vector is by now.
    #[inline(always)]
    pub fn position(&self) -> usize {
        self.len
    }

    /// Takes back what was appended after `position`.
    #[inline(always)]
    pub fn truncate(&mut self, position: usize) {
        self.len = self.len.min(position);
    }

    /// Appends `bytes`.
    #[inline(always)]
    pub fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        self.put_first(bytes, N);
    }

    /// Appends the first `n` of `bytes`, all of them if there are not as many. What is copied has a constant length, so it
    /// takes a few stores where a copy of `n` bytes would be a call; there must be room for all of it.
    #[inline(always)]
    pub fn put_first<const N: usize>(&mut self, bytes: [u8; N], n: usize) {
        let at = self.reserve(N);
        // SAFETY: there is room for `N` bytes, and `bytes` is no part of it.
        unsafe { at.cast().write_unaligned(bytes) };
        self.len += n.min(N);
    }

    /// Appends `bytes`.
    #[inline]
    pub fn put_slice(&mut self, bytes: &[u8]) {
        let at = self.reserve(bytes.len());
        // SAFETY: there is room for so many bytes, and nobody else has a reference into it.
        unsafe { at.copy_from_nonoverlapping(NonNull::from(bytes).cast(), bytes.len()) };
        self.len += bytes.len();
    }

    /// Appends `n` bytes, which `write` gets as zeros.
    #[inline(always)]
    pub fn put_block(&mut self, n: usize, write: impl FnOnce(&mut [u8])) {
        let at = self.reserve(n);
        // SAFETY: there is room for `n` bytes, they are initialised first, and nobody else has a reference to them.
        let block = unsafe {
            at.write_bytes(0, n);
            NonNull::slice_from_raw_parts(at, n).as_mut()
        };
        write(block);
        self.len += n;
    }

    /// Appends a number as varint.
    #[inline]
    pub fn put_varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            // The low seven bits, with the mark that more follow.
            self.put([(value & 0x7f) as u8 | 0x80]);
            value >>= 7;
        }
        self.put([value as u8]);
    }

    /// Appends a string as every string type encodes: the length in bytes as varint, then UTF-8.
    #[inline]
    pub fn put_str(&mut self, text: &str) {
        self.put_varint(text.len() as u64);
        self.put_slice(text.as_bytes());
    }

    /// Makes room for `more` bytes; gives the place where they begin.
    #[inline(always)]
    fn reserve(&mut self, more: usize) -> NonNull<u8> {
        if self.capacity - self.len < more {
            // SAFETY: so many bytes are initialised, and no more than the vector has room for.
            unsafe { self.bytes.set_len(self.len) };
            (self.start, self.capacity) = grow(self.bytes, more);
        }
        // SAFETY: `len` is at most the capacity, so this is within the buffer or at its end.
        unsafe { self.start.add(self.len) }
    }
}

impl Drop for Encoder<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: so many bytes are initialised, and no more than the vector has room for: only `reserve` changes its buffer.
        unsafe { self.bytes.set_len(self.len) }
    }
}

/// Apart from the encoder, of which nothing must need to lie in memory.
#[cold]
#[inline(never)]
fn grow(bytes: &mut Vec<u8>, more: usize) -> (NonNull<u8>, usize) {
    bytes.reserve(more);
    (start_of(bytes), bytes.capacity())
}

#[inline(always)]
fn start_of(bytes: &mut Vec<u8>) -> NonNull<u8> {
    NonNull::new(bytes.as_mut_ptr()).unwrap_or(NonNull::dangling())
}

#[cfg(test)]
#[path = "encoder_test.rs"]
mod tests;

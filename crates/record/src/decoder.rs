//! The reader that records decode from.

use crate::{DecodeError, Slab};

/// How deep boxes, vectors and maps may lie in each other. Decoding recurses once per level, so corrupted input must
/// not choose the depth.
pub const MAX_NESTING: u32 = 256;

/// Reads values from encoded bytes.
///
/// A decoder over a shared [`Slab`] lets long strings share the slab instead of allocating.
pub struct Decoder<'a> {
    rest: &'a [u8],
    /// Offset of the end of `rest` in the whole input.
    end: usize,
    depth: u32,
    /// Invariant: when present, `rest` lies in it.
    slab: Option<&'a Slab>,
}

impl<'a> Decoder<'a> {
    /// A decoder at the beginning of `bytes`.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Self {
        Decoder { rest: bytes, end: bytes.len(), depth: 0, slab: None }
    }

    /// A decoder over the whole of `slab`; strings longer than [`INLINE_CAPACITY`](crate::INLINE_CAPACITY) share it.
    #[inline]
    pub fn shared(slab: &'a Slab) -> Self {
        Decoder { rest: slab.as_slice(), end: slab.len(), depth: 0, slab: Some(slab) }
    }

    /// Like [`shared`](Decoder::shared) for the bytes from `start` to `end` of the slab; positions count from the
    /// beginning of the slab. `None` when they do not lie in it.
    pub fn shared_range(slab: &'a Slab, start: usize, end: usize) -> Option<Self> {
        Some(Decoder { rest: slab.as_slice().get(start..end)?, end, depth: 0, slab: Some(slab) })
    }

    /// Whether everything was read.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// How many bytes are left.
    #[inline]
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// The bytes that are left, without reading them.
    #[inline]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// How many bytes were read so far.
    #[inline]
    pub fn position(&self) -> usize {
        self.end - self.rest.len()
    }

    /// The slab the input lies in, where it is a shared one.
    #[inline]
    pub fn slab(&self) -> Option<&'a Slab> {
        self.slab
    }

    /// The next `n` bytes.
    #[inline]
    pub fn take(&mut self, n: usize, what: &'static str) -> Result<&'a [u8], DecodeError> {
        let Some((taken, rest)) = self.rest.split_at_checked(n) else {
            return Err(DecodeError::Truncated { at: self.end, what });
        };
        self.rest = rest;
        Ok(taken)
    }

    /// The next `N` bytes.
    #[inline]
    pub fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], DecodeError> {
        let Some((taken, rest)) = self.rest.split_first_chunk::<N>() else {
            return Err(DecodeError::Truncated { at: self.end, what });
        };
        self.rest = rest;
        Ok(*taken)
    }

    /// The next byte.
    #[inline]
    pub fn byte(&mut self, what: &'static str) -> Result<u8, DecodeError> {
        self.array::<1>(what).map(|[byte]| byte)
    }

    /// A decoder over the next `n` bytes, which this one skips. With a constant `n` one length check serves all the
    /// fields within.
    #[inline]
    pub fn block(&mut self, n: usize, what: &'static str) -> Result<Decoder<'a>, DecodeError> {
        let rest = self.take(n, what)?;
        Ok(Decoder { rest, end: self.position(), depth: self.depth, slab: self.slab })
    }

    /// A number in LEB128: seven bits a byte, low ones first, the shortest form only.
    #[inline]
    pub fn varint(&mut self, what: &'static str) -> Result<u64, DecodeError> {
        match self.rest.split_first() {
            Some((&byte, rest)) if byte < 0x80 => {
                self.rest = rest;
                Ok(u64::from(byte))
            }
            _ => self.apart(|input| input.long_varint(what)),
        }
    }

    /// Reads through a copy of this decoder: a function that is not inlined needs its decoder in memory, and when that is
    /// the copy, this one can stay in registers on the ways around the call.
    #[inline(always)]
    pub(crate) fn apart<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let mut copy = Decoder { ..*self };
        let value = read(&mut copy)?;
        self.rest = copy.rest;
        Ok(value)
    }

    #[inline(never)]
    fn long_varint(&mut self, what: &'static str) -> Result<u64, DecodeError> {
        let at = self.position();
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte(what)?;
            let bits = u64::from(byte & 0x7f);
            let fits = (bits << shift) >> shift == bits;
            let shortest = byte != 0 || shift == 0;
            if !fits || !shortest {
                break;
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(DecodeError::Invalid { at, what })
    }

    /// A length in bytes, not more than are left.
    #[inline]
    pub fn length(&mut self, what: &'static str) -> Result<usize, DecodeError> {
        let length = self.varint(what)?;
        match usize::try_from(length) {
            Ok(length) if length <= self.rest.len() => Ok(length),
            _ => Err(DecodeError::Truncated { at: self.end, what }),
        }
    }

    /// How many of `count` promised elements of `size` bytes in memory to make room for before they are read. A
    /// promise may be a lie, so the room is a small multiple of what is left of the input, and half of that with each
    /// level of nesting: then it is a small multiple for all levels together.
    pub(crate) fn room_for(&self, count: usize, size: usize) -> usize {
        let bytes = self.rest.len().saturating_mul(4).checked_shr(self.depth).unwrap_or(0);
        count.min(bytes.div_ceil(size.max(1)))
    }

    /// An error about the bytes at the present position.
    pub fn invalid(&self, what: &'static str) -> DecodeError {
        DecodeError::Invalid { at: self.position(), what }
    }

    /// Reads a value one level deeper. Everything through which a type can contain itself (boxes, vectors, maps)
    /// decodes through this.
    #[inline]
    pub fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, DecodeError>) -> Result<T, DecodeError> {
        if self.depth == MAX_NESTING {
            return Err(DecodeError::TooDeep { at: self.position(), limit: MAX_NESTING });
        }
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }
}

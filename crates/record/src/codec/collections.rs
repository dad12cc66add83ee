//! Vectors, queues and arrays.

use crate::codec::rows::encode_rows;
use crate::codec::{decode_all, put_fixed};
use crate::derive_support::{decode_block, encode_block};
use crate::{DecodeError, Decoder, Encoder, Record, SchemaBuilder, Type};
use std::collections::VecDeque;

impl<T: Record> Record for Vec<T> {
    #[inline]
    fn encode_to(&self, out: &mut Encoder<'_>) {
        out.put_varint(self.len() as u64);
        encode_rows(self, out);
    }

    #[inline]
    fn decode(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        input.nested(|input| {
            let count = count(input)?;
            let mut rows = Vec::new();
            decode_all(input, count, &mut rows)?;
            Ok(rows)
        })
    }

    fn describe(schema: &mut SchemaBuilder) -> Type {
        Type::List(Box::new(T::describe(schema)))
    }

    fn detach(&mut self) {
        self.iter_mut().for_each(T::detach);
    }

    fn heap_bytes(&self) -> usize {
        self.capacity() * size_of::<T>() + self.iter().map(T::heap_bytes).sum::<usize>()
    }
}

/// The number of elements that follow.
pub(super) fn count(input: &mut Decoder<'_>) -> Result<usize, DecodeError> {
    let at = input.position();
    let what = "number of elements";
    input.varint(what)?.try_into().map_err(|_| DecodeError::Invalid { at, what })
}

impl<T: Record> Record for VecDeque<T> {
    fn encode_to(&self, out: &mut Encoder<'_>) {
        out.put_varint(self.len() as u64);
        let (front, back) = self.as_slices();
        encode_rows(front, out);
        encode_rows(back, out);
    }

    fn decode(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Vec::decode(input).map(VecDeque::from)
    }

    fn describe(schema: &mut SchemaBuilder) -> Type {
        Vec::<T>::describe(schema)
    }

    fn detach(&mut self) {
        self.iter_mut().for_each(T::detach);
    }

    fn heap_bytes(&self) -> usize {
        self.capacity() * size_of::<T>() + self.iter().map(T::heap_bytes).sum::<usize>()
    }
}

impl<T: Record, const N: usize> Record for [T; N] {
    const FIXED_SIZE: Option<usize> = match T::FIXED_SIZE {
        Some(n) => Some(n * N),
        None => None,
    };

    #[inline]
    fn encode_to(&self, out: &mut Encoder<'_>) {
        match Self::FIXED_SIZE {
            Some(n) => encode_block(self, n, out),
            None => self.iter().for_each(|element| element.encode_to(out)),
        }
    }

    #[inline]
    fn decode(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        decode_block(input, "array", |input| {
            let mut failed = None;
            // `from_fn` cannot stop early; after a failure the remaining elements are not read.
            let elements = [(); N].map(|()| match failed {
                None => T::decode(input).map_err(|e| failed = Some(e)).ok(),
                Some(_) => None,
            });
            match failed {
                Some(error) => Err(error),
                None => Ok(elements.map(|e| e.expect("invariant: without a failure every element was read"))),
            }
        })
    }

    #[inline]
    fn encode_fixed(&self, out: &mut [u8]) {
        self.iter().fold(out, |out, element| put_fixed(element, out));
    }

    fn describe(schema: &mut SchemaBuilder) -> Type {
        Type::Array(Box::new(T::describe(schema)), N as u64)
    }

    fn detach(&mut self) {
        self.iter_mut().for_each(T::detach);
    }

    fn heap_bytes(&self) -> usize {
        self.iter().map(T::heap_bytes).sum()
    }
}

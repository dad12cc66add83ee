//! Many values of one type, one after the other.

use crate::codec::MAX_UNSIZED_ELEMENTS;
use crate::{DecodeError, Decoder, Encoder, Record};
use std::any::Any;

/// Appends the encodings of `rows`, one after the other; those of fixed-size types as one block.
#[inline]
pub fn encode_all<T: Record>(rows: &[T], out: &mut Vec<u8>) {
    encode_rows(rows, &mut Encoder::new(out));
}

#[inline]
pub(super) fn encode_rows<T: Record>(rows: &[T], out: &mut Encoder<'_>) {
    match T::FIXED_SIZE {
        Some(0) => {}
        Some(n) => out.put_block(rows.len() * n, |block| {
            rows.iter().zip(block.chunks_exact_mut(n)).for_each(|(row, block)| row.encode_fixed(block));
        }),
        None => rows.iter().for_each(|row| row.encode_to(out)),
    }
}

/// Reads `count` values and appends them to `rows`. After an error `rows` holds those before it.
#[inline]
pub fn decode_all<T: Record>(input: &mut Decoder<'_>, count: usize, rows: &mut Vec<T>) -> Result<(), DecodeError> {
    match T::FIXED_SIZE {
        Some(n) if n > 0 => decode_blocks(input, count, n, rows),
        _ => decode_each(input, count, rows),
    }
}

#[inline]
fn decode_blocks<T: Record>(
    input: &mut Decoder<'_>,
    count: usize,
    n: usize,
    rows: &mut Vec<T>,
) -> Result<(), DecodeError> {
    let bytes = count.checked_mul(n).ok_or_else(|| input.invalid("number of elements"))?;
    let mut block = input.block(bytes, "sequence")?;
    if let Some(rows) = (rows as &mut dyn Any).downcast_mut::<Vec<u8>>() {
        rows.extend_from_slice(block.rest());
        return Ok(());
    }
    rows.reserve(count);
    while !block.is_empty() {
        rows.push(T::decode(&mut block)?);
    }
    Ok(())
}

#[inline]
fn decode_each<T: Record>(input: &mut Decoder<'_>, count: usize, rows: &mut Vec<T>) -> Result<(), DecodeError> {
    if count > input.remaining().max(MAX_UNSIZED_ELEMENTS) {
        return Err(input.invalid("number of elements"));
    }
    rows.reserve(input.room_for(count, size_of::<T>()));
    for _ in 0..count {
        rows.push(T::decode(input)?);
    }
    Ok(())
}

//! Fixed sizes: how they compose, and writing at constant offsets.

use crate::Record;

/// The fixed size of consecutive fields: their sum, when all have one.
pub const fn fixed_sum(fields: &[Option<usize>]) -> Option<usize> {
    let mut sum = 0;
    let mut rest = fields;
    while let Some((first, others)) = rest.split_first() {
        match first {
            Some(size) => sum += *size,
            None => return None,
        }
        rest = others;
    }
    Some(sum)
}

/// The fixed size of an enum with a tag of `tag` bytes: one exists when all variants are equally long.
pub const fn fixed_enum(tag: usize, variants: &[Option<usize>]) -> Option<usize> {
    let Some((Some(size), mut rest)) = variants.split_first() else {
        return None;
    };
    while let Some((variant, others)) = rest.split_first() {
        match variant {
            Some(other) if *other == *size => rest = others,
            _ => return None,
        }
    }
    Some(tag + *size)
}

/// Writes a fixed-size value to the front of `out`; returns what follows it.
#[inline]
pub fn put_fixed<'o, T: Record>(value: &T, out: &'o mut [u8]) -> &'o mut [u8] {
    match out.split_at_mut_checked(T::FIXED_SIZE.unwrap_or(0)) {
        Some((head, rest)) => {
            value.encode_fixed(head);
            rest
        }
        None => &mut [],
    }
}

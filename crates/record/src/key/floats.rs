//! Floating-point numbers.

use super::integers::word;
use super::xxh3::hash_u64;
use crate::Key;

/// The bits by which a number is known as a key: one zero, one NaN.
#[inline]
fn canonical_bits(value: f64) -> u64 {
    if value.is_nan() {
        0x7ff8_0000_0000_0000
    } else if value == 0.0 {
        0
    } else {
        value.to_bits()
    }
}

word! {
    f32, |v| canonical_bits(f64::from(v));
    f64, canonical_bits;
}

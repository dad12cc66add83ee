//! A decimal number.

use crate::codec::put_fixed;
use crate::derive_support::{encode_block, put_canonical};
use crate::{DecodeError, Decoder, Encoder, Key, Record, SchemaBuilder, Type};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use thiserror::Error;
use weft_common::ErrorKind;

/// A decimal number: `unscaled` × 10^−`scale`, up to 38 digits after the point.
///
/// Equality, order and hashes go by value: 1.5 and 1.50 are equal, and the same key. The scale is kept all the same.
#[derive(Clone, Copy, Debug, Default)]
pub struct Decimal {
    unscaled: i128,
    scale: u8,
}

/// Why there is no such decimal number.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DecimalError {
    /// More digits after the point than a decimal has.
    #[error("a decimal with {scale} digits after the point was asked for: at most {max} are possible", max = Decimal::MAX_SCALE)]
    Scale {
        /// The digits asked for.
        scale: u8,
    },
}

impl DecimalError {
    /// Who can do something about it.
    pub const fn kind(&self) -> ErrorKind {
        ErrorKind::User
    }
}

impl Decimal {
    /// Digits after the point at most: 10^38 is the largest power of ten an `i128` holds.
    pub const MAX_SCALE: u8 = 38;

    /// `unscaled` × 10^−`scale`.
    pub const fn new(unscaled: i128, scale: u8) -> Result<Self, DecimalError> {
        if scale > Self::MAX_SCALE { Err(DecimalError::Scale { scale }) } else { Ok(Decimal { unscaled, scale }) }
    }

    /// The number without its point.
    pub const fn unscaled(self) -> i128 {
        self.unscaled
    }

    /// How many of the digits stand after the point.
    pub const fn scale(self) -> u8 {
        self.scale
    }

    /// The same value with the smallest scale.
    fn shortest(self) -> Self {
        let Decimal { mut unscaled, mut scale } = self;
        while scale > 0 && unscaled % 10 == 0 {
            unscaled /= 10;
            scale -= 1;
        }
        Decimal { unscaled, scale }
    }

    /// Digits before and after the point, the latter as a fraction of 10^38; both carry the sign.
    fn parts(self) -> (i128, i128) {
        let one = 10i128.pow(u32::from(self.scale));
        let rest = 10i128.pow(u32::from(Self::MAX_SCALE - self.scale));
        (self.unscaled / one, self.unscaled % one * rest)
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parts().cmp(&other.parts())
    }
}

impl Hash for Decimal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Decimal { unscaled, scale } = self.shortest();
        (unscaled, scale).hash(state);
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = usize::from(self.scale);
        let digits = format!("{:0width$}", self.unscaled.unsigned_abs(), width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        let point = if scale > 0 { "." } else { "" };
        f.pad_integral(self.unscaled >= 0, "", &format!("{whole}{point}{fraction}"))
    }
}

impl Record for Decimal {
    const FIXED_SIZE: Option<usize> = Some(17);

    #[inline]
    fn encode_to(&self, out: &mut Encoder<'_>) {
        encode_block(self, 17, out);
    }

    #[inline]
    fn decode(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let unscaled = i128::decode(input)?;
        let at = input.position();
        let scale = u8::decode(input)?;
        Decimal::new(unscaled, scale).map_err(|_| DecodeError::Invalid { at, what: "scale of a decimal" })
    }

    #[inline]
    fn encode_fixed(&self, out: &mut [u8]) {
        put_fixed(&self.scale, put_fixed(&self.unscaled, out));
    }

    fn describe(_: &mut SchemaBuilder) -> Type {
        Type::Decimal
    }
}

impl Key for Decimal {
    const CANONICAL_SIZE: Option<usize> = Some(24);

    fn write_canonical(&self, out: &mut Vec<u8>) {
        let Decimal { unscaled, scale } = self.shortest();
        unscaled.write_canonical(out);
        scale.write_canonical(out);
    }

    fn write_canonical_fixed(&self, out: &mut [u8]) {
        let Decimal { unscaled, scale } = self.shortest();
        put_canonical(&scale, put_canonical(&unscaled, out));
    }

    fn same_key(&self, other: &Self) -> bool {
        self == other
    }
}

#[cfg(test)]
#[path = "decimal_test.rs"]
mod tests;

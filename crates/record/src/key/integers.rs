//! Integers and what counts as one.

use super::xxh3::hash_u64;
use crate::Key;

/// Keys whose canonical encoding is one word.
macro_rules! word {
    ($($t:ty, $to:expr;)*) => { $(
        impl Key for $t {
            const CANONICAL_SIZE: Option<usize> = Some(8);

            #[inline]
            fn write_canonical(&self, out: &mut Vec<u8>) {
                let to: fn($t) -> u64 = $to;
                out.extend_from_slice(&to(*self).to_le_bytes());
            }

            #[inline]
            fn write_canonical_fixed(&self, out: &mut [u8]) {
                let to: fn($t) -> u64 = $to;
                if let Some(out) = out.first_chunk_mut() {
                    *out = to(*self).to_le_bytes();
                }
            }

            #[inline]
            fn key_hash(&self) -> u64 {
                let to: fn($t) -> u64 = $to;
                hash_u64(to(*self))
            }

            #[inline]
            fn same_key(&self, other: &Self) -> bool {
                let to: fn($t) -> u64 = $to;
                to(*self) == to(*other)
            }
        }
    )* };
}

pub(super) use word;

word! {
    u8, u64::from;
    u16, u64::from;
    u32, u64::from;
    u64, u64::from;
    usize, |v| v as u64;
    i8, |v| i64::from(v) as u64;
    i16, |v| i64::from(v) as u64;
    i32, |v| i64::from(v) as u64;
    i64, |v| v as u64;
    isize, |v| v as i64 as u64;
    bool, u64::from;
    char, u64::from;
}

macro_rules! two_words {
    ($($t:ty),*) => { $(
        impl Key for $t {
            const CANONICAL_SIZE: Option<usize> = Some(16);

            #[inline]
            fn write_canonical(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }

            #[inline]
            fn write_canonical_fixed(&self, out: &mut [u8]) {
                if let Some(out) = out.first_chunk_mut() {
                    *out = self.to_le_bytes();
                }
            }

            #[inline]
            fn same_key(&self, other: &Self) -> bool {
                self == other
            }
        }
    )* };
}

two_words!(u128, i128);

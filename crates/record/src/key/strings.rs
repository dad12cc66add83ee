//! Strings. All string types are one key type.

use super::xxh3::{hash_1_to_8, xxh3_64};
use crate::{Key, Str};

/// The hash of a string as a key, whichever type holds it.
#[inline]
pub fn hash_str(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
}

macro_rules! string {
    ($($t:ty, $hash:expr;)*) => { $(
        impl Key for $t {
            #[inline]
            fn write_canonical(&self, out: &mut Vec<u8>) {
                write_length(self.len(), out);
                out.extend_from_slice(self.as_bytes());
            }

            #[inline]
            fn write_canonical_top(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(self.as_bytes());
            }

            #[inline]
            fn key_hash(&self) -> u64 {
                let hash: fn(&$t) -> u64 = $hash;
                hash(self)
            }

            #[inline]
            fn same_key(&self, other: &Self) -> bool {
                self == other
            }
        }
    )* };
}

string! {
    String, |text| hash_str(text);
    Str, |text| match text.one_word() {
        Some((word, len)) => hash_1_to_8(word, len),
        None => hash_str(text),
    };
}

/// Appends a length in four bytes. Those of 4 GiB and more agree with shorter ones in them; the bytes that follow
/// still tell the keys apart.
#[inline]
pub(super) fn write_length(length: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&(length as u32).to_le_bytes());
}

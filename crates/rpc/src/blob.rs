//! Bytes by their content.
//!
//! Programs, what belongs to a submission, and messages too large for a connection travel as *blobs*: named by the SHA-256 of their bytes,
//! never rewritten, so that whoever has one needs no second copy and a cache can never be stale.

use std::fmt;
use std::str::FromStr;

/// The name of a blob: the SHA-256 of its bytes; prints as 64 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobHash(pub [u8; 32]);

/// A blob as it is asked for: its name and how many bytes to expect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobRef {
    /// Its name.
    pub hash: BlobHash,
    /// Its bytes.
    pub length: u64,
}

impl fmt::Display for BlobHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for BlobHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// What was given is not 64 hex digits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the name of a blob: 64 hex digits are")]
pub struct NotABlobHash(String);

impl FromStr for BlobHash {
    type Err = NotABlobHash;

    fn from_str(text: &str) -> Result<Self, NotABlobHash> {
        let wrong = || NotABlobHash(text.chars().take(80).collect());
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let mut hash = [0; 32];
        for (byte, digits) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).map_err(|_| wrong())?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
        }
        Ok(BlobHash(hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_printed() {
        let hash = BlobHash(std::array::from_fn(|i| i as u8 * 7));
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!(hash.to_string().len(), 64);
        for wrong in ["", "00", &"g".repeat(64), &"é".repeat(32), &format!("+{}", "0".repeat(63))] {
            assert!(wrong.parse::<BlobHash>().is_err(), "{wrong}");
        }
    }
}

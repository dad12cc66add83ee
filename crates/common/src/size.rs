//! Sizes of memory and data, as configuration writes them.

use crate::ParseError;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

#[cfg(test)]
mod tests;

/// Every unit: its factor, and how it may be written, the common form first. Units are binary: 1 kb is 1024 b.
const UNITS: [(u64, [&str; 3]); 5] = [
    (1 << 40, ["tb", "t", "tebibytes"]),
    (1 << 30, ["gb", "g", "gibibytes"]),
    (1 << 20, ["mb", "m", "mebibytes"]),
    (1 << 10, ["kb", "k", "kibibytes"]),
    (1, ["b", "", "bytes"]),
];

/// A number of bytes, from 0 to 2⁶³ − 1.
///
/// Read from a whole number and a unit, in any case and with or without space between them (`64 mb`, `64MB`, `64m`,
/// `64 mebibytes`); without a unit the number counts bytes. Prints with the largest unit that leaves a whole number.
///
/// ```
/// use weft_common::MemorySize;
/// let size: MemorySize = "1728m".parse()?;
/// assert_eq!(size, MemorySize::from_mib(1728));
/// assert_eq!(size.to_string(), "1728 mb");
/// # Ok::<(), weft_common::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MemorySize(u64);

impl MemorySize {
    /// Nothing.
    pub const ZERO: MemorySize = MemorySize(0);
    /// The largest size, 2⁶³ − 1 bytes; as a limit it means none.
    pub const MAX: MemorySize = MemorySize(i64::MAX as u64);

    /// A size of so many bytes; more than [`MemorySize::MAX`] counts as that.
    pub const fn from_bytes(bytes: u64) -> Self {
        if bytes > Self::MAX.0 { Self::MAX } else { MemorySize(bytes) }
    }

    /// A size of so many KiB; more than [`MemorySize::MAX`] counts as that.
    pub const fn from_kib(kib: u64) -> Self {
        Self::from_bytes(kib.saturating_mul(1 << 10))
    }

    /// A size of so many MiB; more than [`MemorySize::MAX`] counts as that.
    pub const fn from_mib(mib: u64) -> Self {
        Self::from_bytes(mib.saturating_mul(1 << 20))
    }

    /// The number of bytes.
    pub const fn bytes(self) -> u64 {
        self.0
    }

    /// The number of bytes as a length in memory; on a machine that cannot address so much, the most it can.
    pub fn as_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl FromStr for MemorySize {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let malformed = || ParseError::Size { text: text.to_owned() };
        let too_large = || ParseError::SizeTooLarge { text: text.to_owned() };
        let (number, unit) = split_number(text).ok_or_else(malformed)?;
        let factor = factor_of(&unit).ok_or_else(malformed)?;
        // Only digits are left, so what does not parse has too many of them.
        let number: u64 = number.parse().map_err(|_| too_large())?;
        let bytes = number.checked_mul(factor).filter(|bytes| *bytes <= Self::MAX.0).ok_or_else(too_large)?;
        Ok(MemorySize(bytes))
    }
}

fn factor_of(unit: &str) -> Option<u64> {
    UNITS.iter().find(|(_, spellings)| spellings.contains(&unit)).map(|(factor, _)| *factor)
}

/// Splits a quantity into its digits, of which there is at least one, and its unit in lower case.
pub(crate) fn split_number(text: &str) -> Option<(&str, String)> {
    let text = trim(text);
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (!number.is_empty()).then(|| (number, trim(unit).to_lowercase()))
}

/// Takes ASCII space and control characters off both ends. Other white space is no part of a quantity.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c <= ' ')
}

impl fmt::Display for MemorySize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = |factor: u64| self.0 > 0 && self.0.is_multiple_of(factor);
        match UNITS.iter().find(|(factor, _)| whole(*factor)) {
            Some((factor, [unit, ..])) => write!(f, "{} {unit}", self.0 / factor),
            None => f.write_str("0 b"),
        }
    }
}

//! A part of a process's memory.

use crate::MemorySize;
use std::fmt;

/// A part of a process's memory, and the key that sets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryPart {
    /// What it is called.
    pub name: &'static str,
    /// The key that sets it, or the larger of its bounds.
    pub key: &'static str,
    /// How much it is.
    pub size: MemorySize,
}

/// What a part may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartBounds {
    /// What the part is called.
    pub name: &'static str,
    /// The least it may be.
    pub min: MemorySize,
    /// The key that sets that.
    pub min_key: &'static str,
    /// The most it may be.
    pub max: MemorySize,
    /// The key that sets that.
    pub max_key: &'static str,
}

impl fmt::Display for MemoryPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.name, in_words(self.size), self.key)
    }
}

/// A size for people: in mb, and exactly as well if that is not whole.
pub(super) fn in_words(size: MemorySize) -> String {
    let exact = size.to_string();
    if size == MemorySize::MAX {
        return "without limit".to_owned();
    }
    if size.bytes() < 1 << 20 || size.bytes().is_multiple_of(1 << 20) {
        exact
    } else {
        format!("{} ({exact})", in_mb(size))
    }
}

/// A size in mb with one digit after the point.
pub(super) fn in_mb(size: MemorySize) -> String {
    format!("{:.1} mb", size.bytes() as f64 / f64::from(1 << 20))
}

/// All of them together.
pub(super) fn sum(parts: &[MemoryPart]) -> MemorySize {
    MemorySize::from_bytes(parts.iter().fold(0, |sum: u64, part| sum.saturating_add(part.size.bytes())))
}

/// The parts in a row.
pub(super) fn list(parts: &[MemoryPart]) -> String {
    parts.iter().filter(|part| part.size > MemorySize::ZERO).map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

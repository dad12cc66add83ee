//! A part that is a fraction of something, within bounds.

use super::part::{MemoryPart, PartBounds};
use super::{MemoryError, fraction};
use crate::MemorySize;

/// A part that is a fraction of something, within bounds.
pub(super) struct Bounded {
    pub(super) role: &'static str,
    pub(super) fraction: f64,
    pub(super) fraction_key: &'static str,
    pub(super) bounds: PartBounds,
}

impl Bounded {
    /// Refuses bounds that leave nothing between them.
    pub(super) fn checked(self) -> Result<Self, MemoryError> {
        if self.bounds.min <= self.bounds.max {
            return Ok(self);
        }
        Err(MemoryError::Bounds { role: self.role, bounds: Box::new(self.bounds) })
    }

    /// Its part of `whole`, with the key that decides.
    pub(super) fn of(&self, whole: MemorySize) -> MemoryPart {
        let PartBounds { name, min, min_key, max, max_key } = self.bounds;
        let size = self.within(fraction::of_size(whole, self.fraction));
        let key = match size {
            size if size == min => min_key,
            size if size == max => max_key,
            _ => self.fraction_key,
        };
        MemoryPart { name, key, size }
    }

    /// What it is beside `rest`, so that it has its fraction of both together.
    pub(super) fn beside(&self, rest: MemorySize) -> MemorySize {
        self.within(fraction::beside(rest, self.fraction))
    }

    /// The part as what `parts` leave of `whole`.
    pub(super) fn rest_of(&self, whole: MemoryPart, parts: &[MemoryPart]) -> Result<MemorySize, MemoryError> {
        let left = rest_of(self.role, whole, parts)?;
        if (self.bounds.min..=self.bounds.max).contains(&left) {
            return Ok(left);
        }
        let bounds = Box::new(self.bounds);
        Err(MemoryError::OutsideBounds { role: self.role, whole, parts: parts.to_vec(), left, bounds })
    }

    fn within(&self, size: MemorySize) -> MemorySize {
        size.min(self.bounds.max).max(self.bounds.min)
    }
}

/// What `parts` leave of `whole`.
pub(super) fn rest_of(role: &'static str, whole: MemoryPart, parts: &[MemoryPart]) -> Result<MemorySize, MemoryError> {
    let left = whole.size.bytes().checked_sub(super::part::sum(parts).bytes());
    let exceed = || MemoryError::PartsExceed { role, whole, parts: parts.to_vec() };
    Ok(MemorySize::from_bytes(left.ok_or_else(exceed)?))
}

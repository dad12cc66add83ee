//! Key groups: the unit in which keyed state is spread over subtasks and moved between them.
//!
//! A keyed operator has `max_parallelism` key groups, fixed for the life of its state. A key's group comes from its hash
//! alone; which subtask owns a group comes from the parallelism, and every subtask owns one contiguous range:
//!
//! ```text
//! group   = (hash >> 32) × max_parallelism >> 32            the high half of the hash, scaled without a division
//! subtask = group × parallelism / max_parallelism           rounded down
//! range   = ⌈subtask × max / parallelism⌉ .. ⌈(subtask + 1) × max / parallelism⌉
//! ```
//!
//! The range is what the second line says, solved for the group: `g × p / m` rounds down to `s` exactly when
//! `s × m ≤ g × p < (s + 1) × m`. So state written at one parallelism is read at another in whole ranges.
//! The low half of the hash stays free for the tables inside a subtask: had it chosen the group as well, the keys of one
//! group would collide there.
//!
//! Products are formed in 64 bits, so no `u32` argument overflows. A parallelism or maximum of 0 means nothing; it counts as 1.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;

#[cfg(test)]
mod tests;

/// The least default maximum parallelism: room to grow for a small job.
pub const LEAST_DEFAULT_MAX_PARALLELISM: u32 = 128;

/// The largest maximum parallelism, given or by default: a group's number takes two bytes in the state's keys.
pub const LARGEST_MAX_PARALLELISM: u32 = 32_768;

/// The key groups that one subtask owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KeyGroupRange {
    /// The first group.
    pub start: u32,
    /// The group after the last; the range is empty when it is not above `start`.
    pub end: u32,
}

impl KeyGroupRange {
    /// The groups from `start` up to, not including, `end`.
    pub const fn new(start: u32, end: u32) -> Self {
        KeyGroupRange { start, end }
    }

    /// How many groups there are.
    pub const fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Whether there is no group: so it is for some subtasks when the parallelism exceeds the maximum.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Whether `key_group` is one of them.
    pub const fn contains(self, key_group: u32) -> bool {
        self.start <= key_group && key_group < self.end
    }

    /// The groups that are in both ranges.
    pub fn intersection(self, other: KeyGroupRange) -> KeyGroupRange {
        let start = self.start.max(other.start);
        KeyGroupRange { start, end: self.end.min(other.end).max(start) }
    }

    /// The groups, in order.
    pub const fn iter(self) -> Range<u32> {
        self.start..self.end
    }
}

impl fmt::Display for KeyGroupRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// The maximum parallelism of an operator of this parallelism for which none is given: half as much again, rounded up to
/// a power of two, between 128 and 32 768.
pub fn default_max_parallelism(parallelism: u32) -> u32 {
    let roomy = parallelism.saturating_add(parallelism / 2).min(LARGEST_MAX_PARALLELISM);
    roomy.next_power_of_two().max(LEAST_DEFAULT_MAX_PARALLELISM)
}

/// The group of a key with this hash.
#[inline]
pub const fn key_group_of(hash: u64, max_parallelism: u32) -> u32 {
    // Less than 2³² × 2³² in all, and after the shift less than `max_parallelism`.
    (((hash >> 32) * max_parallelism as u64) >> 32) as u32
}

/// The subtask that owns a group.
#[inline]
pub fn subtask_of(key_group: u32, parallelism: u32, max_parallelism: u32) -> u32 {
    narrow(u64::from(key_group) * u64::from(parallelism.max(1)) / u64::from(max_parallelism.max(1)))
}

/// The groups that a subtask owns.
pub fn range_of(subtask: u32, parallelism: u32, max_parallelism: u32) -> KeyGroupRange {
    let first =
        |subtask: u64| narrow((subtask * u64::from(max_parallelism.max(1))).div_ceil(u64::from(parallelism.max(1))));
    KeyGroupRange { start: first(u64::from(subtask)), end: first(u64::from(subtask) + 1) }
}

/// Arguments that make sense give results that fit; of others the largest number is as good as any.
fn narrow(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

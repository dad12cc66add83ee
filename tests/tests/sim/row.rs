//! The record of all simulated programs.

use super::dice::mix;
use weft_record::Record;

/// A record. Within a `line` (a split of a source, or what a keyed operator counts) records of one key have rising `seq`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Record)]
pub(super) struct Row {
    pub(super) line: u32,
    pub(super) key: u32,
    pub(super) seq: u64,
    pub(super) id: u64,
    pub(super) value: u64,
    pub(super) text: String,
}

impl Row {
    /// Row number `seq` of a split.
    pub(super) fn of_source(line: u32, seq: u64, keys: u32) -> Row {
        let id = mix(u64::from(line) << 32 | seq);
        Row { line, key: (id % u64::from(keys)) as u32, seq, id, value: id % 100, text: text(id) }
    }

    /// The record that stands for all those of its key, whichever of them came first.
    pub(super) fn of_key(key: u32, line: u32, value: u64) -> Row {
        let id = mix(u64::from(key));
        Row { line, key, seq: 0, id, value, text: text(id) }
    }

    /// The n-th copy.
    pub(super) fn copy(&self, n: u64) -> Row {
        Row { id: mix(self.id ^ mix(n + 1)), ..self.clone() }
    }
}

/// Mostly short; one in sixty is larger than any channel's share.
fn text(id: u64) -> String {
    let length = match mix(id) % 60 {
        0 => 700 + id % 2500,
        n => n % 12,
    };
    (0..length).map(|n| char::from(b'a' + ((id >> (n % 32)) % 26) as u8)).collect()
}

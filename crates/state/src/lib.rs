//! Keyed state: tables, values, timers.
//!
//! | type | what it is |
//! |---|---|
//! | [`Table`] | all keys of one state with a value each, in one open-addressing table made for batches |
//! | [`RowTable`] | the same for rows that carry their key: it is not kept twice |
//! | [`KeyedState`] | the named states of a keyed operator, and its current key |
//! | [`ValueState`] | one value of the current key |
//! | [`TimerQueue`] | processing-time or event-time timers of a keyed operator |
//!
//! A table is an *index* from hashes to entry numbers over *pages* of entries that never move. There is one per state and
//! subtask, not one per key group: key groups are the high half of a key's hash, and matter only to snapshots. Every
//! change to an entry passes through one of three functions of the pages, where a snapshot will save what was there
//! before.

mod batch;
mod bucket;
mod error;
mod index;
mod keyed;
mod pages;
mod prefetch;
mod raw;
mod region;
mod row_table;
mod table;
mod timer;
mod value;

#[cfg(test)]
mod keyed_test;
#[cfg(test)]
mod table_test;
#[cfg(test)]
mod timer_test;

pub use batch::{Fate, RowUpdate};
pub use error::StateError;
pub use keyed::KeyedState;
pub use row_table::RowTable;
pub use table::{Cursor, Table};
pub use timer::{Timer, TimerQueue};
pub use value::{ValueHandle, ValueState};

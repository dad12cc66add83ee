//! Lines of files.
//!
//! The enumerator looks at every file before a record is read, so that a missing or unreadable one is found then, and cuts big
//! ones into splits: ranges of bytes that know nothing of lines. **A line belongs to the split in which its first byte lies.** So
//! a reader
//!
//! * of a split that does not begin the file starts one byte early and drops everything up to the first line end it sees: if
//!   that very byte is one, nothing of its own is dropped;
//! * reads beyond the end of its split until the line that began inside it is over.
//!
//! Every line is then read by exactly one reader, whatever the splits are; a split inside one long line has no lines at all.
//!
//! Reading ahead: a task on the I/O runtime reads blocks, makes [`Lines`](crate::text) of them and sends these through a
//! channel of [`AHEAD`](ahead) places; the slot cuts. So at most a few blocks of a reader are in memory, and what records still
//! share of older ones.

mod ahead;
mod assigner;
mod enumerator;
mod reader;
mod source;
mod split;
mod split_lines;
mod splitting;

pub use enumerator::TextFileEnumerator;
pub use reader::TextFileReader;
pub use source::TextFileSource;
pub use split::FileSplit;

#[cfg(test)]
mod tests;

//! Lines in part files, visible when complete.
//!
//! ```text
//! out/.part-3-0.inprogress.6f2a91c04d.1   being written by subtask 3, attempt 1: its first part
//! out/part-3-0                            committed
//! ```
//!
//! A *writer* formats records on its slot and hands full buffers to a task on the I/O runtime, which writes an in-progress file
//! and, at the end of the part, syncs and closes it. Only then does the part become a committable. The *committer* gives it its
//! final name by [`rename_no_replace`](weft_fs::FileSystem::rename_no_replace), so a part is seen whole or not at all:
//!
//! * when the job finishes, or for a sink that rolls, as soon as a part is closed;
//! * the number in the final name is given when committing, in the order of the writer's parts, so that attempts that follow
//!   each other leave no gap and never meet.
//!
//! Whatever is not committed is removed: by the writer when it is dropped, by the committer when an attempt is over without
//! success and when the job is. Names of hidden files are the only thing looked at for that; so two jobs cannot share a
//! directory, and the second is refused as soon as the first has committed anything.
//!
//! Committing again what was committed does nothing: a source that is gone while the destination exists is taken for done.

mod committer;
mod part_name;
mod part_writer;
mod sink;
mod write_behind;
mod writer;

pub use committer::FileCommitter;
pub use part_writer::PendingPart;
pub use sink::FileSink;
pub use writer::FileWriter;

#[cfg(test)]
mod tests;

//! Writing files.
//!
//! * [`writer`] is what a caller has: it gives orders to a task and waits where it must.
//! * [`streamer`] is that task: it cuts the file ([`cutter`]) and opens and ends blocks ([`allocate`], [`block`]).
//! * [`replacement`] finds a DataNode for a block that has lost some.
//! * [`window`] and [`pipeline`] decide, without sockets or clocks: which packets are to be sent again, and which DataNodes to do
//!   without.

mod allocate;
mod block;
mod cutter;
mod file;
mod outgoing;
mod pipeline;
mod replacement;
mod set_up;
mod streamer;
mod window;
mod writer;

pub(super) use file::OpenFile;
pub(super) use replacement::ReplacementPolicy;
pub(super) use writer::HdfsFileWriter;

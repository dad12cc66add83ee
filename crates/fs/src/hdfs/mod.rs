//! HDFS, without a JVM.
//!
//! ```text
//! HdfsFileSystem ─ Connector ─ HdfsClient      one for each nameservice, user and settings in a runtime
//!                               ├ NameNode      every call about names, blocks and leases (crate hadoop-rpc)
//!                               ├ Leases        one task renews all of them
//!                               └ DeadNodes     what readers and writers have learnt
//! HdfsFileReader ─ BlockStream ─┐
//! HdfsFileWriter ─ Streamer ─ BlockWriter ─ transfer: packets and connections to DataNodes
//! ```
//!
//! Reading and writing speak the same protocol to DataNodes, so both are our own: one client, one set of failures to hide, and
//! no second implementation of RPC and credentials beside hadoop-rpc.
//!
//! * **A DataNode that fails costs seconds, and never a file** as long as another one has its bytes. A writer asks each
//!   DataNode of a pipeline for a sign of life as soon as the pipeline is quiet, since only that tells which one is dead
//!   ([`write`]); a reader turns to the next replica ([`read`]). What either learns, all use ([`dead_nodes`]).
//! * **A NameNode that fails costs a fail-over.** hadoop-rpc repeats every call at the other one under the same id.
//! * **What cannot be hidden is said**, with the path, once. A file whose last DataNode is lost is written again by whoever
//!   still has its bytes.

mod attributes;
mod client;
mod connect;
mod dead_nodes;
mod failure;
mod file_system;
mod leases;
mod listing;
mod namespace;
mod opening;
mod read;
mod settings;
mod transfer;
mod user;
mod write;

pub use file_system::HdfsFileSystem;
pub use user::current as hadoop_user;

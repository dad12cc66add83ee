//! File systems behind one trait: local, in-memory with injected faults.
//!
//! [`FileSystem`] promises what every implementation can keep, HDFS included, and no more:
//!
//! * **A file has one writer and is written once**, from its beginning to its end. Nothing is appended to a closed file
//!   and nothing is overwritten in the middle.
//! * **A file's name exists from `create` on, its content is certain from `close` on.** Between the two a reader may
//!   see any prefix. A file that must appear complete or not at all is written under an in-progress name and moved with
//!   [`FileSystem::rename_no_replace`], the only commit this engine knows.
//! * **What survives a power failure is said, not guessed**: bytes after `sync`, names after `sync`, `mkdirs` and
//!   `rename_no_replace`. `close` alone promises visibility.
//! * **Parents are never made by the way.** `create` and `rename_no_replace` fail when the directory is missing, because
//!   a leader that has been replaced finds its directory moved away, and must not be able to make it anew by writing.
//! * **An answer can be lost.** [`FsError::OutcomeUnknown`] means that the operation may have happened; the caller looks
//!   (names are unique, so looking is enough) instead of repeating blindly.
//!
//! [`LocalFileSystem`] runs on the blocking threads of the tokio runtime it is called from. [`MemoryFileSystem`] needs
//! no runtime, so a simulation can step it, and fails on demand: see [`Faults`]. Both pass the tests in `contract`
//! (feature `contract`), which an implementation in another crate runs too.

#[cfg(any(test, feature = "contract"))]
pub mod contract;
mod error;
mod file;
mod file_system;
mod file_systems;
#[cfg(feature = "hdfs")]
mod hdfs;
mod local;
mod memory;
mod operation;
mod options;
mod path;
mod rewrite;
mod status;

pub use error::FsError;
pub use file::{FileReader, FileWriter};
pub use file_system::{FileStatusStream, FileSystem, FsFuture};
pub use file_systems::FileSystems;
#[cfg(feature = "hdfs")]
pub use hdfs::{HdfsFileSystem, hadoop_user};
pub use local::LocalFileSystem;
pub use memory::{Fault, FaultRule, Faults, Gate, MemoryFileSystem};
pub use operation::Operation;
pub use options::{CreateMode, CreateOptions, Permission, Recursive};
pub use path::Path;
pub use rewrite::Rewrites;
pub use status::{BlockLocation, FileKind, FileStatus};

//! Logs that NodeManagers have collected, read where they put them, without Java.
//!
//! With `yarn.log-aggregation-enable` a NodeManager writes one file for each application whose containers it has run, and one more whenever
//! rolled files are collected meanwhile:
//!
//! ```text
//! <yarn.nodemanager.remote-app-log-dir>/<user>/bucket-<suffix>-tfile/<number of the application modulo 10000, 4 digits>/<application>/<node>
//! <yarn.nodemanager.remote-app-log-dir>/<user>/<suffix>-tfile/<application>/<node>        older
//! <yarn.nodemanager.remote-app-log-dir>/<user>/<suffix>/<application>/<node>              older still
//! ```
//!
//! The suffix is configured at the nodes, not with clients, so every directory of the user is looked into. Names that end in `.tmp` are still
//! being written. Another sort of file, for which nodes have to be configured, holds indexes that are serialized Java objects; it is in a
//! directory that ends in `-ifile`, and is refused by name.
//!
//! # The file
//!
//! A TFile in a BCFile. Numbers of fixed size are big-endian; a *vlong* is 1 to 9 bytes, see [`vlong`]; a *string* is a vlong and as many
//! bytes.
//!
//! ```text
//! magic           16 bytes, see [`MAGIC`]
//! data blocks     records, compressed as the data index says
//! meta blocks     by name: BCFile.index (the data index), TFile.index, TFile.meta; each compressed as the meta index says
//! meta index      vlong count; of each: string "data:" and name, string compression, region
//! u64             where the meta index begins
//! u16 u16         version of the BCFile, 1.0
//! magic           16 bytes again
//!
//! region          vlong offset, vlong length as stored, vlong length of what it holds
//! data index      string compression, vlong count, regions of the data blocks, in order
//! compression     "none", or "gz", which is zlib's form of deflate
//!
//! record          vlong length, key, value
//! value           chunks: vlong length and as many bytes; a negative length says that another chunk follows, its absolute value counts
//! ```
//!
//! A record's key is a text (u16 length, bytes). `VERSION`, `APPLICATION_ACL` and `APPLICATION_OWNER` come first and say nothing of interest;
//! every other is a container's id, and its value is that container's files, one after the other, to the end of the value:
//!
//! ```text
//! text name, text length in decimal digits, that many bytes
//! ```
//!
//! # What is trusted
//!
//! Nothing. Every region lies within the file, lengths of what is held in memory at once are bounded by constants, and the bytes of a log are
//! handed on in pieces of at most 64 KiB, however long a file says it is. A file that breaks off, because its node died while it was written,
//! has no meta index at its end and is refused as a whole: nothing in it says where a record begins.

mod block;
mod directory;
mod input;
mod node_log;
#[cfg(test)]
mod tests;
mod tfile;

pub use directory::{Collected, LogDirectories};
pub use node_log::{LogFile, NodeLog};

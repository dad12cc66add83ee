//! What a file system tells about a path.

use crate::Path;

/// What lies at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// A file.
    File,
    /// A directory.
    Directory,
}

/// One entry of a file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileStatus {
    /// Where it is, in the file system's own scheme.
    pub path: Path,
    /// Bytes; 0 for a directory. Of a file still being written, what readers can count on may be less.
    pub length: u64,
    /// File or directory.
    pub kind: FileKind,
    /// When it was last changed, milliseconds since 1970 by the file system's clock.
    pub modified_ms: i64,
    /// How many copies of the file are kept, where the file system has such a number.
    pub replication: Option<u16>,
}

impl FileStatus {
    /// Whether it is a file.
    pub fn is_file(&self) -> bool {
        self.kind == FileKind::File
    }

    /// Whether it is a directory.
    pub fn is_directory(&self) -> bool {
        self.kind == FileKind::Directory
    }
}

/// A part of a file and the machines that hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockLocation {
    /// Where the part begins, in bytes from the beginning of the file.
    pub offset: u64,
    /// Its bytes.
    pub length: u64,
    /// Host names, the nearest first; empty when every machine reads it equally well.
    pub hosts: Vec<String>,
}

impl BlockLocation {
    /// The answer of a file system without blocks: the whole file, near to everyone, if `range` touches it.
    pub(crate) fn whole_file(length: u64, range: &std::ops::Range<u64>) -> Vec<BlockLocation> {
        match range.start < range.end.min(length) {
            true => vec![BlockLocation { offset: 0, length, hosts: Vec::new() }],
            false => Vec::new(),
        }
    }
}

//! A piece of a file.

use weft_record::Record;

/// The lines of a file that begin in a range of its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Record)]
pub struct FileSplit {
    /// The file, with its scheme.
    pub path: String,
    /// The first byte.
    pub start: u64,
    /// Behind the last byte.
    pub end: u64,
    /// Machines that hold most of it, the nearest to the client first; none where every machine reads it equally well.
    pub hosts: Vec<String>,
}

//! Where a value came from.

use std::fmt;
use std::path::{Path, PathBuf};

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The table of Hadoop's own defaults: nobody set it.
    Default,
    /// A site file, or a file that one includes.
    File {
        /// The file.
        path: PathBuf,
        /// The line of the property's name, from 1.
        line: u32,
    },
    /// A key of the engine's configuration that is passed through.
    PassThrough {
        /// The key there, such as `weft.hadoop.dfs.replication`.
        key: String,
    },
    /// The program, by [`Sources::with_setting`](crate::Sources::with_setting).
    Program,
    /// An effective configuration that another process wrote.
    Shipped {
        /// The value's origin there, as text.
        source: String,
    },
}

impl Origin {
    /// The file, if it is one of this machine.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Origin::File { path, .. } => Some(path),
            _ => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("the default"),
            Origin::File { path, line } => write!(f, "{}:{line}", path.display()),
            Origin::PassThrough { key } => write!(f, "{key} of the engine's configuration"),
            Origin::Program => f.write_str("the program"),
            Origin::Shipped { source } => write!(f, "{source}, at the client"),
        }
    }
}

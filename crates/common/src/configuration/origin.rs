//! Where a value came from.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a value came from, the layers in order: a later variant is above an earlier one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Origin {
    /// The option's declaration: nobody set it.
    Default,
    /// A line of a configuration file.
    File {
        /// The file.
        path: String,
        /// The line, from 1.
        line: u32,
    },
    /// The cluster that the program runs in, or the client that runs it.
    Cluster,
    /// `-D key=value` on a command line.
    CommandLine,
    /// The program, by a call.
    Program,
}

impl Origin {
    /// The layer: files, whichever and wherever in them, are one.
    pub(super) fn layer(&self) -> u8 {
        match self {
            Origin::Default => 0,
            Origin::Cluster => 1,
            Origin::File { .. } => 2,
            Origin::CommandLine => 3,
            Origin::Program => 4,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("the default"),
            Origin::File { path, line } => write!(f, "{path}:{line}"),
            Origin::Cluster => f.write_str("the cluster"),
            Origin::CommandLine => f.write_str("-D"),
            Origin::Program => f.write_str("the program"),
        }
    }
}

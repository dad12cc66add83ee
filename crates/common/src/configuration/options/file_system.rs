//! File systems.

use crate::configuration::registry::section;

section! {
    "File systems",
    "Which file systems paths lie in.";

    /// The file system that a path without a scheme lies in, such as `hdfs://nameservice/`.
    FS_DEFAULT_SCHEME: String = "fs.default-scheme".default("file:///");
}

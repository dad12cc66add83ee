//! File systems.

use crate::configuration::registry::section;

section! {
    "File systems",
    "Which file systems paths lie in.";

    /// The file system that a path without a scheme lies in, such as `hdfs://nameservice/`.
    FS_DEFAULT_SCHEME: String = "fs.default-scheme".default("file:///");

    /// The directory of Hadoop's site files. The variable `HADOOP_CONF_DIR` goes before it, `HADOOP_HOME` after it.
    HADOOP_CONF_DIR: Option<String> = "env.hadoop.conf.dir";

    /// A directory of YARN's site files, where they are not with the others. The variable `YARN_CONF_DIR` goes before it.
    YARN_CONF_DIR: Option<String> = "env.yarn.conf.dir";
}

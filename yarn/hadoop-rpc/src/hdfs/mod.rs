//! HDFS's protocols as typed calls. What the calls mean for files is the business of the file system above.

mod methods;
mod name_node;
mod writing;

pub use name_node::NameNode;
pub use writing::{CreateFile, FileInProgress};

pub use crate::proto::hdfs as proto;

//! HDFS's protocols as typed calls. What the calls mean for files is the business of the file system above.

mod data_node;
mod methods;
mod name_node;
mod tokens;
mod writing;

pub use data_node::DataNode;
pub use name_node::NameNode;
pub use tokens::HDFS_DELEGATION_TOKEN;
pub use writing::{CreateFile, FileInProgress};

pub use crate::proto::hdfs as proto;

//! What can be done to a path.

use std::fmt;

/// An operation of a file system, as errors name it and injected faults select it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// [`FileSystem::status`](crate::FileSystem::status)
    Status,
    /// [`FileSystem::list`](crate::FileSystem::list)
    List,
    /// [`FileSystem::open`](crate::FileSystem::open)
    Open,
    /// [`FileReader::read_at`](crate::FileReader::read_at)
    Read,
    /// [`FileSystem::create`](crate::FileSystem::create)
    Create,
    /// [`FileWriter::write`](crate::FileWriter::write)
    Write,
    /// [`FileWriter::sync`](crate::FileWriter::sync)
    Sync,
    /// [`FileWriter::close`](crate::FileWriter::close)
    Close,
    /// [`FileWriter::abort`](crate::FileWriter::abort)
    Abort,
    /// [`FileSystem::rename_no_replace`](crate::FileSystem::rename_no_replace)
    Rename,
    /// [`FileSystem::delete`](crate::FileSystem::delete)
    Delete,
    /// [`FileSystem::mkdirs`](crate::FileSystem::mkdirs)
    Mkdirs,
    /// [`FileSystem::block_locations`](crate::FileSystem::block_locations)
    BlockLocations,
    /// [`FileSystem::set_permission`](crate::FileSystem::set_permission)
    SetPermission,
    /// [`FileSystem::set_replication`](crate::FileSystem::set_replication)
    SetReplication,
}

impl fmt::Display for Operation {
    /// The verb that follows "cannot" and precedes a path.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Operation::Status => "look up",
            Operation::List => "list",
            Operation::Open => "open",
            Operation::Read => "read",
            Operation::Create => "create",
            Operation::Write => "write",
            Operation::Sync => "sync",
            Operation::Close => "close",
            Operation::Abort => "discard",
            Operation::Rename => "rename",
            Operation::Delete => "delete",
            Operation::Mkdirs => "create directory",
            Operation::BlockLocations => "locate the blocks of",
            Operation::SetPermission => "set the permissions of",
            Operation::SetReplication => "set the number of copies of",
        })
    }
}

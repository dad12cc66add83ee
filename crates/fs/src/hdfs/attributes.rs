//! What the NameNode keeps about a file beside its content.

use super::{client::HdfsClient, failure};
use crate::{FsError, Operation, Path, Permission};

pub(super) async fn set_permission(client: &HdfsClient, path: &Path, permission: Permission) -> Result<(), FsError> {
    let set = client.name_node.set_permission(path.path(), permission.mode().into()).await;
    set.map_err(|error| failure::of_call(Operation::SetPermission, path, error))
}

/// The NameNode says no where there is no file.
pub(super) async fn set_replication(client: &HdfsClient, path: &Path, copies: u16) -> Result<(), FsError> {
    match client.name_node.set_replication(path.path(), copies.into()).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(FsError::NotFound { operation: Operation::SetReplication, path: path.clone() }),
        Err(error) => Err(failure::of_call(Operation::SetReplication, path, error)),
    }
}

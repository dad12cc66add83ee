//! Access rights on a local disk.

use std::{fs, os::unix::fs::PermissionsExt, path::Path as DiskPath};

use crate::{FsError, Operation, Path, Permission};

pub(super) fn set(disk: &DiskPath, path: &Path, permission: Permission) -> Result<(), FsError> {
    let permissions = fs::Permissions::from_mode(permission.mode().into());
    fs::set_permissions(disk, permissions).map_err(|error| FsError::from_io(Operation::SetPermission, path, error))
}

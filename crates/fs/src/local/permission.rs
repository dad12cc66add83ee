//! Access rights on a local disk.

use std::{fs, os::unix::fs::PermissionsExt, path::Path as DiskPath};

use crate::{FsError, Operation, Path, Permission};

pub(super) fn get(disk: &DiskPath, path: &Path) -> Result<Permission, FsError> {
    let found = fs::metadata(disk).map_err(|error| FsError::from_io(Operation::Status, path, error))?;
    // The lower bits are those that count.
    Ok(Permission::from_mode((found.permissions().mode() & 0o777) as u16))
}

pub(super) fn set(disk: &DiskPath, path: &Path, permission: Permission) -> Result<(), FsError> {
    let permissions = fs::Permissions::from_mode(permission.mode().into());
    fs::set_permissions(disk, permissions).map_err(|error| FsError::from_io(Operation::SetPermission, path, error))
}

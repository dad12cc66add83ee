//! The token that a client shows, and that a JobManager wants to be shown.

use crate::error::CliError;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// What anybody but the owner may do.
const OTHERS: u32 = 0o077;

/// Reads the token. A file that others can read holds no secret, and is refused.
pub(crate) fn read(file: &Path) -> Result<String, CliError> {
    let cannot = || CliError::file("read the token in", file);
    let mode = fs::metadata(file).map_err(cannot())?.permissions().mode() & 0o777;
    if mode & OTHERS != 0 {
        return Err(CliError::OpenToken { path: file.to_owned(), mode });
    }
    Ok(fs::read_to_string(file).map_err(cannot())?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_of_its_owner_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("token");
        fs::write(&file, "abc\n").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(read(&file).unwrap(), "abc");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = read(&file).unwrap_err().to_string();
        assert!(refused.contains("mode 640") && refused.contains("chmod 600"), "{refused}");
        assert!(read(&directory.path().join("none")).is_err());
    }
}

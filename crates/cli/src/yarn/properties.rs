//! The file in which a session is written down, so that what is run next finds it.
//!
//! It is a file of properties, as others of the field write it: `applicationID=application_…`. It is for its owner alone, and what it says is
//! checked against the ResourceManager before it is believed.

use crate::error::CliError;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use weft_common::configuration::{Configuration, options};

const KEY: &str = "applicationID";

/// Where it is: `yarn.properties-file.location`, or the directory for temporary files.
fn path(configuration: &Configuration) -> Result<PathBuf, CliError> {
    let directory = configuration.get(&options::YARN_PROPERTIES_FILE_LOCATION)?;
    let user = weft_fs::hadoop_user(&weft_hadoop_conf::Environment::of_process());
    Ok(directory.map_or_else(std::env::temp_dir, PathBuf::from).join(format!(".yarn-properties-{user}")))
}

/// The application that is written down, if one is, and where.
pub(crate) fn recorded(configuration: &Configuration) -> Result<Option<(String, PathBuf)>, CliError> {
    let path = path(configuration)?;
    // In a directory where everybody may make files, only our own is ours.
    let is_ours = fs::symlink_metadata(&path).is_ok_and(|found| found.is_file() && found.uid() == own_user());
    if !is_ours {
        return Ok(None);
    }
    let text = fs::read_to_string(&path).map_err(CliError::file("read the properties file", &path))?;
    let application = text.lines().find_map(|line| line.trim().strip_prefix(KEY)?.trim_start().strip_prefix('='));
    Ok(application.map(|application| (application.trim().to_owned(), path)))
}

/// Writes an application down; that of another is replaced.
pub(super) fn write(configuration: &Configuration, application: &str) -> Result<PathBuf, CliError> {
    let path = path(configuration)?;
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let written = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)
        .and_then(|mut file| {
            writeln!(file, "# The session that weft run, list, cancel and logs find.\n{KEY}={application}")
        })
        .and_then(|()| fs::rename(&beside, &path));
    written.map_err(CliError::file("write the properties file", &path))?;
    Ok(path)
}

/// Forgets an application, if it is the one that is written down.
pub(super) fn forget(configuration: &Configuration, application: &str) -> Result<(), CliError> {
    match recorded(configuration)? {
        Some((found, path)) if found == application => {
            fs::remove_file(&path).map_err(CliError::file("remove the properties file", &path))
        }
        _ => Ok(()),
    }
}

fn own_user() -> u32 {
    // A process's own entry is its own.
    fs::metadata(Path::new("/proc/self")).map_or(u32::MAX, |found| found.uid())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory of its own for the properties file.
    fn located() -> (tempfile::TempDir, Configuration) {
        let directory = tempfile::tempdir().unwrap();
        let mut configuration = Configuration::new();
        let location = format!("yarn.properties-file.location={}", directory.path().display());
        configuration.apply_dynamic([location.as_str()]).unwrap();
        (directory, configuration)
    }

    #[test]
    fn a_session_is_written_found_replaced_and_forgotten() {
        let (directory, configuration) = located();
        let found = || recorded(&configuration).unwrap().map(|(application, _)| application);
        assert_eq!(found(), None);
        write(&configuration, "application_1_0001").unwrap();
        let path = write(&configuration, "application_1_0002").unwrap();
        assert_eq!(found().as_deref(), Some("application_1_0002"));
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        forget(&configuration, "application_1_0001").unwrap();
        assert_eq!(found().as_deref(), Some("application_1_0002"));
        forget(&configuration, "application_1_0002").unwrap();
        assert_eq!(found(), None);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn files_of_the_fields_own_launcher_are_read() {
        let (_directory, configuration) = located();
        let path = path(&configuration).unwrap();
        fs::write(
            &path,
            "#Generated YARN properties file\n#Mon\ndynamicPropertiesString=\napplicationID = application_2_0003\n",
        )
        .unwrap();
        assert_eq!(recorded(&configuration).unwrap(), Some(("application_2_0003".to_owned(), path.clone())));
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/etc/hostname", &path).unwrap();
        assert_eq!(recorded(&configuration).unwrap(), None, "a link may be anybody's");
    }
}

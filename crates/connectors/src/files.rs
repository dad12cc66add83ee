//! File systems as the configuration names them.

use weft_common::{ConfigOption, Configuration};
use weft_fs::{FileSystems, FsError};

/// What paths without a scheme mean.
pub const DEFAULT_SCHEME: ConfigOption<String> = ConfigOption::new("fs.default-scheme")
    .default("file:///")
    .describe("The file system that a path without a scheme lies in, such as `hdfs://nameservice/`.");

/// The file systems of a program with this configuration.
///
/// # Errors
/// [`FsError::UnknownScheme`] or [`FsError::InvalidPath`] for what `fs.default-scheme` says.
pub fn file_systems(configuration: &Configuration) -> Result<FileSystems, FsError> {
    let unreadable =
        |_| FsError::InvalidPath { text: String::new(), reason: "fs.default-scheme cannot be read: write file:///" };
    let origin = configuration.get(&DEFAULT_SCHEME).map_err(unreadable)?;
    FileSystems::local().with_default_scheme(&origin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_common::configuration::Origin;
    use weft_fs::Path;

    #[test]
    fn paths_without_a_scheme_are_local_by_default() {
        let systems = file_systems(&Configuration::new()).expect("the default");
        let path = systems.qualify(&Path::parse("/a").expect("a path"));
        assert_eq!(path.to_string(), "file:///a");
    }

    #[test]
    fn an_unknown_default_scheme_is_named() {
        let mut configuration = Configuration::new();
        configuration.set_raw("fs.default-scheme", "swift://x/", Origin::Program);
        let error = file_systems(&configuration).err().expect("no such file system");
        assert!(error.to_string().contains("swift"), "{error}");
    }
}

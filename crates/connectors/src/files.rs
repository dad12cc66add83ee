//! File systems as the configuration names them.

use crate::ConnectorError;
use weft_common::Configuration;
use weft_common::configuration::options;
use weft_fs::FileSystems;

/// The file systems of a program with this configuration: local files, and HDFS where the feature `hdfs` is on. Hadoop's own
/// configuration is read when the first path in HDFS is used.
///
/// # Errors
/// When `fs.default-scheme` is no path with a scheme, or names a file system that there is not.
pub fn file_systems(configuration: &Configuration) -> Result<FileSystems, ConnectorError> {
    let systems = FileSystems::local();
    #[cfg(feature = "hdfs")]
    let systems = systems.with("hdfs", std::sync::Arc::new(weft_fs::HdfsFileSystem::of_process(configuration)));
    Ok(systems.with_default_scheme(&configuration.get(&options::FS_DEFAULT_SCHEME)?)?)
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
        let error = file_systems(&configuration).err().map(|error| error.to_string());
        assert!(error.as_deref().is_some_and(|error| error.contains("swift")), "{error:?}");
    }
}

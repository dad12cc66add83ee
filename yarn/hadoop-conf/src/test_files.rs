//! Configuration directories for tests.

use crate::{Environment, HadoopConf, HadoopConfError, Sources};
use std::path::Path;
use tempfile::TempDir;

/// Keys and values.
pub(crate) type Values = &'static [(&'static str, &'static str)];

/// A directory with these files; it lasts as long as the value.
pub(crate) fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = TempDir::new().unwrap();
    for (name, text) in files {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    directory
}

/// A site file with these properties, the first in line 2, one a line.
pub(crate) fn site(properties: &[(&str, &str)]) -> String {
    let line =
        |(name, value): &(&str, &str)| format!("<property><name>{name}</name><value>{value}</value></property>\n");
    format!("<configuration>\n{}</configuration>\n", properties.iter().map(line).collect::<String>())
}

/// The configuration of a directory that `HADOOP_CONF_DIR` names.
pub(crate) fn load(directory: &Path) -> Result<HadoopConf, HadoopConfError> {
    HadoopConf::load(&Sources::new(Environment::empty().with("HADOOP_CONF_DIR", directory)))
}

/// A configuration of settings only.
pub(crate) fn settings(settings: &[(&str, &str)]) -> HadoopConf {
    let sources = settings
        .iter()
        .fold(Sources::new(Environment::empty()), |sources, (key, value)| sources.with_setting(*key, *value));
    HadoopConf::load(&sources).unwrap()
}

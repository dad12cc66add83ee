//! What a configuration is made from.

use crate::Environment;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a configuration is made from: an environment, the engine's own configuration, and settings of the program.
///
/// Site files are looked for in the directories of, in this order,
///
/// 1. the environment variable `HADOOP_CONF_DIR`,
/// 2. the key `env.hadoop.conf.dir`,
/// 3. the environment variable `YARN_CONF_DIR`,
/// 4. the key `env.yarn.conf.dir`,
/// 5. `etc/hadoop` in the environment variable `HADOOP_HOME`, but only when none of the others is set,
///
/// and each of `core-site.xml`, `hdfs-site.xml` and `yarn-site.xml` is read from the first that holds it, in that order
/// of files, a later one over an earlier one, and all of them over Hadoop's defaults. (Hadoop's own tools put the
/// defaults of HDFS and YARN over `core-site.xml`.) On top of them lie the keys that the engine's configuration passes
/// through (`weft.hadoop.<key>`, `flink.hadoop.<key>`, `weft.yarn.<rest>` and `flink.yarn.<rest>`, the latter two for
/// `yarn.<rest>`), and on top of all, settings of the program.
#[derive(Clone, Debug)]
pub struct Sources {
    pub(crate) environment: Environment,
    pub(crate) files: Files,
    pub(crate) engine: BTreeMap<String, String>,
    pub(crate) settings: BTreeMap<String, String>,
}

/// Which files to read.
#[derive(Clone, Debug)]
pub(crate) enum Files {
    /// Site files, wherever they are found.
    Discover,
    /// One file that is complete.
    Effective(PathBuf),
}

impl Sources {
    /// Site files found with the help of `environment`.
    pub fn new(environment: Environment) -> Self {
        Sources { environment, files: Files::Discover, engine: BTreeMap::new(), settings: BTreeMap::new() }
    }

    /// The one file that [`HadoopConf::write_effective`](crate::HadoopConf::write_effective) wrote in another process,
    /// and nothing of this one's environment, which may name the configuration of some other cluster. Its values are
    /// taken as they stand: variables were substituted where it was written.
    pub fn effective(file: impl AsRef<Path>) -> Self {
        Sources { files: Files::Effective(file.as_ref().to_owned()), ..Self::new(Environment::empty()) }
    }

    /// Adds keys of the engine's configuration. Those that do not concern Hadoop are of no consequence.
    pub fn with_engine<K: Into<String>, V: Into<String>>(mut self, keys: impl IntoIterator<Item = (K, V)>) -> Self {
        self.engine.extend(keys.into_iter().map(|(key, value)| (key.into(), value.into())));
        self
    }

    /// Sets a Hadoop key on behalf of the program, above everything else.
    pub fn with_setting(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.insert(key.into(), value.into());
        self
    }
}

//! The Hadoop cluster that a configuration leads to.

use crate::entropy;
use crate::error::CliError;
use std::sync::Arc;
use weft_common::configuration::{Configuration, options};
use weft_fs::{FileSystem, FileSystems, HdfsFileSystem, Path, hadoop_user};
use weft_hadoop_conf::{Environment, HadoopConf, Sources};
use weft_hadoop_rpc::RpcOptions;
use weft_yarn::YarnCluster;
use weft_yarn::staging::Staging;

/// YARN, and where applications are staged.
pub(super) struct Hadoop {
    pub(super) yarn: YarnCluster,
    pub(super) staging: Staging,
    pub(super) systems: FileSystems,
}

impl Hadoop {
    /// Nothing is connected to yet.
    pub(super) fn of(configuration: &Configuration) -> Result<Self, CliError> {
        let environment = Environment::of_process();
        let user = hadoop_user(&environment);
        let keys = configuration.iter().map(|(key, value, _)| (key.to_owned(), value.to_text()));
        let conf = HadoopConf::load(&Sources::new(environment).with_engine(keys))?;
        conf.require_found()?;
        let default_fs = conf.get("fs.defaultFS").unwrap_or("file:///").trim_end_matches('/').to_owned();
        let systems = FileSystems::local().with("hdfs", Arc::new(HdfsFileSystem::of_process(configuration)));
        let configured = configuration.get(&options::YARN_STAGING_DIRECTORY)?;
        let directory = match configured {
            None => format!("{default_fs}/user/{user}"),
            Some(path) if path.contains("://") => path,
            Some(path) => format!("{default_fs}/{}", path.trim_start_matches('/')),
        };
        let directory = Path::parse(&directory)?;
        let replication = u16::try_from(configuration.get(&options::YARN_FILE_REPLICATION)?).ok();
        let staging = Staging::new(systems.get(&directory)?, &directory, replication, Arc::new(entropy::fill));
        let yarn = YarnCluster::new(conf, &user, RpcOptions::default(), Arc::new(entropy::fill))?;
        Ok(Hadoop { yarn, staging, systems })
    }

    /// A file by its name, which is local unless it has a scheme.
    pub(super) fn file(&self, text: &str) -> Result<(Arc<dyn FileSystem>, Path), CliError> {
        let directory = std::env::current_dir().map_err(CliError::io("find the working directory"))?;
        Ok(self.systems.resolve(text, &Path::from_local(&directory)?)?)
    }
}

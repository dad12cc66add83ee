//! The Hadoop cluster that a configuration leads to.

use crate::entropy;
use crate::error::CliError;
use crate::output;
use std::sync::Arc;
use weft_common::configuration::{Configuration, options};
use weft_fs::{FileSystem, FileSystems, HdfsFileSystem, Path, hadoop_user};
use weft_hadoop_conf::{Environment, HadoopConf, Sources};
use weft_hadoop_rpc::RpcOptions;
use weft_yarn::YarnCluster;
use weft_yarn::staging::Staging;
use weft_yarn_client::proto::{ApplicationId, ApplicationReport};

/// YARN, and where applications are staged.
pub(super) struct Hadoop {
    pub(super) yarn: YarnCluster,
    pub(super) staging: Staging,
    pub(super) systems: FileSystems,
    /// `fs.defaultFS`, without a slash at its end.
    default_fs: String,
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
        let directory = in_default(&default_fs, &configured.unwrap_or_else(|| format!("/user/{user}")))?;
        let replication = u16::try_from(configuration.get(&options::YARN_FILE_REPLICATION)?).ok();
        let staging = Staging::new(systems.get(&directory)?, &directory, replication, Arc::new(entropy::fill));
        let yarn = YarnCluster::new(conf, &user, RpcOptions::default(), Arc::new(entropy::fill))?;
        Ok(Hadoop { yarn, staging, systems, default_fs })
    }

    /// Waits for an answer of the ResourceManager, and says so when it takes long.
    pub(super) async fn answer<T>(&self, answer: impl Future<Output = T>) -> T {
        self.yarn.unless_silent(answer, &|line| output::note(line)).await
    }

    /// What the ResourceManager says of an application.
    pub(super) async fn report(&self, application: ApplicationId) -> Result<ApplicationReport, CliError> {
        Ok(self.answer(self.yarn.resource_manager.report(application)).await?)
    }

    /// A file or directory that is in Hadoop's default file system unless it has a scheme.
    pub(super) fn in_default(&self, text: &str) -> Result<(Arc<dyn FileSystem>, Path), CliError> {
        let path = in_default(&self.default_fs, text)?;
        Ok((self.systems.get(&path)?, path))
    }

    /// A file by its name, which is local unless it has a scheme.
    pub(super) fn file(&self, text: &str) -> Result<(Arc<dyn FileSystem>, Path), CliError> {
        let directory = std::env::current_dir().map_err(CliError::io("find the working directory"))?;
        Ok(self.systems.resolve(text, &Path::from_local(&directory)?)?)
    }
}

fn in_default(default_fs: &str, text: &str) -> Result<Path, CliError> {
    let path =
        if text.contains("://") { text.to_owned() } else { format!("{default_fs}/{}", text.trim_start_matches('/')) };
    Ok(Path::parse(&path)?)
}

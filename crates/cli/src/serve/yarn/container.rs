//! What a container tells the process in it.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use weft_common::configuration::Configuration;
use weft_common::trust::SecretKey;
use weft_rest::BearerToken;
use weft_yarn::launch::ClusterCredentials;
use weft_yarn::names_this_machine;
use weft_yarn_client::proto::ContainerId;

/// The container that this process runs in.
pub(super) struct Container {
    pub(super) id: ContainerId,
    /// The node, by the name that its NodeManager goes by: others reach this process under it.
    pub(super) host: String,
    pub(super) credentials: ClusterCredentials,
    /// Where YARN collects logs from.
    logs: PathBuf,
    /// The container's own directory, with what was staged for it. It goes with the container.
    directory: PathBuf,
    /// The application's directories on the node, one a disk, in the order that this container uses them in. They go with the application.
    disks: Vec<String>,
}

impl Container {
    /// Reads the environment that a NodeManager gives.
    pub(super) fn of_process() -> anyhow::Result<Self> {
        let id = variable("CONTAINER_ID")?;
        let id: ContainerId =
            id.parse().with_context(|| format!("CONTAINER_ID is {id}, which is no container's id"))?;
        let tokens = PathBuf::from(variable("HADOOP_TOKEN_FILE_LOCATION")?);
        let bytes = std::fs::read(&tokens)
            .with_context(|| format!("cannot read the credentials of this container in {}", tokens.display()))?;
        let logs = variable("LOG_DIRS")?;
        let Some(logs) = logs.split(',').find(|directory| !directory.is_empty()) else {
            bail!("LOG_DIRS names no directory for logs");
        };
        let disks = disks(&variable("LOCAL_DIRS")?, id.number());
        Ok(Container {
            id,
            host: variable("NM_HOST")?,
            credentials: ClusterCredentials::read(&bytes)?,
            logs: PathBuf::from(logs),
            directory: std::env::current_dir().context("cannot find the container's directory")?,
            disks,
        })
    }

    /// The cluster's secret. A process that listens on a network does not start without.
    pub(super) fn secret(&self) -> anyhow::Result<SecretKey> {
        self.credentials.secret().with_context(|| self.lacks("the cluster's secret"))
    }

    /// The word that REST is to be told.
    pub(super) fn bearer(&self) -> anyhow::Result<BearerToken> {
        self.credentials.bearer().map(BearerToken::new).with_context(|| self.lacks("the word that REST is to be told"))
    }

    fn lacks(&self, what: &str) -> String {
        format!("the credentials of {} lack {what}, so it would serve everybody: submit the application anew", self.id)
    }

    /// The directory of configuration files.
    pub(super) fn conf_dir(&self) -> PathBuf {
        self.directory.join("conf")
    }

    /// What was staged, by its name.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Who runs the application, as Hadoop is told.
    pub(super) fn user(&self) -> String {
        weft_fs::hadoop_user(&weft_hadoop_conf::Environment::of_process())
    }

    /// What every process in a container goes by, over what is configured: logs where YARN looks for them, everything else where it has the
    /// application's files, Hadoop as the client saw it, whatever the node's own configuration says.
    pub(super) fn keys(&self) -> Vec<String> {
        let key = |key: &str, path: &Path| format!("{key}={}", path.display());
        vec![
            key("env.log.dir", &self.logs),
            format!("io.tmp.dirs={}", self.disks.join(",")),
            key("env.hadoop.conf.dir", &self.conf_dir()),
            key("env.yarn.conf.dir", &self.conf_dir()),
        ]
    }

    /// Listens at all addresses and advertises the node's name, where the configuration does not say otherwise. What holds for one machine, as
    /// files that were written for one have it, says nothing of a node.
    pub(super) fn addresses(&self, configuration: &Configuration, bind: &[&str], advertised: &[&str]) -> Vec<String> {
        let said = |key: &str| configuration.raw(key).map(|(value, _)| value.to_text());
        let unset = |key: &&&str| said(key).is_none_or(|value| names_this_machine(&value));
        let everywhere = bind.iter().filter(unset).map(|key| format!("{key}=0.0.0.0"));
        let here = advertised.iter().filter(unset).map(|key| format!("{key}={}", self.host));
        everywhere.chain(here).collect()
    }
}

/// The directories of a list. Most of what is written goes to the first, so containers begin at different ones.
fn disks(list: &str, container: i64) -> Vec<String> {
    let mut disks: Vec<_> = list.split(',').filter(|directory| !directory.is_empty()).map(str::to_owned).collect();
    if let Some(first) = usize::try_from(container).ok().and_then(|number| number.checked_rem(disks.len())) {
        disks.rotate_left(first);
    }
    disks
}

fn variable(name: &str) -> anyhow::Result<String> {
    let value = std::env::var(name).ok().filter(|value| !value.is_empty());
    value.with_context(|| format!("{name} is not set: this command is started by a NodeManager, in a container"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_spread_over_the_disks() {
        assert_eq!(disks("/a/app,/b/app,/c/app", 4), ["/b/app", "/c/app", "/a/app"]);
        assert_eq!(disks("/a/app", 7), ["/a/app"]);
        assert_eq!(disks("", 7), [""; 0]);
    }

    #[test]
    fn a_container_without_secrets_serves_nobody() {
        let container = Container {
            id: "container_1_0001_01_000002".parse().unwrap(),
            host: "node-1".to_owned(),
            credentials: ClusterCredentials::default(),
            logs: PathBuf::new(),
            directory: PathBuf::new(),
            disks: Vec::new(),
        };
        let refused = "the credentials of container_1_0001_01_000002 lack";
        let secret = container.secret().expect_err("no secret").to_string();
        assert!(secret.starts_with(refused) && secret.contains("the cluster's secret"), "{secret}");
        let bearer = container.bearer().expect_err("no word").to_string();
        assert!(bearer.starts_with(refused) && bearer.contains("REST"), "{bearer}");
    }
}

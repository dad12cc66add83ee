//! What containers are started with.

mod configuration_file;
mod credentials;
mod environment_file;
mod manifest;
mod quoting;
mod resources;

pub use configuration_file::configuration_file;
pub use credentials::{BEARER_ALIAS, ClusterCredentials, SECRET_ALIAS};
pub use environment_file::{read_environment, write_environment};
pub use manifest::{Files, read_manifest, write_manifest};
pub use quoting::{command, expandable_value, literal_value, word};
pub use resources::{LaunchFile, Visibility};

use std::collections::BTreeMap;

use weft_yarn_client::proto::{ContainerLaunchContext, LogAggregationContext};

use crate::{ContainerRole, DeployError};

/// The log files that are collected while the application runs, unless others are set: those that are full and moved away.
const ROLLED_LOGS: &str = r".*\.(log|out|err)\.[0-9]+";

/// The path that native programs start with, so that they find the tools of the node whatever the NodeManager was started with.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Keeps glibc from mapping 64 MiB for every thread that allocates: YARN counts what is mapped.
const ARENAS: (&str, &str) = ("MALLOC_ARENA_MAX", "2");
/// A NodeManager sets this variable, too (`yarn.nodemanager.admin-env`), by putting its value behind the one that is there: `2:2`, which is
/// no number.
const FIRST_OF_ARENAS: &str = "MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX%%:*}";

/// How a process of the cluster is started in a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    /// Which process.
    pub role: ContainerRole,
    /// What the user runs as: HDFS is told so where there is no Kerberos.
    pub user: String,
    /// The program, as a path in the container's directory.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Files for the container's directory, by the name they have there.
    pub files: Files,
    /// Variables that are taken literally.
    pub variables: BTreeMap<String, String>,
    /// Variables that the user set, in which the container's shell replaces `$NAME`.
    pub user_variables: BTreeMap<String, String>,
}

impl Launch {
    /// The launch context, with these credentials.
    ///
    /// # Errors
    /// [`DeployError::Refused`] when one remote file is wanted under two names, of which only one would appear.
    pub fn context(&self, credentials: &ClusterCredentials) -> Result<ContainerLaunchContext, DeployError> {
        self.check_names()?;
        let log_name = match self.role {
            ContainerRole::JobManager => "jobmanager",
            ContainerRole::TaskManager => "taskmanager",
        };
        let command = command(&self.program, &self.arguments, log_name);
        let mut context = ContainerLaunchContext::command(format!("{FIRST_OF_ARENAS} {command}"));
        for (name, value) in self.environment() {
            context = context.with_variable(name, value);
        }
        for (name, file) in &self.files {
            context = context.with_file(name.clone(), file.resource()?);
        }
        context.tokens = Some(credentials.write().into());
        Ok(context)
    }

    fn environment(&self) -> BTreeMap<String, String> {
        let defaults = [("PATH", PATH), ARENAS, ("HADOOP_USER_NAME", self.user.as_str())];
        let mut environment: BTreeMap<String, String> =
            defaults.into_iter().map(|(name, value)| (name.to_owned(), literal_value(value))).collect();
        environment.extend(self.variables.iter().map(|(name, value)| (name.clone(), literal_value(value))));
        environment.extend(self.user_variables.iter().map(|(name, value)| (name.clone(), expandable_value(value))));
        environment
    }

    fn check_names(&self) -> Result<(), DeployError> {
        let mut names: BTreeMap<_, &String> = BTreeMap::new();
        for (name, file) in &self.files {
            if let Some(other) = names.insert(&file.path, name) {
                let path = &file.path;
                return Err(DeployError::Refused(format!(
                    "{path} is wanted as {other} and as {name}: YARN shows a file under one name only; ship a copy of it"
                )));
            }
        }
        Ok(())
    }
}

/// Which log files YARN collects: all at the end, and meanwhile those that are set, or those that are full.
pub fn log_aggregation(rolled: &(Option<String>, Option<String>)) -> LogAggregationContext {
    let (include, exclude) = rolled;
    LogAggregationContext {
        include_pattern: Some(".*".to_owned()),
        exclude_pattern: Some(String::new()),
        rolled_logs_include_pattern: Some(include.clone().unwrap_or_else(|| ROLLED_LOGS.to_owned())),
        rolled_logs_exclude_pattern: Some(exclude.clone().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests;

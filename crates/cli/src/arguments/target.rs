//! Where jobs run.

use std::str::FromStr;

/// Where jobs run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// On a running cluster.
    Remote,
    /// In the program itself.
    Local,
    /// In a session on YARN.
    YarnSession,
    /// In an application on YARN of its own, main included.
    YarnApplication,
}

impl FromStr for Target {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "remote" => Ok(Target::Remote),
            "local" => Ok(Target::Local),
            "yarn-session" => Ok(Target::YarnSession),
            "yarn-application" => Ok(Target::YarnApplication),
            "yarn-per-job" => Err("use yarn-application: main runs in the cluster, too".to_owned()),
            _ => Err("the targets are remote, local, yarn-session and yarn-application".to_owned()),
        }
    }
}

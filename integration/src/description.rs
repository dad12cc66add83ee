//! What `up.sh --hold` says about the rig it started.

use crate::Daemon;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A rig's description; other fields of the JSON are for people.
#[derive(Debug, Deserialize)]
pub(crate) struct Description {
    pub(crate) directory: PathBuf,
    pub(crate) machine: Machine,
    pub(crate) users: Users,
    pub(crate) notes: Vec<String>,
    pub(crate) daemons: BTreeMap<String, Daemon>,
}

/// What the machine allowed.
#[derive(Debug, Deserialize)]
pub(crate) struct Machine {
    pub(crate) accounts: bool,
    pub(crate) host_names: bool,
}

/// Who is who in the rig. Without root all three are the user of the test.
#[derive(Debug, Deserialize)]
pub struct Users {
    /// Runs NameNodes and DataNodes, and is HDFS's superuser.
    pub hdfs: String,
    /// Runs ResourceManagers and NodeManagers, and so containers.
    pub yarn: String,
    /// Whom tests should be: an ordinary user with a home directory.
    pub client: String,
}

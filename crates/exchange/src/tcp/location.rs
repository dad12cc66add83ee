//! Where a worker process is.

use std::fmt;

/// Where the process of a worker is reached by the others of its job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerLocation {
    /// Its number, as in slot addresses.
    pub worker: u32,
    /// Which process has this number: rises with every process that takes it.
    pub generation: u64,
    /// What people call it, such as the id of its TaskManager.
    pub name: String,
    /// The host that it advertises.
    pub host: String,
    /// The port that it listens at.
    pub port: u16,
}

impl fmt::Display for WorkerLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}:{}", self.name, self.host, self.port)
    }
}

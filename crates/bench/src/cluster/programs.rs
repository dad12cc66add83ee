//! The programs that are started.

use anyhow::{Context, Result, ensure};
use std::env;
use std::path::PathBuf;

/// Where they are.
pub(crate) struct Programs {
    /// The command, and the processes of a cluster.
    pub(crate) weft: PathBuf,
    /// This program, which is a job's program as well.
    pub(crate) job: PathBuf,
    /// A job that waits, in a program with the system's allocator.
    pub(crate) idle: PathBuf,
}

impl Programs {
    /// Looks beside this program.
    pub(crate) fn find() -> Result<Self> {
        let job = env::current_exe().context("finding this program's own file")?;
        let weft = job.with_file_name("weft");
        ensure!(
            weft.is_file(),
            "there is no weft command beside this program, at {}: build both with `cargo build --release -p weft-cli -p weft-bench`",
            weft.display()
        );
        let idle = job.with_file_name("weft-bench-idle-job");
        Ok(Programs { weft, job, idle })
    }
}

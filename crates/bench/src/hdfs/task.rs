//! What one child process does, and what that took.

use super::{calls, transfer};
use crate::usage::{Usage, resident_bytes};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Instant;

/// What a child process is told. The program that uses `hdfs-native` reads the same JSON.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Task {
    pub(super) action: Action,
    /// The directory with Hadoop's site files.
    pub(super) conf: PathBuf,
    pub(super) user: String,
    /// Without file system: that of the configuration.
    pub(super) path: String,
    pub(super) replication: u32,
    /// The file's size; of small calls, their number.
    pub(super) bytes: u64,
    /// Size of what is written or read at once.
    pub(super) piece: usize,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Action {
    Write,
    Read,
    /// Small calls to the NameNode.
    Calls,
}

/// What it took, without the start of the process.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Taken {
    pub(super) wall_s: f64,
    pub(super) cpu_s: f64,
    /// The most memory that was resident, less what was before and the caller's own buffer.
    pub(super) memory_bytes: u64,
}

impl Task {
    /// The opposite of its JSON, the form in which a child process is told.
    pub(crate) fn parse(json: &str) -> Result<Self> {
        serde_json::from_str(json).context("reading the description of a task")
    }

    /// Does it in this process, which should have done nothing else before; gives what it took as JSON.
    pub(crate) fn measure(&self) -> Result<String> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let (resident, cpu, begun) = (resident_bytes()?, Usage::of_this_process()?.cpu, Instant::now());
        runtime.block_on(self.run())?;
        let (wall, usage) = (begun.elapsed(), Usage::of_this_process()?);
        let taken = Taken {
            wall_s: wall.as_secs_f64(),
            cpu_s: (usage.cpu - cpu).as_secs_f64(),
            memory_bytes: usage.peak_rss_bytes.saturating_sub(resident + self.piece as u64),
        };
        Ok(serde_json::to_string(&taken)?)
    }

    async fn run(&self) -> Result<()> {
        match self.action {
            Action::Write => transfer::write(self).await,
            Action::Read => transfer::read(self).await,
            Action::Calls => calls::make(self).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_is_told_its_task_as_json() {
        let task = Task {
            action: Action::Write,
            conf: "/conf".into(),
            user: "alice".to_owned(),
            path: "/user/alice/a".to_owned(),
            replication: 3,
            bytes: 10,
            piece: 2,
        };
        let json = serde_json::to_string(&task).unwrap();
        assert_eq!(Task::parse(&json).unwrap(), task);
        // What the program outside of this workspace reads.
        assert_eq!(
            json,
            r#"{"action":"write","conf":"/conf","user":"alice","path":"/user/alice/a","replication":3,"bytes":10,"piece":2}"#
        );
        assert!(Task::parse("{}").unwrap_err().to_string().contains("description of a task"));
    }
}

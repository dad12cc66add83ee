//! Child processes: they are given so much time, and say what they took.

use super::task::{Taken, Task};
use crate::cluster::cpu_of_ended_children;
use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process_group};
use std::env;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// When all has to be over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    end: Instant,
    all: Duration,
}

impl Limit {
    pub(super) fn from_now(all: Duration) -> Self {
        Limit { end: Instant::now() + all, all }
    }

    /// Runs a command to its end, or ends it with whatever it has started.
    fn output(self, mut command: Command) -> Result<Output> {
        let child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting {}", command.get_program().display()))?;
        let group = Pid::from_child(&child);
        let (ended, end) = mpsc::channel::<()>();
        let left = self.end.saturating_duration_since(Instant::now());
        let watch = thread::spawn(move || {
            let late = end.recv_timeout(left) == Err(RecvTimeoutError::Timeout);
            // It may have ended this moment.
            late && kill_process_group(group, Signal::KILL).is_ok()
        });
        let output = child.wait_with_output();
        drop(ended);
        let late = watch.join().unwrap_or(false);
        ensure!(!late, "it took longer than all of {} s: raise --limit", self.all.as_secs());
        output.context("waiting for a child process")
    }
}

/// The program that uses `hdfs-native`: the one that is named, or the one beside this, if it was built.
pub(super) fn hdfs_native(named: Option<&Path>) -> Result<Option<PathBuf>> {
    if let Some(named) = named {
        ensure!(named.is_file(), "there is no {}: see weft-bench hdfs --help", named.display());
        return Ok(Some(named.to_owned()));
    }
    let beside =
        env::current_exe().context("finding this program's own file")?.with_file_name("weft-bench-hdfs-native");
    Ok(beside.is_file().then_some(beside))
}

/// Has this program do a task in a process of its own.
pub(super) fn by_weft(limit: Limit, task: &Task) -> Result<Taken> {
    let mut command = Command::new(env::current_exe().context("finding this program's own file")?);
    command.args(["hdfs-task", &serde_json::to_string(task)?]);
    told(limit, command)
}

/// Has the other program do it.
pub(super) fn by_native(limit: Limit, program: &Path, task: &Task) -> Result<Taken> {
    let mut command = Command::new(program);
    command.arg(serde_json::to_string(task)?);
    told(limit, command)
}

/// Runs a whole command; its start counts, because whoever uses it waits for that too.
pub(super) fn whole(limit: Limit, command: Command) -> Result<Taken> {
    let (cpu, begun) = (cpu_of_ended_children(std::process::id())?, Instant::now());
    succeeded(limit.output(command)?)?;
    let wall_s = begun.elapsed().as_secs_f64();
    Ok(Taken { wall_s, cpu_s: cpu_of_ended_children(std::process::id())? - cpu, memory_bytes: 0 })
}

fn told(limit: Limit, command: Command) -> Result<Taken> {
    let printed = succeeded(limit.output(command)?)?;
    let last = printed.lines().next_back().unwrap_or_default();
    serde_json::from_str(last).with_context(|| format!("reading a child's result from {last:?}"))
}

fn succeeded(output: Output) -> Result<String> {
    if !output.status.success() {
        bail!("a child process ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_takes_too_long_is_ended_with_its_children() {
        let limit = Limit::from_now(Duration::from_millis(200));
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 60 & wait"]);
        let begun = Instant::now();
        let error = limit.output(command).unwrap_err().to_string();
        assert!(error.contains("--limit"), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn a_command_says_what_it_took_or_why_it_failed() {
        let limit = Limit::from_now(Duration::from_secs(60));
        let shell = |text: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", text]);
            command
        };
        let taken = told(limit, shell(r#"echo '{"wall_s":1.5,"cpu_s":0.5,"memory_bytes":7}'"#)).unwrap();
        assert_eq!(taken, Taken { wall_s: 1.5, cpu_s: 0.5, memory_bytes: 7 });
        let error = told(limit, shell("echo no such file >&2; exit 3")).unwrap_err().to_string();
        assert!(error.contains("no such file") && error.contains('3'), "{error}");
        assert!(whole(limit, shell("true")).unwrap().wall_s > 0.0);
    }
}

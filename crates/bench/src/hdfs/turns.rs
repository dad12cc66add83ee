//! Who does what in turn.

use super::child::{self, Limit};
use super::task::{Action, Taken, Task};
use anyhow::{Context, Result, ensure};
use indicatif::ProgressBar;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use weft_integration::Rig;

/// Bytes that are written or read at once.
const PIECE: usize = 256 << 10;
/// Hadoop's own command of files.
const SHELL: &str = "org.apache.hadoop.fs.FsShell";

/// What all measurements are made with.
pub(super) struct Turns<'a> {
    pub(super) rig: &'a Rig,
    pub(super) bytes: u64,
    pub(super) native: Option<PathBuf>,
    pub(super) java: bool,
    pub(super) limit: Limit,
    pub(super) progress: ProgressBar,
}

/// What one turn came to: a file written and read by each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    pub(super) weft: Transfer,
    pub(super) native: Option<Transfer>,
    pub(super) java: Option<Transfer>,
}

/// A file written and read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transfer {
    pub(super) write: Taken,
    pub(super) read: Taken,
}

impl Turns<'_> {
    /// DataNodes are slow until their code is compiled.
    pub(super) fn warm_up(&self) -> Result<()> {
        self.say("warming up");
        self.by_weft(3, "warm-up").map(drop).context("warming up")
    }

    /// Each writes and reads a file, so often.
    pub(super) fn transfers(&self, replication: u32, runs: u32) -> Result<Vec<Turn>> {
        (0..runs).map(|run| self.turn(replication, run)).collect()
    }

    fn turn(&self, replication: u32, run: u32) -> Result<Turn> {
        let name = |who| format!("{who}-{replication}-{run}");
        self.say(format!("replication {replication}, run {run}: weft"));
        let weft = self.by_weft(replication, &name("weft"))?;
        self.say(format!("replication {replication}, run {run}: hdfs-native"));
        let native = self.native.as_deref().map(|program| self.by_native(program, replication, &name("native")));
        self.say(format!("replication {replication}, run {run}: hdfs dfs"));
        let java = self.java.then(|| self.by_java(replication, &name("java")));
        self.progress.inc(1);
        Ok(Turn { weft, native: native.transpose()?, java: java.transpose()? })
    }

    /// Rounds of small calls, each in a process of its own.
    pub(super) fn calls(&self, number: u64, runs: u32) -> Result<Vec<Taken>> {
        let task = Task { bytes: number, path: self.home(), piece: 0, ..self.task(Action::Calls, 1, "") };
        self.say("small calls");
        // The NameNode's compiler needs some first.
        child::by_weft(self.limit, &task)?;
        (0..runs)
            .map(|_| {
                self.progress.inc(1);
                child::by_weft(self.limit, &task)
            })
            .collect()
    }

    fn by_weft(&self, replication: u32, name: &str) -> Result<Transfer> {
        self.transfer(name, |action| child::by_weft(self.limit, &self.task(action, replication, name)))
    }

    fn by_native(&self, program: &Path, replication: u32, name: &str) -> Result<Transfer> {
        self.transfer(name, |action| child::by_native(self.limit, program, &self.task(action, replication, name)))
    }

    fn by_java(&self, replication: u32, name: &str) -> Result<Transfer> {
        let local = self.local_file()?;
        let copy = local.with_extension("copy");
        let (local, copy) = (local.display().to_string(), copy.display().to_string());
        let remote = format!("{}/{name}", self.home());
        let taken = self.transfer(name, |action| {
            let option = format!("dfs.replication={replication}");
            let arguments = match action {
                Action::Read => ["-D", &option, "-get", &remote, &copy],
                _ => ["-D", &option, "-put", &local, &remote],
            };
            child::whole(self.limit, self.rig.plain_hadoop(SHELL, &arguments))
        })?;
        fs::remove_file(&copy).with_context(|| format!("removing {copy}"))?;
        Ok(taken)
    }

    /// Writes a file, reads it and removes it.
    fn transfer(&self, name: &str, act: impl Fn(Action) -> Result<Taken>) -> Result<Transfer> {
        let write = act(Action::Write).with_context(|| format!("writing {name}"))?;
        let read = act(Action::Read).with_context(|| format!("reading {name}"))?;
        let path = format!("{}/{name}", self.home());
        let removed = self.rig.hadoop(SHELL, &["-rm", "-skipTrash", &path])?;
        ensure!(removed.status.success(), "removing {path}: {}", String::from_utf8_lossy(&removed.stderr).trim());
        Ok(Transfer { write, read })
    }

    fn task(&self, action: Action, replication: u32, name: &str) -> Task {
        Task {
            action,
            conf: self.rig.conf(),
            user: self.rig.users().client.clone(),
            path: format!("{}/{name}", self.home()),
            replication,
            bytes: self.bytes,
            piece: PIECE,
        }
    }

    fn home(&self) -> String {
        format!("/user/{}", self.rig.users().client)
    }

    /// What Hadoop's command copies: a file in the rig's directory, made when it is first needed.
    fn local_file(&self) -> Result<PathBuf> {
        let path = self.rig.directory().join("tmp").join("gigabyte");
        if !path.exists() {
            let mut file = File::create(&path).with_context(|| format!("making {}", path.display()))?;
            let piece = vec![0x5a; PIECE];
            let mut left = self.bytes;
            while left > 0 {
                let part = left.min(PIECE as u64);
                file.write_all(piece.get(..part as usize).unwrap_or_default())?;
                left -= part;
            }
        }
        Ok(path)
    }

    fn say(&self, what: impl Into<String>) {
        self.progress.set_message(what.into());
        self.progress.tick();
    }
}

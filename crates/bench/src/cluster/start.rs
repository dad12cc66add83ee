//! From `start-cluster.sh` to the first answer.

use super::figure::{Figure, Floor};
use super::process::until;
use super::rest::Rest;
use super::{Bench, SHORT};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Instant;
use tempfile::TempDir;

pub(super) fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let (mut answers, mut slots) = (Vec::new(), Vec::new());
    for run in 0..bench.runs * SHORT {
        bench.say(format!("start-cluster.sh, {run}"));
        let (answer, slot) = once(bench)?;
        answers.push(answer);
        slots.push(slot);
    }
    Ok(vec![
        Figure::median("start-cluster.sh to the first REST answer", answers, "s", Floor::AtMost(0.5))?,
        Figure::median("start-cluster.sh to the first free slot", slots, "s", Floor::None)?,
    ])
}

/// Seconds to the first answer, and to the first slot.
fn once(bench: &Bench) -> Result<(f64, f64)> {
    let installation = Installation::new(bench)?;
    let start = Instant::now();
    let mut script = installation.script("start-cluster.sh").spawn().context("starting start-cluster.sh")?;
    let found = installation.first_answers(start, &mut script);
    // The processes it has started are stopped in any case, but not before they are all there.
    let status = script.wait().context("waiting for start-cluster.sh")?;
    let found = found?;
    ensure!(status.success(), "start-cluster.sh ended with {status}");
    Ok(found)
}

/// Directories for the scripts, and what they start; stopped when dropped.
struct Installation {
    scripts: PathBuf,
    weft: PathBuf,
    rest: Rest,
    directory: TempDir,
}

impl Installation {
    fn new(bench: &Bench) -> Result<Self> {
        let scripts = fs::canonicalize(&bench.scripts);
        let scripts = scripts.with_context(|| {
            format!("there is no directory {}: name that of start-cluster.sh with --scripts", bench.scripts.display())
        })?;
        let directory = tempfile::tempdir().context("making a directory for a cluster")?;
        let path = |below: &str| directory.path().join(below);
        for made in ["conf", "tmp"] {
            fs::create_dir(path(made))?;
        }
        let [rest, rpc] = free_ports()?;
        let configuration = format!(
            "rest.port: {rest}\njobmanager.rpc.port: {rpc}\nio.tmp.dirs: {}\n\
             jobmanager.memory.process.size: 512m\ntaskmanager.memory.process.size: 1g\n",
            path("tmp").display()
        );
        fs::write(path("conf/config.yaml"), configuration)?;
        fs::write(path("conf/masters"), "localhost\n")?;
        fs::write(path("conf/workers"), "localhost\n")?;
        let rest = Rest::new(format!("localhost:{rest}"));
        Ok(Installation { scripts, weft: bench.programs.weft.clone(), rest, directory })
    }

    fn script(&self, name: &str) -> Command {
        let path = |below: &str| self.directory.path().join(below);
        let mut command = Command::new(self.scripts.join(name));
        command.env("WEFT_CONF_DIR", path("conf")).env("WEFT_LOG_DIR", path("log"));
        command.env("WEFT_RUN_DIR", path("run")).env("WEFT_BIN", &self.weft);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    fn first_answers(&self, start: Instant, script: &mut Child) -> Result<(f64, f64)> {
        let mut failed = || Ok::<_, anyhow::Error>(script.try_wait()?.filter(|status| !status.success()));
        let mut answer = None;
        until("a slot of the cluster that start-cluster.sh has started", || {
            if let Some(status) = failed()? {
                anyhow::bail!("start-cluster.sh ended with {status}");
            }
            // Nobody may be there yet.
            let Ok(overview) = self.rest.get("/overview") else { return Ok(None) };
            let now = start.elapsed().as_secs_f64();
            let first = *answer.get_or_insert(now);
            Ok((overview["slots-available"] == 1).then_some((first, now)))
        })
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        // What goes wrong is on standard error.
        let _ = self.script("stop-cluster.sh").status();
    }
}

/// Ports that were free a moment ago.
fn free_ports() -> Result<[u16; 2]> {
    let listeners = [TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?];
    let [rest, rpc] = listeners.map(|listener| listener.local_addr().map(|address| address.port()));
    Ok([rest?, rpc?])
}

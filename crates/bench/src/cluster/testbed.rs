//! A cluster whose processes this program holds.

use super::process::{Process, until};
use super::programs::Programs;
use super::rest::Rest;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// A JobManager and its TaskManagers, with every key at its default but where they are, how much memory they take of this machine, and
/// what is asked for.
pub(super) struct Testbed {
    // In the order in which they end.
    task_managers: Vec<(String, Process)>,
    job_manager: Process,
    rest: Rest,
    rpc_port: String,
    slots: u32,
    keys: Vec<String>,
    started: usize,
    weft: std::path::PathBuf,
    directory: TempDir,
}

impl Testbed {
    /// Starts a cluster with so many TaskManagers of so many slots, and further keys as `key=value`.
    pub(super) fn start(programs: &Programs, task_managers: usize, slots: u32, keys: &[&str]) -> Result<Self> {
        let directory =
            tempfile::tempdir().context("making a directory for a cluster: set TMPDIR to one with space")?;
        for made in ["conf", "log", "run", "tmp"] {
            fs::create_dir(directory.path().join(made))?;
        }
        fs::write(directory.path().join("conf/config.yaml"), "# Everything is on the command line.\n")?;
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        let mut command = command(&programs.weft, directory.path(), "jobmanager", "jobmanager")?;
        command.args(["-D", "rest.bind-port=0", "-D", "jobmanager.rpc.bind-port=0"]);
        set(&mut command, &keys);
        let mut job_manager = Process::start(&mut command)?;
        let said = ready(directory.path(), &mut job_manager)?;
        let of = |key: &str| said.lines().find_map(|line| line.strip_prefix(key)).context("the JobManager's addresses");
        let rest = Rest::new(of("rest=http://")?);
        let rpc_port = of("rpc=")?.rsplit(':').next().unwrap_or_default().to_owned();
        let weft = programs.weft.clone();
        let mut testbed = Testbed {
            task_managers: Vec::new(),
            job_manager,
            rest,
            rpc_port,
            slots,
            keys,
            started: 0,
            weft,
            directory,
        };
        for _ in 0..task_managers {
            testbed.add_task_manager()?;
        }
        testbed.await_free_slots()?;
        Ok(testbed)
    }

    /// Starts one more, under a name of its own.
    pub(super) fn add_task_manager(&mut self) -> Result<()> {
        let name = format!("taskmanager-{}", self.started);
        self.started += 1;
        let mut command = command(&self.weft, self.directory.path(), "taskmanager", &name)?;
        let of_this_one = [
            format!("jobmanager.rpc.port={}", self.rpc_port),
            format!("taskmanager.numberOfTaskSlots={}", self.slots),
            format!("taskmanager.resource-id={name}"),
        ];
        set(&mut command, &of_this_one);
        set(&mut command, &self.keys);
        self.task_managers.push((name, Process::start(&mut command)?));
        Ok(())
    }

    /// Waits until all slots are there, and free.
    pub(super) fn await_free_slots(&self) -> Result<()> {
        let slots = self.task_managers.len() as u64 * u64::from(self.slots);
        until("all slots of a cluster are there and free", || {
            let overview = self.rest.get("/overview")?;
            Ok((overview["slots-total"] == slots && overview["slots-available"] == slots).then_some(()))
        })
    }

    /// Takes a TaskManager out of the list.
    pub(super) fn take_task_manager(&mut self, name: &str) -> Result<Process> {
        let place = self.task_managers.iter().position(|(other, _)| other == name);
        let place = place.with_context(|| format!("there is no TaskManager {name}"))?;
        Ok(self.task_managers.swap_remove(place).1)
    }

    pub(super) fn rest(&self) -> &Rest {
        &self.rest
    }

    pub(super) fn job_manager(&self) -> u32 {
        self.job_manager.id()
    }

    pub(super) fn task_managers(&self) -> impl Iterator<Item = u32> {
        self.task_managers.iter().map(|(_, process)| process.id())
    }

    /// `weft run -d` of a program; the id of its job.
    pub(super) fn run_detached(&self, programs: &Programs, program: &Path) -> Result<String> {
        let mut command = Command::new(&programs.weft);
        command.args(["run", "-d", "-m", self.rest.address()]).arg(program);
        let output = command.env("WEFT_CONF_DIR", self.directory.path().join("conf")).output();
        let output = output.context("starting weft run")?;
        let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let job = text.lines().find_map(|line| line.strip_prefix("Job has been submitted with JobID "));
        job.map(str::to_owned).with_context(|| format!("weft run -d submitted nothing: {text}{errors}"))
    }

    /// `weft run` of a job of this program; what it wrote on standard output.
    pub(super) fn run(&self, programs: &Programs, job: &[&str]) -> Result<String> {
        let mut command = Command::new(&programs.weft);
        command.args(["run", "-m", self.rest.address()]).arg(&programs.job).arg("job").args(job);
        let output = command.env("WEFT_CONF_DIR", self.directory.path().join("conf")).output();
        let output = output.context("starting weft run")?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "weft run {job:?} ended with {}: {text}{errors}", output.status);
        Ok(text)
    }
}

fn command(weft: &Path, directory: &Path, role: &str, name: &str) -> Result<Command> {
    let mut command = Command::new(weft);
    command.arg(role).arg("--conf-dir").arg(directory.join("conf"));
    command.arg("--run-file").arg(directory.join("run").join(name)).args(["--log-name", &format!("weft-{name}")]);
    let output = fs::File::create(directory.join("log").join(format!("{name}.out")))?;
    command.stdout(output.try_clone()?).stderr(output);
    let (log, tmp) = (directory.join("log"), directory.join("tmp"));
    let keys = [
        format!("env.log.dir={}", log.display()),
        format!("io.tmp.dirs={}", tmp.display()),
        "jobmanager.rpc.address=127.0.0.1".to_owned(),
        "jobmanager.memory.process.size=512m".to_owned(),
        "taskmanager.memory.process.size=1g".to_owned(),
    ];
    set(&mut command, &keys);
    Ok(command)
}

fn set(command: &mut Command, keys: &[String]) {
    for key in keys {
        command.args(["-D", key]);
    }
}

/// What the JobManager says of itself, once it can be reached.
fn ready(directory: &Path, job_manager: &mut Process) -> Result<String> {
    until("the JobManager says where it is", || {
        if job_manager.has_ended()? {
            let said = fs::read_to_string(directory.join("log/jobmanager.out")).unwrap_or_default();
            anyhow::bail!("the JobManager did not start: {said}");
        }
        let said = fs::read_to_string(directory.join("run/jobmanager")).unwrap_or_default();
        Ok(said.contains("ready=yes\n").then_some(said))
    })
}

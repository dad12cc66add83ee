//! A cluster for one test.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::processes::{Process, until};

/// What a cluster is to be like.
pub(crate) struct Setup {
    pub(crate) task_managers: usize,
    pub(crate) slots: u32,
    /// Whose processes they are, where that is not the test's own user: only root may choose.
    pub(crate) user: Option<u32>,
    /// Keys for all processes.
    pub(crate) configuration: Vec<(&'static str, String)>,
    /// The job of the tests' program that the cluster is for, if it is for one.
    pub(crate) application: Vec<String>,
}

impl Setup {
    pub(crate) fn new(task_managers: usize, slots: u32) -> Self {
        Setup { task_managers, slots, user: None, configuration: Vec::new(), application: Vec::new() }
    }

    pub(crate) fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.configuration.push((key, value.into()));
        self
    }
}

/// A JobManager and its TaskManagers.
pub(crate) struct Cluster {
    /// What the next process is started with.
    pub(crate) setup: Setup,
    directory: TempDir,
    ports: (u16, u16),
    pub(crate) job_manager: Process,
    pub(crate) task_managers: Vec<Process>,
    started: usize,
    /// How many TaskManagers were killed: they leave their directories for the next process to remove.
    pub(crate) killed: usize,
}

impl Cluster {
    pub(crate) fn start(setup: Setup) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        for made in ["conf", "log", "run", "tmp"] {
            fs::create_dir(directory.path().join(made)).expect("a directory");
        }
        fs::write(directory.path().join("conf/config.yaml"), "# Everything is on the command line.\n").expect("a file");
        if let Some(user) = setup.user {
            give_to(user, directory.path());
        }
        let mut job_manager = job_manager(&setup, directory.path(), 0, (0, 0));
        let ports = await_ports(directory.path(), &mut job_manager);
        let mut cluster =
            Cluster { setup, directory, ports, job_manager, task_managers: Vec::new(), started: 0, killed: 0 };
        for _ in 0..cluster.setup.task_managers {
            cluster.add_task_manager();
        }
        let slots = cluster.setup.task_managers as u64 * u64::from(cluster.setup.slots);
        cluster.await_slots(slots);
        cluster
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Starts one more TaskManager; its place in the list.
    pub(crate) fn add_task_manager(&mut self) -> usize {
        let number = self.started;
        self.started += 1;
        let mut command = weft(self.path(), &self.setup, "taskmanager", number);
        command.args(["-D", &format!("jobmanager.rpc.port={}", self.ports.1)]);
        self.task_managers.push(Process::start(&mut command));
        self.task_managers.len() - 1
    }

    /// Starts a JobManager at the addresses of the one before.
    pub(crate) fn restart_job_manager(&mut self) {
        let _ = fs::remove_file(self.path().join("run/jobmanager-0"));
        self.job_manager = job_manager(&self.setup, self.path(), 0, self.ports);
        await_ports(self.directory.path(), &mut self.job_manager);
    }

    /// Starts another JobManager for the same addresses: it has them when the one that is there has ended.
    pub(crate) fn standby(&self, number: usize) -> Process {
        job_manager(&self.setup, self.path(), number, self.ports)
    }

    pub(crate) fn await_slots(&self, slots: u64) {
        until(format!("{slots} slots of the cluster"), || {
            let overview = self.get("/overview");
            (overview["slots-total"] == slots && overview["slots-available"] == slots).then_some(())
        });
    }

    /// `host:port` of REST.
    pub(crate) fn rest(&self) -> String {
        format!("127.0.0.1:{}", self.ports.0)
    }

    pub(crate) fn rpc_port(&self) -> u16 {
        self.ports.1
    }

    /// The answer to a GET; null when there is none.
    pub(crate) fn get(&self, path: &str) -> Value {
        let token = self.token();
        match request(&self.rest(), path, token.as_deref()) {
            Some((200, body)) => serde_json::from_slice(&body).unwrap_or(Value::Null),
            _ => Value::Null,
        }
    }

    /// What REST wants to be shown, if it does.
    fn token(&self) -> Option<String> {
        let file = self.setup.configuration.iter().find(|(key, _)| *key == "rest.token-file")?;
        fs::read_to_string(&file.1).ok()
    }

    /// The only job that is not over, once there is one in this state.
    pub(crate) fn await_job(&self, state: &str) -> String {
        until(format!("a job that is {state}"), || {
            let jobs = self.get("/jobs/overview");
            let found = jobs["jobs"].as_array()?.iter().find(|job| job["state"] == state)?;
            Some(found["jid"].as_str()?.to_owned())
        })
    }

    /// Waits until all tasks of a job are running, or have found that there is nothing for them to do.
    pub(crate) fn await_running(&self, job: &str) {
        until(format!("the tasks of {job} are RUNNING"), || {
            let view = self.get(&format!("/jobs/{job}"));
            let tasks = view["vertices"].as_array()?.iter().map(|vertex| vertex["tasks"].clone());
            let (mut running, mut others) = (0, 0);
            for (state, count) in tasks.filter_map(|tasks| tasks.as_object().cloned()).flatten() {
                let count = count.as_u64()?;
                match state.as_str() {
                    "RUNNING" => running += count,
                    "FINISHED" => {}
                    _ => others += count,
                }
            }
            (view["state"] == "RUNNING" && running > 0 && others == 0).then_some(())
        });
    }

    pub(crate) fn state(&self, job: &str) -> String {
        self.get(&format!("/jobs/{job}"))["state"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn await_state(&self, job: &str, state: &str) {
        until(format!("{job} is {state}, and not {}", self.state(job)), || (self.state(job) == state).then_some(()));
    }

    /// `weft VERB` for this cluster.
    pub(crate) fn weft(&self, verb: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_weft"));
        command.arg(verb).args(["-m", &self.rest()]).env("WEFT_CONF_DIR", self.path().join("conf"));
        command
    }

    /// `weft run` of a job of the tests' program.
    pub(crate) fn run(&self, options: &[&str], job: &[&str]) -> Command {
        let mut command = self.weft("run");
        command.args(options).arg(program()).args(job);
        command
    }

    /// Everything the processes of this cluster have logged.
    pub(crate) fn logs(&self) -> String {
        let mut text = String::new();
        for file in crate::processes::files(&self.path().join("log")) {
            text.push_str(&format!("--- {}\n{}", file.display(), fs::read_to_string(&file).unwrap_or_default()));
        }
        text
    }

    /// Stops everything in order; nothing may be left.
    pub(crate) fn stop(mut self) {
        for task_manager in &mut self.task_managers {
            if task_manager.is_running() {
                task_manager.signal(rustix::process::Signal::TERM);
                assert_eq!(task_manager.wait(), Some(0), "{}", self.directory.path().display());
            }
        }
        self.job_manager.signal(rustix::process::Signal::TERM);
        assert_eq!(self.job_manager.wait(), Some(0));
        let left = fs::read_dir(self.path().join("tmp")).expect("a directory").flatten();
        let left: Vec<PathBuf> = left.map(|entry| entry.path()).collect();
        assert!(left.len() <= self.killed, "left behind: {left:?}");
        let run_files = crate::processes::files(&self.path().join("run"));
        assert!(run_files.len() <= self.killed, "left behind: {run_files:?}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.logs());
        }
    }
}

/// The tests' program.
pub(crate) fn program() -> PathBuf {
    beside("examples/cluster_program")
}

/// What cargo has built beside the command.
pub(crate) fn beside(name: &str) -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_weft")).parent().expect("a file is in a directory").join(name)
}

/// Makes a cluster's directories another user's, with a command in them: where this one was built, that user may not look.
fn give_to(user: u32, directory: &Path) {
    let built = Path::new(env!("CARGO_BIN_EXE_weft"));
    let own = directory.join("weft");
    if fs::hard_link(built, &own).is_err() {
        fs::copy(built, &own).expect("room for another command");
    }
    fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).expect("it is ours");
    for given in ["log", "run", "tmp"] {
        std::os::unix::fs::chown(directory.join(given), Some(user), Some(user)).expect("root may do that");
    }
}

fn weft(directory: &Path, setup: &Setup, role: &str, number: usize) -> Command {
    let mut command = match setup.user {
        None => Command::new(env!("CARGO_BIN_EXE_weft")),
        Some(user) => {
            let mut command = Command::new(directory.join("weft"));
            command.uid(user).gid(user).env_clear().current_dir("/");
            command
        }
    };
    let name = format!("{role}-{number}");
    let log_name = format!("weft-{name}");
    command.arg(role).arg("--conf-dir").arg(directory.join("conf"));
    command.arg("--run-file").arg(directory.join("run").join(&name)).args(["--log-name", &log_name]);
    let output = fs::File::create(directory.join("log").join(format!("{name}.out"))).expect("a file");
    command.stdout(output.try_clone().expect("a descriptor")).stderr(output);
    let mut set = |key: &str, value: &str| {
        command.args(["-D", &format!("{key}={value}")]);
    };
    set("env.log.dir", &directory.join("log").display().to_string());
    set("io.tmp.dirs", &directory.join("tmp").display().to_string());
    set("taskmanager.numberOfTaskSlots", &setup.slots.to_string());
    set("taskmanager.memory.process.size", "1g");
    set("jobmanager.memory.process.size", "512m");
    set("taskmanager.bind-host", "127.0.0.1");
    set("jobmanager.bind-host", "127.0.0.1");
    set("jobmanager.rpc.address", "127.0.0.1");
    set("rest.bind-address", "127.0.0.1");
    setup.configuration.iter().for_each(|(key, value)| set(key, value));
    command
}

fn job_manager(setup: &Setup, directory: &Path, number: usize, (rest, rpc): (u16, u16)) -> Process {
    let mut command = weft(directory, setup, "jobmanager", number);
    command.args(["-D", &format!("rest.bind-port={rest}"), "-D", &format!("jobmanager.rpc.bind-port={rpc}")]);
    if !setup.application.is_empty() {
        command.arg(program()).args(&setup.application);
    }
    Process::start(&mut command)
}

/// The ports of REST and for TaskManagers, once the JobManager says them.
fn await_ports(directory: &Path, job_manager: &mut Process) -> (u16, u16) {
    let said = until("the JobManager says where it is", || {
        let output = || fs::read_to_string(directory.join("log/jobmanager-0.out")).unwrap_or_default();
        assert!(job_manager.is_running(), "the JobManager did not start: {}", output());
        let said = fs::read_to_string(directory.join("run/jobmanager-0")).ok()?;
        said.contains("ready=yes\n").then_some(said)
    });
    let port = |key: &str| -> u16 {
        let line = said.lines().find_map(|line| line.strip_prefix(key)).expect("it says so");
        line.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port")
    };
    (port("rest="), port("rpc="))
}

/// Sends a file as programs are uploaded: the answer's status and body.
pub(crate) fn upload(address: &str, name: &str, content: &[u8]) -> Option<(u16, Vec<u8>)> {
    let form = format!("--b\r\nContent-Disposition: form-data; name=jarfile; filename={name}\r\n\r\n");
    let body = [form.as_bytes(), content, b"\r\n--b--"].concat();
    let mut stream = TcpStream::connect(address).ok()?;
    write!(
        stream,
        "POST /jars/upload HTTP/1.0\r\nHost: {address}\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=b\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    )
    .ok()?;
    stream.write_all(&body).ok()?;
    answer(stream)
}

/// Status and body of the answer to a GET.
pub(crate) fn request(address: &str, path: &str, token: Option<&str>) -> Option<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect(address).ok()?;
    let shown = token.map_or_else(String::new, |token| format!("Authorization: Bearer {token}\r\n"));
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n{shown}Connection: close\r\n\r\n").ok()?;
    answer(stream)
}

fn answer(mut stream: TcpStream) -> Option<(u16, Vec<u8>)> {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let body = answer.split_off(end + 4);
    let status = String::from_utf8(answer).ok()?.split(' ').nth(1)?.parse().ok()?;
    Some((status, body))
}

/// Runs a command to its end: its exit code, standard output and error.
pub(crate) fn outcome(command: &mut Command) -> (Option<i32>, String, String) {
    let output = command.stdin(Stdio::null()).output().expect("it can be started");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

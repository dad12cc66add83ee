//! The scripts with which an operator starts and stops a cluster, run in an installation as `scripts/dist.sh` packs one.
//!
//! Lines of `conf/workers` that name other machines are reached over `ssh`. Here a stand-in is first in `PATH`, which gives the command line to
//! `sh -c` in an environment such as a daemon of `ssh` makes. That proves which command line is sent, that it survives another shell, and
//! that it needs nothing of the sender's environment; it proves nothing about `ssh` itself.

use crate::cluster::{outcome, program, request};
use crate::processes::{PATIENCE, files, lives, signal_to, until};
use rustix::fd::OwnedFd;
use rustix::net::{AddressFamily, SocketAddrAny, SocketType, bind, getsockname, socket, sockopt};
use rustix::process::Signal;
use serde_json::Value;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A machine that is only named.
const ELSEWHERE: &str = "elsewhere.invalid";

/// `bin/`, `conf/` and `scripts/` in a directory of their own, whose name has a space in it.
struct Installation {
    directory: TempDir,
    /// The JobManager's port for TaskManagers, kept from others while nobody listens there.
    port: u16,
    _reserved: OwnedFd,
}

impl Installation {
    /// With lines for `conf/workers`, and more for `conf/config.yaml`.
    fn new(workers: &[&str], configuration: &str) -> Self {
        let (_reserved, port) = reserve_port();
        let directory = TempDir::with_prefix("weft installation ").expect("a directory");
        let installation = Installation { directory, port, _reserved };
        for made in ["bin", "conf", "scripts", "tmp", "away"] {
            fs::create_dir(installation.path(made)).expect("a directory");
        }
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_weft"), installation.path("bin/weft")).expect("a link");
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts");
        for name in ["common", "jobmanager", "taskmanager", "standalone-job", "start-cluster", "stop-cluster"] {
            let name = format!("{name}.sh");
            fs::copy(scripts.join(&name), installation.path("scripts").join(&name)).expect("a script");
        }
        let tmp = installation.path("tmp");
        let configuration = format!(
            "jobmanager.rpc.address: localhost\njobmanager.rpc.port: {port}\njobmanager.memory.process.size: 512m\n\
             taskmanager.memory.process.size: 400m\nio.tmp.dirs: \"{}\"\n{configuration}",
            tmp.display()
        );
        for (name, text) in [
            ("config.yaml", configuration),
            ("masters", "# Where the system likes.\nlocalhost:0\n".to_owned()),
            ("workers", workers.iter().map(|worker| format!("{worker}\n")).collect()),
        ] {
            fs::write(installation.path("conf").join(name), text).expect("a file");
        }
        installation.stand_in_for_ssh();
        installation
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Makes `away/ssh`, which writes down its arguments, one a line.
    fn stand_in_for_ssh(&self) {
        let path = self.path("away/ssh");
        let script = format!(
            "#!/bin/bash\nprintf '%s\\n' \"$@\" >>'{}'\ncd /\n\
             exec env -i HOME=/ USER=away LOGNAME=away SHELL=/bin/sh PATH=/usr/bin:/bin sh -c \"${{@: -1}}\"\n",
            self.path("away/arguments").display()
        );
        fs::write(&path, script).expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }

    /// A script, with nothing of this process's environment but where programs are.
    fn script(&self, name: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.path("scripts").join(name));
        let path = std::env::var("PATH").expect("programs are somewhere");
        command.args(arguments).current_dir("/").env_clear().env("HOME", self.directory.path());
        command.env("PATH", format!("{}:{path}", self.path("away").display()));
        command
    }

    /// What a script says that ends well.
    fn said(&self, name: &str, arguments: &[&str]) -> String {
        self.said_with(name, arguments, "")
    }

    fn said_with(&self, name: &str, arguments: &[&str], ssh_options: &str) -> String {
        let (code, stdout, stderr) = outcome(self.script(name, arguments).env("WEFT_SSH_OPTS", ssh_options));
        assert_eq!(code, Some(0), "{name}: {stdout}{stderr}{}", self.logs());
        assert_eq!(stderr, "");
        stdout
    }

    /// The processes that have written down that they run, and live.
    fn processes(&self) -> Vec<u32> {
        let pid = |path: &PathBuf| {
            let text = fs::read_to_string(path).unwrap_or_default();
            text.lines().find_map(|line| line.strip_prefix("pid=")?.parse().ok())
        };
        let is_ours = |id: &u32| {
            // Numbers are given again, and other clusters run beside this one.
            let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
            lives(*id) && String::from_utf8_lossy(&line).contains(&*self.path("run").to_string_lossy())
        };
        files(&self.path("run")).iter().filter_map(pid).filter(is_ours).collect()
    }

    fn logs(&self) -> String {
        let text = |path: PathBuf| format!("--- {}\n{}", path.display(), fs::read_to_string(&path).unwrap_or_default());
        files(&self.path("log")).into_iter().map(text).collect()
    }

    fn await_slots(&self, rest: &str, slots: u64) {
        until(format!("{slots} slots"), || {
            let (_, body) = request(rest, "/overview", None)?;
            let overview: Value = serde_json::from_slice(&body).ok()?;
            (overview["slots-available"] == slots && overview["slots-total"] == slots).then_some(())
        });
    }

    fn runs_a_job(&self, rest: &str) {
        let mut command = Command::new(self.path("bin/weft"));
        command.args(["run", "-m", rest]).arg(program()).arg("trivial").env("WEFT_CONF_DIR", self.path("conf"));
        let (code, stdout, stderr) = outcome(&mut command);
        assert!(code == Some(0) && stdout.contains("Job has been submitted with JobID "), "{stdout}{stderr}");
    }

    /// Nothing runs, and nothing is left but logs.
    fn left_nothing(&self, processes: &[u32]) {
        assert!(processes.iter().all(|id| !lives(*id)), "one of {processes:?} lives");
        for directory in ["run", "tmp"] {
            assert_eq!(files(&self.path(directory)), Vec::<PathBuf>::new());
        }
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        for process in self.processes() {
            signal_to(process, Signal::KILL);
        }
    }
}

/// A port that nobody is given who asks for any, and at which who asks for it may listen: a socket is bound to it, and does not listen.
fn reserve_port() -> (OwnedFd, u16) {
    let held = socket(AddressFamily::INET, SocketType::STREAM, None).expect("a socket");
    sockopt::set_socket_reuseaddr(&held, true).expect("an option");
    bind(&held, &SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a port");
    let address: SocketAddrAny = getsockname(&held).expect("it is bound");
    let address = SocketAddr::try_from(address).expect("of IPv4");
    (held, address.port())
}

/// `host:port` of `REST at http://host:port`.
fn rest_in(said: &str) -> String {
    let line = said.lines().find_map(|line| line.strip_prefix("REST at http://"));
    line.unwrap_or_else(|| panic!("no address in {said}")).to_owned()
}

#[test]
fn a_cluster_of_one_machine_is_started_used_and_stopped() {
    let installation = Installation::new(&["localhost", "localhost  # twice"], "");
    let said = installation.said("start-cluster.sh", &[]);
    assert_eq!(said.matches("Starting standalonesession daemon on host ").count(), 1, "{said}");
    assert_eq!(said.matches("Starting taskexecutor daemon on host ").count(), 2, "{said}");
    let rest = rest_in(&said);
    let processes = installation.processes();
    assert_eq!(processes.len(), 3, "{}", installation.logs());
    installation.await_slots(&rest, 2);
    installation.runs_a_job(&rest);
    assert!(!installation.path("away/arguments").exists(), "nobody is far away");

    let said = installation.said("stop-cluster.sh", &[]);
    assert_eq!(said.matches("Stopping taskexecutor daemon (pid: ").count(), 2, "{said}");
    assert_eq!(said.matches("Stopping standalonesession daemon (pid: ").count(), 1, "{said}");
    installation.left_nothing(&processes);
    let said = installation.said("stop-cluster.sh", &[]);
    assert!(said.contains("No taskexecutor daemon to stop") && said.contains("No standalonesession"), "{said}");
    let (code, _, stderr) = outcome(&mut installation.script("start-cluster.sh", &["now"]));
    assert!(code == Some(1) && stderr.starts_with("start-cluster.sh: no arguments are expected"), "{stderr}");
}

#[test]
fn lines_of_other_machines_are_sent_to_them() {
    let installation = Installation::new(&["localhost", ELSEWHERE], "");
    let sent = || {
        let path = installation.path("away/arguments");
        let text = fs::read_to_string(&path).unwrap_or_default();
        let _ = fs::remove_file(path);
        text
    };
    let said = installation.said_with("start-cluster.sh", &[], "-o BatchMode=yes");
    let arguments = sent();
    let lines: Vec<&str> = arguments.lines().collect();
    assert_eq!(lines[..4], ["-n", "-o", "BatchMode=yes", ELSEWHERE], "{arguments}");
    assert!(lines.len() == 5 && lines[4].ends_with("/scripts/taskmanager.sh start "), "{arguments}");
    let rest = rest_in(&said);
    installation.await_slots(&rest, 2);
    installation.runs_a_job(&rest);
    let processes = installation.processes();

    installation.said("stop-cluster.sh", &[]);
    let arguments = sent();
    assert!(arguments.contains(&format!("-n\n{ELSEWHERE}\n")) && arguments.contains(" stop-all "), "{arguments}");
    installation.left_nothing(&processes);
}

#[test]
fn single_processes_are_started_and_stopped() {
    let installation = Installation::new(&[], "");
    let rest = rest_in(&installation.said("jobmanager.sh", &["start", "-D", "rest.port=0"]));
    for slots in [1, 2] {
        installation.said("taskmanager.sh", &["start", "-D", "taskmanager.numberOfTaskSlots=1"]);
        installation.await_slots(&rest, slots);
    }
    let processes = installation.processes();
    // The one that was started last, and no other.
    let said = installation.said("taskmanager.sh", &["stop"]);
    assert_eq!(said.matches("Stopping").count(), 1, "{said}");
    installation.await_slots(&rest, 1);

    // One that is killed leaves its file, and is taken for nobody else.
    let left = installation.processes();
    let gone: Vec<u32> = processes.iter().copied().filter(|id| !left.contains(id)).collect();
    assert_eq!((gone.len(), left.len()), (1, 2));
    let task_manager = installation.path("run/taskmanager-0");
    let said = fs::read_to_string(&task_manager).expect("it runs");
    let killed: u32 = said.lines().find_map(|line| line.strip_prefix("pid=")?.parse().ok()).expect("a number");
    signal_to(killed, Signal::KILL);
    until("it is gone", || (!lives(killed)).then_some(()));
    let said = installation.said("taskmanager.sh", &["stop-all"]);
    assert!(said.starts_with("No taskexecutor daemon to stop") && !task_manager.exists(), "{said}");
    installation.said("jobmanager.sh", &["stop"]);
    // What is killed leaves its directory to whoever comes next.
    assert!(installation.processes().is_empty());

    for script in ["jobmanager.sh", "taskmanager.sh", "standalone-job.sh"] {
        for arguments in [&[][..], &["restart"]] {
            let (code, stdout, stderr) = outcome(&mut installation.script(script, arguments));
            assert!(
                code == Some(2) && stdout.is_empty() && stderr.starts_with(&format!("usage: {script} start|")),
                "{stderr}"
            );
        }
    }
}

#[test]
fn a_job_manager_that_does_not_start_says_why_and_one_that_waits_what_for() {
    let storage = tempfile::tempdir().expect("a directory");
    let keys = format!("high-availability: {{type: filesystem, storageDir: \"{}\"}}\n", storage.path().display());
    let installation = Installation::new(&[], &keys);
    let tiny = ["start", "-D", "jobmanager.memory.process.size=1m"];
    let (code, _, stderr) = outcome(&mut installation.script("jobmanager.sh", &tiny));
    let said = ["jobmanager.memory.process.size", "the standalonesession did not start; see "];
    assert!(code == Some(1) && said.iter().all(|part| stderr.contains(part)), "{stderr}");

    let port = installation.port.to_string();
    installation.said("jobmanager.sh", &["start", "-D", "rest.port=0"]);
    let said = installation.said("jobmanager.sh", &["start", "-D", "rest.port=0"]);
    assert!(said.contains("\nIn the background: another JobManager leads (process "), "{said}");
    // The other takes its place, at the same port for TaskManagers.
    installation.said("taskmanager.sh", &["start", "-D", "cluster.registration.error-delay=100ms"]);
    let run_file = |number: usize| fs::read_to_string(installation.path(&format!("run/jobmanager-{number}")));
    let leader = run_file(0).expect("it runs");
    let leader: u32 = leader.lines().find_map(|line| line.strip_prefix("pid=")?.parse().ok()).expect("a number");
    signal_to(leader, Signal::KILL);
    let leads = until("the other leads", || run_file(1).ok().filter(|said| said.contains("ready=yes\n")));
    assert!(leads.contains(&format!("rpc=localhost:{port}\n")), "{leads}");
    let rest = leads.lines().find_map(|line| line.strip_prefix("rest=http://")).expect("it says so");
    installation.await_slots(rest, 1);
    installation.runs_a_job(rest);
    installation.said("taskmanager.sh", &["stop"]);
    installation.said("jobmanager.sh", &["stop-all"]);
    assert!(installation.processes().is_empty());
}

#[test]
fn a_cluster_for_one_program_ends_with_it() {
    let installation = Installation::new(&[], "");
    let program = program();
    let program = program.to_str().expect("UTF-8");
    let said = installation.said("standalone-job.sh", &["start", "-D", "rest.port=0", program, "trivial"]);
    assert!(said.starts_with("Starting standalonejob daemon on host "), "{said}");
    installation.said("taskmanager.sh", &["start"]);
    let processes = installation.processes();
    until("both have ended", || processes.iter().all(|id| !lives(*id)).then_some(()));
    installation.left_nothing(&processes);
    let (code, _, stderr) = outcome(&mut installation.script("standalone-job.sh", &["start"]));
    assert!(code == Some(2) && stderr.starts_with("usage: "), "{stderr}");
    let (code, _, stderr) = outcome(&mut installation.script("standalone-job.sh", &["start", "/bin/true"]));
    assert!(code == Some(1) && stderr.contains("/bin/true is not a Weft program"), "{stderr}");
}

#[test]
fn one_in_the_foreground_ends_with_its_terminal() {
    let installation = Installation::new(&[], "");
    let run_file = installation.path("tmp/run");
    let mut command = installation.script("jobmanager.sh", &["start-foreground", "-D", "rest.port=0", "--run-file"]);
    command.arg(&run_file).arg("-D").arg(format!("env.log.dir={}", installation.path("log").display()));
    let mut process = crate::processes::Process::start(&mut command);
    let said = until("it is there", || fs::read_to_string(&run_file).ok().filter(|said| said.contains("ready=yes\n")));
    assert!(said.contains(&format!("pid={}\n", process.id())), "the script has become the process: {said}");
    process.signal(Signal::INT);
    assert_eq!(process.wait(), Some(0), "within {PATIENCE:?}");
    installation.left_nothing(&[process.id()]);
}

//! Running the `weft` command as the rig's client, and what it gave.

#![allow(dead_code, reason = "each test program uses a part")]

pub(crate) mod secrets;
pub(crate) mod stranger;
pub(crate) mod yarn;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, mpsc};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use weft_integration::Rig;

/// The command, where cargo puts it when it builds the tests of `weft-cli` or of the whole workspace.
pub(crate) static WEFT: LazyLock<PathBuf> = LazyLock::new(|| built("weft"));

/// No command waits longer than this, whatever is wrong. A call is given up after a minute.
const PATIENCE: Duration = Duration::from_secs(100);

/// What cargo has built, by its place below the directory of the profile.
pub(crate) fn built(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let file = test.ancestors().nth(2).unwrap().join(name);
    assert!(file.is_file(), "there is no {}: run cargo test -p weft-cli -p weft-integration", file.display());
    file
}

/// What a command gave.
#[derive(Debug)]
pub(crate) struct Gave {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Gave {
    /// It succeeded, and said this.
    #[track_caller]
    pub(crate) fn well(self) -> String {
        assert_eq!(self.code, Some(0), "{}{}", self.stdout, self.stderr);
        self.stdout
    }

    /// It failed with one sentence at its end, which has all these parts.
    #[track_caller]
    pub(crate) fn badly(self, parts: &[&str]) {
        assert!(self.code.is_some_and(|code| code != 0), "{}{}", self.stdout, self.stderr);
        let sentence = self.stderr.trim_end();
        let sentence = sentence.find("weft: ").map_or(sentence, |at| &sentence[at..]);
        for part in parts {
            assert!(sentence.contains(part), "{part} is not in: {sentence}");
        }
    }
}

/// Runs `weft` as the rig's client, with something to read, to its end.
pub(crate) fn weft(rig: &Rig, arguments: &[&str], typed: &str) -> Gave {
    ended(start(rig, arguments), arguments, typed)
}

/// The same in another environment.
pub(crate) fn weft_with(rig: &Rig, variables: &[(&str, &Path)], arguments: &[&str]) -> Gave {
    ended(start_with(rig, variables, arguments), arguments, "")
}

/// The same as the user who runs the test, who may do what the user may as whom containers run; for HDFS and YARN it is the rig's client.
pub(crate) fn weft_of_tester(rig: &Rig, arguments: &[&str]) -> Gave {
    let mut command = Command::new(&*WEFT);
    command.env_clear().env("HADOOP_CONF_DIR", rig.conf()).env("HADOOP_USER_NAME", &rig.users().client);
    command.env("HOME", own_directory(rig)).env("TMPDIR", own_directory(rig));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    ended(command.spawn().unwrap(), arguments, "")
}

fn ended(child: Child, arguments: &[&str], typed: &str) -> Gave {
    let typed = typed.to_owned();
    let (pid, (ended, end)) = (Pid::from_child(&child), mpsc::channel());
    let reader = std::thread::spawn(move || {
        let mut child = child;
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), typed.as_bytes()).unwrap();
        ended.send(child.wait_with_output().unwrap())
    });
    let output = end.recv_timeout(PATIENCE).unwrap_or_else(|_| {
        kill_process(pid, Signal::KILL).unwrap();
        panic!("weft {arguments:?} has not ended in {PATIENCE:?}");
    });
    reader.join().unwrap().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Gave { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Starts `weft` as the rig's client. Its own files of state are in the rig's directory.
pub(crate) fn start(rig: &Rig, arguments: &[&str]) -> Child {
    start_with(rig, &[], arguments)
}

fn start_with(rig: &Rig, variables: &[(&str, &Path)], arguments: &[&str]) -> Child {
    let mut command: Command = rig.as_client(&WEFT).unwrap();
    command.args(arguments).env("TMPDIR", own_directory(rig)).envs(variables.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn own_directory(rig: &Rig) -> PathBuf {
    rig.directory().join("tmp")
}

/// Waits for something to be so.
#[track_caller]
pub(crate) fn until<T>(what: &str, mut so: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = so() {
            return found;
        }
        assert!(Instant::now() < end, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The processes whose working directory has all of these parts, and whose command line has this one, by number.
pub(crate) fn processes(directory: &[&str], line: &str) -> Vec<i32> {
    all_processes()
        .filter(|pid| {
            let cwd = std::fs::read_link(format!("/proc/{pid}/cwd"));
            cwd.is_ok_and(|cwd| directory.iter().all(|part| cwd.to_string_lossy().contains(part)))
        })
        .filter(|pid| command_line(*pid).contains(line))
        .collect()
}

/// Those of an application's processes whose command line begins so: not the shells that wait for them.
pub(crate) fn programs(application: &str, begins: &str) -> Vec<i32> {
    let all = processes(&[application], begins);
    all.into_iter().filter(|pid| command_line(*pid).starts_with(begins)).collect()
}

/// The processes that have something in their command line, wherever they are.
pub(crate) fn processes_told(what: &str) -> Vec<i32> {
    all_processes().filter(|pid| command_line(*pid).contains(what)).collect()
}

fn all_processes() -> impl Iterator<Item = i32> {
    let entries = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

fn command_line(pid: i32) -> String {
    let found = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&found).replace('\0', " ")
}

/// The NodeManager whose container a process runs in: its directory is in the NodeManager's.
pub(crate) fn node_of(pid: i32) -> String {
    let directory = std::fs::read_link(format!("/proc/{pid}/cwd")).unwrap();
    let mut parts = directory.iter().map(|part| part.to_string_lossy().into_owned());
    parts.find(|part| part.starts_with("nm")).unwrap()
}

/// Whether a process has not ended. One that nobody has asked how it ended has.
pub(crate) fn lives(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
    state.is_some_and(|state| !matches!(state, 'Z' | 'X'))
}

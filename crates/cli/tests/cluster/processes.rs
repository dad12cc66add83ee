//! Processes, and waiting.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Longest wait of any test: the machine may be busy with others.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Asks until there is an answer. Panics with `what` when there is none in time.
pub(crate) fn until<T>(what: impl std::fmt::Display, ask: impl FnMut() -> Option<T>) -> T {
    within(PATIENCE, what, ask)
}

/// The same for what must not take longer than this.
pub(crate) fn within<T>(longest: Duration, what: impl std::fmt::Display, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + longest;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "{what} did not happen within {longest:?}");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

/// A process that is killed when the test is over.
pub(crate) struct Process {
    child: Child,
}

impl Process {
    pub(crate) fn start(command: &mut Command) -> Self {
        let child = command.stdin(Stdio::null()).spawn().expect("the program is beside the test");
        Process { child }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        signal_to(self.id(), signal);
    }

    /// Its exit code, once it has ended; `None` for one that was killed.
    pub(crate) fn wait(&mut self) -> Option<i32> {
        until("the process's end", || self.child.try_wait().expect("it is ours")).code()
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("it is ours").is_none()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn signal_to(id: u32, signal: Signal) {
    let pid = Pid::from_raw(id as i32).expect("a process's number is not 0");
    kill_process(pid, signal).expect("it lives");
}

/// Whether a process lives, and is no zombie.
pub(crate) fn lives(id: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    status.lines().any(|line| line.starts_with("State:") && !line.contains('Z'))
}

/// Group and session of a process.
pub(crate) fn group_and_session(id: u32) -> (u32, u32) {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).expect("it lives");
    // The name, in parentheses, may hold anything.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let field = |index: usize| fields.get(index).and_then(|field| field.parse().ok()).expect("a number");
    (field(2), field(3))
}

/// The processes whose parent is this one.
pub(crate) fn children_of(id: u32) -> Vec<u32> {
    let mut children = Vec::new();
    for entry in std::fs::read_dir("/proc").expect("a machine with /proc").flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        let status = std::fs::read_to_string(entry.path().join("status")).unwrap_or_default();
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"));
        if parent.and_then(|parent| parent.trim().parse().ok()) == Some(id) {
            children.push(pid);
        }
    }
    children
}

/// Bytes of resident memory.
pub(crate) fn resident(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or_default() << 10
}

/// The ports at which a process listens.
pub(crate) fn listening(id: u32) -> Vec<u16> {
    let open = std::fs::read_dir(format!("/proc/{id}/fd")).into_iter().flatten().flatten();
    let links = open.filter_map(|entry| std::fs::read_link(entry.path()).ok());
    let sockets: Vec<String> = links
        .filter_map(|link| Some(link.to_str()?.strip_prefix("socket:[")?.trim_end_matches(']').to_owned()))
        .collect();
    let table = std::fs::read_to_string(format!("/proc/{id}/net/tcp")).unwrap_or_default();
    let port = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let listens = *fields.get(3)? == "0A" && sockets.iter().any(|socket| Some(&socket.as_str()) == fields.get(9));
        u16::from_str_radix(fields[1].rsplit_once(':')?.1, 16).ok().filter(|_| listens)
    };
    table.lines().filter_map(port).collect()
}

/// All files below a directory.
pub(crate) fn files(directory: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

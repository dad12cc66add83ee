//! The rig: brought up, asked about, hurt, taken down.

use crate::description::Description;
use crate::{Daemon, RigError, Users, eventually, http};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// How long a process may take to end after SIGKILL, and a rig after its pipe is closed.
const END: Duration = Duration::from_secs(60);

/// Daemons that run for as long as this value does, or the process.
#[derive(Debug)]
pub struct Rig {
    description: Description,
    holder: Child,
}

impl Rig {
    /// Starts a rig; `options` are those of `hadoop/up.sh`. Waits until clients can use it.
    ///
    /// # Errors
    /// [`RigError::NotUp`] with what the scripts said, which includes last lines of the logs of daemons that died.
    pub fn up(options: &[&str]) -> Result<Rig, RigError> {
        let script = scripts().join("up.sh");
        let mut holder = Command::new(&script)
            .arg("--hold")
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(RigError::io("start", &script))?;
        // Read beside the output, since either pipe may fill.
        let complaints = holder.stderr.take().map(|stderr| std::thread::spawn(move || read_all(stderr)));
        let mut line = String::new();
        if let Some(stdout) = holder.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(RigError::io("read from", &script))?;
        }
        match serde_json::from_str(&line) {
            Ok(description) => Ok(Rig { description, holder }),
            Err(_) => {
                drop(holder.stdin.take());
                let said = complaints.and_then(|reader| reader.join().ok()).unwrap_or_default();
                holder.wait().map_err(RigError::io("wait for", &script))?;
                Err(RigError::NotUp { said: line + &said })
            }
        }
    }

    /// The configuration directory of daemons and clients: what `HADOOP_CONF_DIR` is for programs.
    #[must_use]
    pub fn conf(&self) -> PathBuf {
        self.directory().join("conf")
    }

    /// The rig's directory; its parts are described in `hadoop/rig/instance.py`.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.description.directory
    }

    /// Who is who.
    #[must_use]
    pub fn users(&self) -> &Users {
        &self.description.users
    }

    /// What this machine does not let the rig show, for tests that are about it.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.description.notes
    }

    /// Whether daemons are on different addresses under host names.
    #[must_use]
    pub fn has_host_names(&self) -> bool {
        self.description.machine.host_names
    }

    /// Names of the daemons, for example `nn1`, or of those whose name begins with `kind`.
    pub fn names<'rig>(&'rig self, kind: &'rig str) -> impl Iterator<Item = &'rig str> {
        self.description.daemons.keys().map(String::as_str).filter(move |name| name.starts_with(kind))
    }

    /// Where a daemon is.
    ///
    /// # Errors
    /// [`RigError::NoSuchDaemon`].
    pub fn daemon(&self, name: &str) -> Result<&Daemon, RigError> {
        self.description.daemons.get(name).ok_or_else(|| RigError::NoSuchDaemon {
            name: name.to_owned(),
            known: self.names("").collect::<Vec<_>>().join(" "),
        })
    }

    /// The address of one of a daemon's ports.
    ///
    /// # Errors
    /// [`RigError::NoSuchDaemon`], [`RigError::NoSuchPort`].
    pub fn address(&self, name: &str, port: &str) -> Result<SocketAddr, RigError> {
        self.daemon(name)?.socket(name, port)
    }

    /// Kills a daemon with SIGKILL and waits until it is gone.
    ///
    /// # Errors
    /// [`RigError::NotRunning`].
    pub fn kill(&self, name: &str) -> Result<(), RigError> {
        self.signal(name, Signal::KILL)?;
        eventually(&format!("the end of {name}"), END, || (!self.is_running(name)).then_some(()))
    }

    /// Stops a daemon as a machine does that hangs: connections stay, nothing answers.
    ///
    /// # Errors
    /// [`RigError::NotRunning`].
    pub fn freeze(&self, name: &str) -> Result<(), RigError> {
        self.signal(name, Signal::STOP)
    }

    /// Lets a frozen daemon go on.
    ///
    /// # Errors
    /// [`RigError::NotRunning`].
    pub fn thaw(&self, name: &str) -> Result<(), RigError> {
        self.signal(name, Signal::CONT)
    }

    /// Starts a daemon again that was killed, on its old ports and directories, and waits until it answers.
    ///
    /// # Errors
    /// [`RigError::Script`] with the end of its log.
    pub fn start(&self, name: &str) -> Result<(), RigError> {
        self.script("start.sh", &[name])
    }

    /// Whether a daemon's process is there, frozen or not.
    #[must_use]
    pub fn is_running(&self, name: &str) -> bool {
        self.process(name).is_some()
    }

    /// The beans of a daemon's `/jmx` that match, for example `Hadoop:service=NameNode,name=FSNamesystemState`.
    ///
    /// # Errors
    /// [`RigError::Http`]; those of [`Rig::address`].
    pub fn jmx(&self, name: &str, bean: &str) -> Result<Vec<serde_json::Value>, RigError> {
        let mut answer = self.web(name, &format!("/jmx?qry={bean}"))?;
        match answer.get_mut("beans").map(serde_json::Value::take) {
            Some(serde_json::Value::Array(beans)) => Ok(beans),
            _ => Ok(Vec::new()),
        }
    }

    /// The JSON at `path` on a daemon's web server, for example a ResourceManager's `/ws/v1/cluster/nodes`.
    ///
    /// # Errors
    /// [`RigError::Http`]; those of [`Rig::address`].
    pub fn web(&self, name: &str, path: &str) -> Result<serde_json::Value, RigError> {
        http::get_json(self.address(name, "http")?, path)
    }

    /// What a daemon has logged.
    ///
    /// # Errors
    /// [`RigError::Io`].
    pub fn log(&self, name: &str) -> Result<String, RigError> {
        let path = self.directory().join("log").join(format!("{name}.log"));
        let bytes = std::fs::read(&path).map_err(RigError::io("read", path))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// A command that runs `program` as the ordinary user who is the rig's client, with its configuration and without the
    /// environment of the test. As root the program is put where that user can reach it.
    ///
    /// # Errors
    /// [`RigError::Io`].
    pub fn as_client(&self, program: &Path) -> Result<Command, RigError> {
        let scratch = self.directory().join("tmp");
        let reachable = match self.client_ids()? {
            Some(_) => publish(program, &scratch)?,
            None => program.to_owned(),
        };
        let mut command = Command::new(reachable);
        if let Some((user, group)) = self.client_ids()? {
            command.uid(user).gid(group);
        }
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HADOOP_CONF_DIR", self.conf());
        command.env("HOME", &scratch).current_dir(scratch);
        Ok(command)
    }

    /// Runs one of Hadoop's own commands as the client and returns what it printed, for example
    /// `org.apache.hadoop.fs.FsShell`, `["-cat", "/a"]`.
    ///
    /// # Errors
    /// [`RigError::Io`]. How the command ended is in the output.
    pub fn hadoop(&self, class: &str, arguments: &[&str]) -> Result<Output, RigError> {
        let script = scripts().join("java.sh");
        let mut command = Command::new(&script);
        command.arg("--dir").arg(self.directory()).arg(class).args(arguments).stdin(Stdio::null());
        command.output().map_err(RigError::io("run", script))
    }

    /// The same command to be run by the caller, with Java's own settings instead of those that make it start quickly: what
    /// an installed client costs.
    #[must_use]
    pub fn plain_hadoop(&self, class: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(scripts().join("java.sh"));
        command.arg("--dir").arg(self.directory()).arg("--plain").arg(class).args(arguments);
        command
    }

    fn script(&self, name: &str, arguments: &[&str]) -> Result<(), RigError> {
        let script = scripts().join(name);
        let mut command = Command::new(&script);
        command.arg("--dir").arg(self.directory()).args(arguments).stdin(Stdio::null());
        let output = command.output().map_err(RigError::io("run", script))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(RigError::Script { script: name.to_owned(), arguments: arguments.join(" "), said })
    }

    fn signal(&self, name: &str, signal: Signal) -> Result<(), RigError> {
        self.daemon(name)?;
        let running = self.process(name).and_then(|pid| kill_process(pid, signal).ok());
        running.ok_or_else(|| RigError::NotRunning { name: name.to_owned() })
    }

    /// The process in a daemon's pid file, if it is the one that was started: ids are used again.
    fn process(&self, name: &str) -> Option<Pid> {
        let file = self.directory().join("run").join(format!("{name}.pid"));
        let text = std::fs::read_to_string(file).ok()?;
        let (pid, started) = text.trim().split_once(' ')?;
        (start_time(pid)? == started).then(|| pid.parse().ok().and_then(Pid::from_raw)).flatten()
    }

    /// User and group of the client, when they are not those of the test.
    fn client_ids(&self) -> Result<Option<(u32, u32)>, RigError> {
        if !self.description.machine.accounts {
            return Ok(None);
        }
        let path = Path::new("/etc/passwd");
        let accounts = std::fs::read_to_string(path).map_err(RigError::io("read", path))?;
        let client = accounts.lines().find_map(|line| {
            let mut fields = line.split(':');
            (fields.next()? == self.users().client).then_some(())?;
            Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
        });
        Ok(client)
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        drop(self.holder.stdin.take());
        // Its exit status would tell a test nothing: what is left over, tests find out by looking.
        let _ = self.holder.wait();
    }
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("hadoop")
}

fn read_all(mut stream: impl Read) -> String {
    let mut text = String::new();
    // What was read before an error is what there is to tell.
    let _ = stream.read_to_string(&mut text);
    text
}

/// When a process began, as the kernel counts; none when there is none or it is a zombie. A zombie with threads is not over: it
/// still holds ports and files.
fn start_time(pid: &str) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    let threads = fields.nth(16)?;
    let over = matches!(state, "Z" | "X") && matches!(threads, "0" | "1");
    (!over).then(|| fields.nth(1).map(str::to_owned)).flatten()
}

/// Links or copies a program into a directory that every user can enter.
fn publish(program: &Path, scratch: &Path) -> Result<PathBuf, RigError> {
    let target = scratch.join(program.file_name().unwrap_or(program.as_os_str()));
    if !target.exists() && std::fs::hard_link(program, &target).is_err() {
        std::fs::copy(program, &target).map_err(RigError::io("copy", program))?;
    }
    Ok(target)
}

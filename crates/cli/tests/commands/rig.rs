//! Running the command.

use super::programs::STARTED;
use super::server::Server;
use rustix::process::{Pid, Signal, kill_process};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// After this a test fails.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// What a run of the command gave.
pub(crate) struct Gave {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Gave {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Gave { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }

    /// Fails unless the code is this one, with what was said.
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }
}

/// The command, without a configuration.
pub(crate) fn weft(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_weft"));
    command.args(arguments).stdin(Stdio::null());
    for inherited in ["WEFT_CONF_DIR", "FLINK_CONF_DIR", "WEFT_CONTROL"] {
        command.env_remove(inherited);
    }
    command
}

pub(crate) fn give(command: &mut Command) -> Gave {
    end(start(command))
}

/// A command whose output is kept.
pub(crate) fn start(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// What it gave when it has ended; it is killed when that takes too long.
pub(crate) fn end(child: Child) -> Gave {
    let pid = Pid::from_child(&child);
    let (ended, end) = mpsc::channel();
    std::thread::spawn(move || ended.send(child.wait_with_output()));
    match end.recv_timeout(DEADLINE) {
        Ok(output) => Gave::of(&output.unwrap()),
        Err(_) => {
            kill_process(pid, Signal::KILL).unwrap();
            panic!("the command has not ended within {DEADLINE:?}")
        }
    }
}

/// `weft VERB OPTIONS` for a program of this file.
pub(crate) fn with_program(verb: &[&str], program: &str) -> Command {
    let mut command = weft(verb);
    let name = format!("programs::{program}");
    command.arg(std::env::current_exe().unwrap()).args(["--exact", &name, "--ignored", "--nocapture"]);
    command.args(["--test-threads=1"]).env(STARTED, "1");
    command
}

/// `weft run` on a server.
pub(crate) fn run(server: &Server, options: &[&str], program: &str) -> Command {
    let mut verb = vec!["run", "-m", &server.address];
    verb.extend(options);
    with_program(&verb, program)
}

//! How a program is to be started.

use super::{CoordinateSpec, DriveSpec, ToProgram, WorkSpec};
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::PathBuf;
use std::process::Stdio;

/// A program, and what its process gets from its parent: nothing but this.
#[derive(Debug)]
pub struct ProgramCommand {
    /// The file to execute.
    pub executable: PathBuf,
    /// What the program finds as its own name (`argv[0]`).
    pub name: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Its environment, besides [`CONTROL_VARIABLE`](super::CONTROL_VARIABLE). Nothing of the parent's is inherited.
    pub environment: BTreeMap<String, String>,
    /// Its working directory.
    pub directory: PathBuf,
    /// Its standard output; a pipe is read with [`ProgramProcess::take_stdout`](super::ProgramProcess::take_stdout).
    pub stdout: Stdio,
    /// Its standard error; a pipe is read with [`ProgramProcess::take_stderr`](super::ProgramProcess::take_stderr).
    pub stderr: Stdio,
}

impl ProgramCommand {
    /// A program without arguments and environment, that writes where its parent does.
    pub fn new(executable: impl Into<PathBuf>, name: impl Into<String>, directory: impl Into<PathBuf>) -> Self {
        ProgramCommand {
            executable: executable.into(),
            name: name.into(),
            arguments: Vec::new(),
            environment: BTreeMap::new(),
            directory: directory.into(),
            stdout: Stdio::inherit(),
            stderr: Stdio::inherit(),
        }
    }
}

/// What a program is to be, with the descriptors it needs for that. It gets duplicates; these remain the caller's.
#[derive(Debug)]
pub enum Start<'a> {
    /// Run `main` to its end.
    Drive {
        /// How.
        spec: DriveSpec,
        /// What the program finds on its standard input; `/dev/null` without.
        stdin: Option<BorrowedFd<'a>>,
    },
    /// Become a worker.
    Work {
        /// Of what.
        spec: Box<WorkSpec>,
        /// Where its data plane listens. Whoever keeps this open can give it to a replacement of the worker: connections made in between wait
        /// in its queue. It must not be read from meanwhile, and its `O_NONBLOCK` is the worker's affair.
        listener: &'a TcpListener,
    },
    /// Become the host of a job's coordinators.
    Coordinate(Box<CoordinateSpec>),
}

impl<'a> Start<'a> {
    /// The first message, and what goes with it.
    pub(super) fn into_message(self) -> (ToProgram, Vec<BorrowedFd<'a>>) {
        match self {
            Start::Drive { spec, stdin } => (ToProgram::Drive(spec), stdin.into_iter().collect()),
            Start::Work { spec, listener } => (ToProgram::Work(spec), vec![listener.as_fd()]),
            Start::Coordinate(spec) => (ToProgram::Coordinate(spec), Vec::new()),
        }
    }
}

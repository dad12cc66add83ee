//! The other end of a program's socket, in the hands of a test.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::runtime::Runtime;
use weft_rpc::program::{
    CoordinateSpec, DriveSpec, FRAME_LIMIT, FromProgram, Parent, ProgramCommand, ProgramExit, Start, ToProgram,
};
use weft_rpc::{BlobHash, BlobRef, JobSpec, ProgramSpec};

use crate::run::example;

/// Nothing here takes that long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that the test is the parent of.
pub(super) struct Started {
    runtime: Runtime,
    parent: Parent,
}

impl Started {
    /// `two_jobs` as a driver.
    pub(super) fn drive(arguments: &[String], directory: &Path, spec: DriveSpec) -> Self {
        Self::start(arguments, directory, Start::Drive { spec, stdin: None })
    }

    /// `two_jobs` as the host of coordinators, with the arguments of its job.
    pub(super) fn coordinate(job: JobSpec, directory: &Path) -> Self {
        let arguments = job.program.arguments.clone();
        let spec = CoordinateSpec { job, configuration: BTreeMap::new() };
        Self::start(&arguments, directory, Start::Coordinate(Box::new(spec)))
    }

    fn start(arguments: &[String], directory: &Path, start: Start<'_>) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let mut command = ProgramCommand::new(example("two_jobs").get_program(), "two_jobs", directory);
        command.arguments = arguments.to_vec();
        command.stdout = Stdio::null();
        let parent = within(&runtime, "the program's start", Parent::start(command, start, FRAME_LIMIT));
        Started { parent: parent.expect("`cargo test -p weft` builds the example"), runtime }
    }

    pub(super) fn send(&self, message: ToProgram) {
        let _in = self.runtime.enter();
        self.parent.sender.send(message).expect("the program listens");
    }

    /// The next thing the program says; `None` when it has closed the socket.
    pub(super) fn hear(&mut self) -> Option<FromProgram> {
        let heard = within(&self.runtime, "the program's next word", self.parent.receiver.receive());
        heard.expect("it speaks the protocol")
    }

    /// The program's end, when nothing more is to be said.
    pub(super) fn exit(self) -> ProgramExit {
        let Parent { sender, receiver, process } = self.parent;
        drop((sender, receiver));
        within(&self.runtime, "the program's end", process.exited())
    }
}

#[expect(clippy::panic, reason = "what fails here is a failed test")]
fn within<T>(runtime: &Runtime, what: &str, future: impl Future<Output = T>) -> T {
    let timed = runtime.block_on(async { tokio::time::timeout(PATIENCE, future).await });
    timed.unwrap_or_else(|_| panic!("{what} does not come"))
}

/// The program of a job of `two_jobs`; its file does not travel here.
pub(super) fn program(arguments: &[String]) -> ProgramSpec {
    ProgramSpec {
        name: "two_jobs".to_owned(),
        artifact: BlobRef { hash: BlobHash([0; 32]), length: 0 },
        arguments: arguments.to_vec(),
        environment: BTreeMap::new(),
    }
}

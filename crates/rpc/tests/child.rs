//! A program as a process of its own: this very file, started again to run one of the tests that are ignored.

#![expect(clippy::unwrap_used, reason = "what fails here is a failed test")]

use std::collections::BTreeMap;
use std::io::Read;
use std::net::TcpListener;
use std::os::fd::AsFd;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt;
use weft_common::{JobId, LeaderEpoch};
use weft_graph::{JobSettings, StreamGraph};
use weft_rpc::program::*;
use weft_rpc::{BlobHash, BlobRef, JobSpec, ProgramSpec, Replay, RpcError, WorkerAddress};

const DEADLINE: Duration = Duration::from_secs(30);

fn spec() -> JobSpec {
    let artifact = BlobRef { hash: BlobHash([0; 32]), length: 0 };
    JobSpec {
        job: JobId(7),
        program: ProgramSpec { name: "p".into(), artifact, arguments: vec![], environment: BTreeMap::new() },
        execution: 0,
        replay: Replay::default(),
        graph: StreamGraph::new(JobSettings::new("j")),
        configuration: BTreeMap::new(),
    }
}

fn command(entry: &str) -> ProgramCommand {
    let executable = std::env::current_exe().unwrap();
    let mut command = ProgramCommand::new(executable, "renamed", "/");
    command.arguments = ["--exact", entry, "--ignored", "--nocapture", "--test-threads=1"].map(str::to_owned).into();
    command.environment = BTreeMap::from([("NAMED".to_string(), "yes".to_string())]);
    command.stdout = Stdio::null();
    command
}

async fn start_worker(entry: &str) -> Parent {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = WorkerAddress { name: "tm".into(), generation: 0, host: "127.0.0.1".into(), port: 1 };
    let work = WorkSpec {
        job: spec(),
        epoch: LeaderEpoch::default(),
        worker: 0,
        configuration: BTreeMap::new(),
        network_memory_per_slot: 0,
        address,
        key: vec![],
    };
    let start = Start::Work { spec: Box::new(work), listener: &listener };
    let mut parent = Parent::start(command(entry), start, FRAME_LIMIT).await.unwrap();
    assert_eq!(hear(&mut parent).await, Some(FromProgram::Ready));
    parent
}

async fn hear(parent: &mut Parent) -> Option<FromProgram> {
    tokio::time::timeout(DEADLINE, parent.receiver.receive()).await.expect("in time").unwrap()
}

async fn end_of(process: &ProgramProcess) -> ProgramExit {
    tokio::time::timeout(DEADLINE, process.exited()).await.expect("in time")
}

fn facts() -> String {
    let mut variables: Vec<String> = std::env::vars().map(|(name, _)| name).collect();
    variables.sort();
    let directory = std::env::current_dir().unwrap();
    format!("{} {} {}", std::env::args().next().unwrap(), variables.join(","), directory.display())
}

// Entry points of children. Without a parent they have nothing to do.

#[test]
#[ignore = "runs in a child of another test"]
fn driver() {
    let Some(Control { started: Started::Drive(spec), mut reader, writer }) = Control::take(FRAME_LIMIT).unwrap()
    else {
        return;
    };
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input).unwrap();
    writer.send(FromProgram::Failed(format!("{} {input} {}", facts(), spec.detached))).unwrap();
    // What it starts is not the parent's child, though it inherits the variable.
    let inherited = std::process::Command::new("/bin/cat").stdin(Stdio::inherit()).output().unwrap();
    assert!(inherited.stdout.is_empty());
    assert!(matches!(reader.receive(), Ok(Some(ToProgram::Stop))));
    std::process::exit(3);
}

#[test]
#[ignore = "runs in a child of another test"]
fn stuck_worker() {
    let Some(control) = Control::take(FRAME_LIMIT).unwrap() else { return };
    control.writer.send(FromProgram::Ready).unwrap();
    let held = control.writer.clone();
    std::thread::park_timeout(DEADLINE * 4);
    drop(held);
    std::process::exit(9);
}

#[test]
#[ignore = "runs in a child of another test"]
fn worker() {
    let Some(mut control) = Control::take(FRAME_LIMIT).unwrap() else { return };
    let mut input = Vec::new();
    assert_eq!(std::io::stdin().read_to_end(&mut input).unwrap(), 0, "standard input is empty");
    control.writer.send(FromProgram::Ready).unwrap();
    while let Some(message) = control.reader.receive().unwrap() {
        match message {
            ToProgram::Stop => std::process::abort(),
            other => control.writer.send(FromProgram::Failed(format!("{other:?}"))).unwrap(),
        }
    }
    std::process::exit(0);
}

// Tests.

#[tokio::test]
async fn a_driver_gets_only_what_its_parent_names() {
    let (read, write) = std::io::pipe().unwrap();
    std::io::Write::write_all(&mut &write, b"from a pipe").unwrap();
    drop(write);
    let start =
        Start::Drive { spec: DriveSpec { configuration: BTreeMap::new(), detached: true }, stdin: Some(read.as_fd()) };
    let mut parent = Parent::start(command("driver"), start, FRAME_LIMIT).await.unwrap();
    drop(read);
    let said = hear(&mut parent).await;
    assert_eq!(said, Some(FromProgram::Failed("renamed NAMED,WEFT_CONTROL / from a pipe true".into())));
    parent.sender.send(ToProgram::Stop).unwrap();
    assert_eq!(end_of(&parent.process).await, ProgramExit::Code(3));
    assert_eq!(hear(&mut parent).await, None);
}

#[tokio::test]
async fn a_stuck_worker_ends_with_its_parent() {
    let Parent { sender, receiver, process } = start_worker("stuck_worker").await;
    let lost = Instant::now();
    drop((sender, receiver));
    assert_eq!(end_of(&process).await, ProgramExit::Signal { number: 9, core: false });
    assert!(lost.elapsed() < Duration::from_secs(1), "it took {:?}", lost.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_lives_on_when_the_thread_that_started_it_has_ended() {
    let runtime = tokio::runtime::Handle::current();
    // A signal for the parent's death (`PR_SET_PDEATHSIG`) would come with the death of this thread.
    let starting = std::thread::spawn(move || {
        let thread = std::fs::read_link("/proc/thread-self").unwrap();
        (runtime.block_on(start_worker("worker")), std::path::Path::new("/proc").join(thread))
    });
    let (mut parent, thread) = tokio::task::spawn_blocking(|| starting.join().unwrap()).await.unwrap();
    let gone = async {
        while thread.exists() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(DEADLINE, gone).await.expect("the thread has ended");
    for slot in 0..100 {
        parent.sender.send(ToProgram::FreeSlot(slot)).unwrap();
        assert_eq!(hear(&mut parent).await, Some(FromProgram::Failed(format!("FreeSlot({slot})"))));
    }
    assert_eq!(parent.process.exit(), None);
}

#[tokio::test]
async fn a_worker_ends_by_itself_when_its_parent_lets_go() {
    let Parent { sender, mut receiver, process } = start_worker("worker").await;
    sender.send(ToProgram::FreeSlot(8)).unwrap();
    assert_eq!(receiver.receive().await.unwrap(), Some(FromProgram::Failed("FreeSlot(8)".into())));
    drop((sender, receiver));
    assert_eq!(end_of(&process).await, ProgramExit::Code(0));
}

#[tokio::test]
async fn a_worker_that_is_killed_or_aborts_is_told_of_in_words() {
    let killed = start_worker("stuck_worker").await;
    assert_eq!(killed.process.exit(), None);
    killed.process.kill();
    assert_eq!(end_of(&killed.process).await.to_string(), "killed by signal 9 (SIGKILL)");

    let mut aborts = start_worker("worker").await;
    aborts.sender.send(ToProgram::Stop).unwrap();
    let exit = end_of(&aborts.process).await;
    assert!(matches!(exit, ProgramExit::Signal { number: 6, .. }), "{exit}");
    assert_eq!(hear(&mut aborts).await, None);
    assert!(aborts.sender.send(ToProgram::Stop).is_ok() || aborts.process.exit().is_some());
}

#[tokio::test]
async fn a_process_that_nobody_holds_is_killed() {
    let Parent { sender, mut receiver, process } = start_worker("stuck_worker").await;
    drop(process);
    let ended = tokio::time::timeout(Duration::from_secs(5), receiver.receive()).await.expect("in time");
    assert!(matches!(ended, Ok(None)), "{ended:?}");
    drop(sender);
}

#[tokio::test]
async fn a_program_that_is_none_fails_with_its_name_or_by_its_exit() {
    let missing = ProgramCommand::new("/nowhere/program", "program", "/");
    let error = Parent::start(missing, Start::Coordinate(Box::new(coordinate())), FRAME_LIMIT).await.unwrap_err();
    assert!(matches!(error, RpcError::Spawn { .. }) && error.to_string().contains("/nowhere/program"), "{error}");

    let mut command = ProgramCommand::new("/bin/echo", "echo", "/");
    command.arguments = vec!["captured".into()];
    command.stdout = Stdio::piped();
    let mut other = Parent::start(command, Start::Coordinate(Box::new(coordinate())), FRAME_LIMIT).await.unwrap();
    let mut said = String::new();
    other.process.take_stdout().unwrap().read_to_string(&mut said).await.unwrap();
    assert_eq!(said, "captured\n");
    assert!(end_of(&other.process).await.is_success());
    // Its end closed the socket, with our first message unread or read by nobody.
    let heard = tokio::time::timeout(DEADLINE, other.receiver.receive()).await.expect("in time");
    assert!(matches!(heard, Ok(None) | Err(RpcError::Io { .. })), "{heard:?}");
}

fn coordinate() -> CoordinateSpec {
    CoordinateSpec { job: spec(), configuration: BTreeMap::new() }
}

#[test]
fn this_process_is_nobodys_child() {
    assert!(Control::take(FRAME_LIMIT).unwrap().is_none());
}

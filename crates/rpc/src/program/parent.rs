//! Starting a program.

use super::frame::HEAD;
use super::{
    CONTROL_VARIABLE, ProgramCommand, ProgramProcess, ProgramReceiver, ProgramSender, Start, descriptors, frame,
};
use crate::RpcError;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};

/// How often, and after what time each, starting is tried again when the file is "busy": a file that was written a moment ago is so while
/// some other child, forked in that moment, has not yet got to execute its own program.
const BUSY_RETRIES: u32 = 50;
const BUSY_DELAY: Duration = Duration::from_millis(10);
/// Variables that every process of a cluster passes on, unless the program's own say otherwise: who it is to a Hadoop without Kerberos, because in a container
/// the operating system's user is another, and a program must not become that one; how many arenas glibc maps, which YARN counts for the whole container.
const OF_PROCESSES: [&str; 2] = ["HADOOP_USER_NAME", "MALLOC_ARENA_MAX"];

/// A running program, as the process that started it holds it.
#[derive(Debug)]
pub struct Parent {
    /// Tells it something.
    pub sender: ProgramSender,
    /// Hears what it says.
    pub receiver: ProgramReceiver,
    /// Kills it and hears of its end.
    pub process: ProgramProcess,
}

impl Parent {
    /// Starts a program and tells it what to be. `limit`: bytes of the longest message either way, such as
    /// [`FRAME_LIMIT`](super::FRAME_LIMIT). Must be called within a tokio runtime.
    ///
    /// The process stays in the caller's process group. Whether the program understood is known from what it says: a worker's
    /// [`Ready`](super::FromProgram::Ready), or [`Failed`](super::FromProgram::Failed).
    pub async fn start(command: ProgramCommand, start: Start<'_>, limit: u32) -> Result<Parent, RpcError> {
        let (ours, theirs) = UnixStream::pair().map_err(RpcError::io("making a socket for a program"))?;
        let (message, descriptors) = start.into_message();
        let mut first = frame::encode("the program", message, limit)?;
        let rest = first.split_off(HEAD);
        send_head(&ours, &first, &descriptors)?;
        let child = spawn(command, theirs).await?;

        let (read, write) = asynchronous(ours).map_err(RpcError::io("using the socket to a program"))?.into_split();
        let sender = ProgramSender::new(write, limit);
        sender.enqueue(rest)?;
        Ok(Parent { sender, receiver: ProgramReceiver::new(read, limit), process: ProgramProcess::supervise(child) })
    }
}

fn send_head(socket: &UnixStream, head: &[u8], descriptors: &[BorrowedFd<'_>]) -> Result<(), RpcError> {
    descriptors::send(socket, head, descriptors).map_err(RpcError::io("passing descriptors to a program"))
}

fn asynchronous(socket: UnixStream) -> io::Result<tokio::net::UnixStream> {
    socket.set_nonblocking(true)?;
    tokio::net::UnixStream::from_std(socket)
}

async fn spawn(command: ProgramCommand, socket: UnixStream) -> Result<Child, RpcError> {
    let inode = rustix::fs::fstat(&socket).map_err(RpcError::io("naming the socket of a program"))?.st_ino;
    let executable = command.executable.clone();
    let mut command = prepare(command, inode, socket.into());
    let mut tries = 0;
    loop {
        match command.spawn() {
            Ok(child) => return Ok(child),
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy && tries < BUSY_RETRIES => tries += 1,
            Err(source) => return Err(RpcError::Spawn { executable, source }),
        }
        tokio::time::sleep(BUSY_DELAY).await;
    }
}

fn prepare(program: ProgramCommand, inode: u64, socket: OwnedFd) -> Command {
    let mut command = Command::new(&program.executable);
    command
        .arg0(&program.name)
        .args(&program.arguments)
        .env_clear()
        .envs(OF_PROCESSES.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))))
        .envs(&program.environment)
        .env(CONTROL_VARIABLE, inode.to_string())
        .current_dir(&program.directory)
        .stdin(Stdio::from(socket))
        .stdout(program.stdout)
        .stderr(program.stderr)
        .kill_on_drop(true);
    command
}

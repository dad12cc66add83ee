//! The program's side.

use super::descriptors::Receiving;
use super::{
    CONTROL_VARIABLE, CoordinateSpec, DriveSpec, FromProgram, PROTOCOL_VERSION, ToProgram, WorkSpec, frame, watcher,
};
use crate::proto::program;
use crate::wire::Wire;
use crate::{RpcError, WireError};
use prost::Message;
use rustix::fs::{FileType, fstat};
use rustix::io::fcntl_dupfd_cloexec;
use rustix::stdio::{dup2_stdin, stdin};
use std::fs::File;
use std::io::Write;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};

const PEER: &str = "the parent";

/// The connection to the process that started this one.
#[derive(Debug)]
pub struct Control {
    /// What this process is to be.
    pub started: Started,
    /// Hears what the parent says.
    pub reader: ControlReader,
    /// Tells the parent something.
    pub writer: ControlWriter,
}

/// What a program is to be.
#[derive(Debug)]
pub enum Started {
    /// Run `main` to its end. Standard input is what the parent passed on.
    Drive(DriveSpec),
    /// A worker. Standard input is `/dev/null`.
    Work {
        /// Of what.
        spec: Box<WorkSpec>,
        /// Where its data plane listens.
        listener: TcpListener,
    },
    /// The host of a job's coordinators. Standard input is `/dev/null`.
    Coordinate(Box<CoordinateSpec>),
}

impl Control {
    /// Takes the connection to the parent away from standard input, and hears what this process is to be. `None`: this process has no such
    /// parent. Waits for the parent's first message; nothing else may be reading standard input. `limit`: bytes of the longest message either
    /// way, such as [`FRAME_LIMIT`](super::FRAME_LIMIT).
    ///
    /// From here on a worker or coordinator is killed within a second of the connection's end. A driver is not: it finds out when it asks for
    /// something. On an error the parent has been told.
    pub fn take(limit: u32) -> Result<Option<Control>, RpcError> {
        let Some(socket) = take_socket()? else { return Ok(None) };
        let (started, input) = told(&socket, receive_start(&socket, limit))?;
        if let Some(input) = input {
            dup2_stdin(input).map_err(RpcError::io("passing standard input on"))?;
        }
        if !matches!(started, Started::Drive(_)) {
            watcher::end_with_parent(&socket)?;
        }
        Control::new(started, socket, limit).map(Some)
    }

    pub(super) fn new(started: Started, socket: UnixStream, limit: u32) -> Result<Control, RpcError> {
        let write = socket.try_clone().map_err(RpcError::io("using the socket to the parent"))?;
        let writer = ControlWriter { socket: Arc::new(Mutex::new(write)), limit };
        Ok(Control { started, reader: ControlReader { socket, limit }, writer })
    }
}

/// Hears what the parent says; for a thread that may wait.
#[derive(Debug)]
pub struct ControlReader {
    socket: UnixStream,
    limit: u32,
}

impl ControlReader {
    /// Waits for the next message; `None` when the parent has closed the connection. After an error there is no next message.
    pub fn receive(&mut self) -> Result<Option<ToProgram>, RpcError> {
        let Some(head) = frame::read_head(PEER, &mut self.socket)? else { return Ok(None) };
        let length = frame::announced(PEER, head, self.limit)?;
        let body = frame::read_body(PEER, &mut self.socket, length)?;
        frame::decode(PEER, &body).map(Some)
    }
}

/// Tells the parent something, from any thread.
#[derive(Clone, Debug)]
pub struct ControlWriter {
    socket: Arc<Mutex<UnixStream>>,
    limit: u32,
}

impl ControlWriter {
    /// Sends a message: when this returns, the message is out of this process's hands, and arrives even if the process ends now. Waits while
    /// the parent takes nothing.
    pub fn send(&self, message: FromProgram) -> Result<(), RpcError> {
        let frame = frame::encode(PEER, message, self.limit)?;
        let mut socket = self.socket.lock().unwrap_or_else(PoisonError::into_inner);
        socket.write_all(&frame).map_err(RpcError::io("telling the parent something"))
    }
}

/// Takes the socket from standard input, where one is that a parent has put there for this process, and leaves `/dev/null` there.
fn take_socket() -> Result<Option<UnixStream>, RpcError> {
    let said = std::env::var(CONTROL_VARIABLE).ok().and_then(|inode| inode.parse::<u64>().ok());
    let Some(inode) = said else { return Ok(None) };
    let Ok(found) = fstat(stdin()) else { return Ok(None) };
    // Somebody's child's child inherits the variable, and something else on its standard input.
    if found.st_ino != inode || FileType::from_raw_mode(found.st_mode) != FileType::Socket {
        return Ok(None);
    }
    let failed = "taking the socket to the parent from standard input";
    let socket = fcntl_dupfd_cloexec(stdin(), 3).map_err(RpcError::io(failed))?;
    let nothing = File::open("/dev/null").map_err(RpcError::io(failed))?;
    dup2_stdin(nothing).map_err(RpcError::io(failed))?;
    Ok(Some(UnixStream::from(socket)))
}

/// The first message as what it starts, and what is to become standard input.
pub(super) fn receive_start(socket: &UnixStream, limit: u32) -> Result<(Started, Option<OwnedFd>), RpcError> {
    let mut receiving = Receiving::new(socket);
    let head = frame::read_head(PEER, &mut receiving)?.ok_or(RpcError::Closed { peer: PEER })?;
    let body = frame::read_body(PEER, &mut receiving, frame::announced(PEER, head, limit)?)?;
    started(read_start(&body)?, receiving.into_descriptors())
}

/// Reads the first message: its version before anything else, because the rest may mean something else in another.
fn read_start(body: &[u8]) -> Result<ToProgram, RpcError> {
    let wrong = |source: WireError| RpcError::Wire { peer: PEER, source };
    let message = program::ToProgram::decode(body).map_err(|error| wrong(error.into()))?;
    if message.version != PROTOCOL_VERSION {
        return Err(RpcError::ProgramVersion { ours: PROTOCOL_VERSION, theirs: message.version });
    }
    ToProgram::from_wire(message).map_err(wrong)
}

fn started(message: ToProgram, mut descriptors: Vec<OwnedFd>) -> Result<(Started, Option<OwnedFd>), RpcError> {
    let count = descriptors.len();
    match (message, descriptors.pop(), count) {
        (ToProgram::Drive(spec), input, 0 | 1) => Ok((Started::Drive(spec), input)),
        (ToProgram::Work(spec), Some(listener), 1) => {
            Ok((Started::Work { spec, listener: TcpListener::from(listener) }, None))
        }
        (ToProgram::Coordinate(spec), None, _) => Ok((Started::Coordinate(spec), None)),
        (other, _, descriptors) => Err(RpcError::NotAStart { found: other.name(), descriptors }),
    }
}

/// Tells the parent of an error, so that it knows more than that its child has ended.
pub(super) fn told<T>(mut socket: &UnixStream, result: Result<T, RpcError>) -> Result<T, RpcError> {
    if let Err(error) = &result {
        let sentence = FromProgram::Failed(error.to_string());
        // A parent that is gone, too, needs no telling.
        let _ = frame::encode(PEER, sentence, frame::FRAME_LIMIT).map(|frame| socket.write_all(&frame));
    }
    result
}

//! What a parent process and a program tell each other.
//!
//! A program is run by three kinds of parents: the client (*drive*: `main` runs to its end, and each `execute` is a question to the parent),
//! a TaskManager (*work*) and a JobManager (*coordinate*; and *drive* in application mode). Which one it is, the program learns from its
//! standard input alone: its parent puts a socket there, says so in one environment variable that names the socket, and sends a
//! [`ToProgram::Drive`], [`ToProgram::Work`] or [`ToProgram::Coordinate`] first. The program takes the socket away from its standard input
//! before `main` goes on. The socket is the lifeline as well: when it closes, a worker or coordinator ends.
//!
//! # The parent's side
//! ```no_run
//! # async fn example(spec: Box<weft_rpc::program::WorkSpec>, listener: &std::net::TcpListener) -> Result<(), weft_rpc::RpcError> {
//! use weft_rpc::program::{FRAME_LIMIT, Parent, ProgramCommand, Start, ToProgram};
//!
//! let command = ProgramCommand::new("/var/lib/weft/artifacts/8f3a", "word_count", "/var/lib/weft/jobs/51");
//! let Parent { sender, mut receiver, process } = Parent::start(command, Start::Work { spec, listener }, FRAME_LIMIT).await?;
//! sender.send(ToProgram::FreeSlot(0))?; // does not wait; may be called from any thread
//! while let Some(message) = receiver.receive().await? {
//!     println!("{message:?}");
//! }
//! println!("the worker ended: {}", process.exited().await); // "exit code 3", "killed by signal 9 (SIGKILL)", …
//! # Ok(()) }
//! ```
//! Dropping every handle of the process kills it.
//!
//! # The program's side
//! ```no_run
//! # fn example() -> Result<(), weft_rpc::RpcError> {
//! use weft_rpc::program::{Control, FRAME_LIMIT, FromProgram, Started};
//!
//! // First thing in `main`, before anything reads standard input.
//! let Some(Control { started, mut reader, writer }) = Control::take(FRAME_LIMIT)? else {
//!     return Ok(()); // nobody's child: an embedded cluster
//! };
//! if let Started::Work { spec, listener } = started {
//!     println!("to run {} behind {listener:?}", spec.job.job);
//!     writer.send(FromProgram::Ready)?; // blocks while the parent does not read; any thread
//! }
//! while let Some(message) = reader.receive()? {
//!     println!("{message:?}");
//! }
//! # Ok(()) }
//! ```
//!
//! # The bytes
//! Both directions carry frames:
//!
//! ```text
//! length: u32, little-endian   message: `length` bytes, protobuf (`proto/program.proto`)
//! ```
//!
//! A frame longer than the limit its reader was given is an error before anything is allocated for it; what is allocated grows with what
//! has arrived, not with what was announced. Descriptors come with the head of the first frame (`SCM_RIGHTS`) and with no other. The first
//! frame to a program carries [`PROTOCOL_VERSION`]; a program of another version answers [`FromProgram::Failed`] and gives up. Rust types
//! that have no message of their own in protobuf (stream graphs) travel as JSON.

mod child;
mod command;
mod descriptors;
mod exit;
mod frame;
#[cfg(feature = "image")]
pub mod image;
mod inherited;
mod messages;
pub mod note;
#[cfg(feature = "grpc")]
mod output;
mod parent;
mod process;
mod receiver;
mod sender;
#[cfg(test)]
mod tests;
mod watcher;

pub use child::{Control, ControlReader, ControlWriter, Started};
pub use command::{ProgramCommand, Start};
pub use exit::ProgramExit;
pub use frame::FRAME_LIMIT;
pub use inherited::{Inherited, LoggingChanges};
pub use messages::{
    CoordinateSpec, CoordinatorOrder, DriveSpec, FromProgram, Submission, TaskCounters, TaskReport, ToProgram, WorkSpec,
};
#[cfg(feature = "grpc")]
pub use output::capture;
pub use parent::Parent;
pub use process::ProgramProcess;
pub use receiver::ProgramReceiver;
pub use sender::ProgramSender;

/// The version of what parent and program say: the version of `proto/program.proto`. A program is started by parents of its own version.
pub const PROTOCOL_VERSION: u32 = 1;

/// The environment variable by which a parent says that standard input is the socket to it: the socket's inode number.
pub const CONTROL_VARIABLE: &str = "WEFT_CONTROL";

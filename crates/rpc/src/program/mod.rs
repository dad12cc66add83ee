//! What a parent process and a program tell each other.
//!
//! A program is run by three kinds of parents: the client (*drive*: `main` runs to its end, and each `execute` is a question to the parent),
//! a TaskManager (*work*) and a JobManager (*coordinate*; and *drive* in application mode). Which one it is, the program learns from its
//! standard input alone: its parent puts a socket there, says so in one environment variable that names the socket, and sends a
//! [`ToProgram::Drive`], [`ToProgram::Work`] or [`ToProgram::Coordinate`] first. The program takes the socket away from its standard input
//! before `main` goes on. The socket is the lifeline as well: when it closes, a worker or coordinator ends.

mod messages;

pub use messages::{
    CoordinateSpec, CoordinatorOrder, DriveSpec, FromProgram, Submission, TaskCounters, TaskReport, ToProgram, WorkSpec,
};

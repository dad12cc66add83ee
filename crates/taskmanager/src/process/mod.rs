//! A TaskManager as a process of its own: workers are child processes, the JobManager is at the other end of a connection.
//!
//! * [`TaskManagerProcess`] is the process from its start to its end; [`Window`] shows what it does meanwhile.
//! * `link` keeps the connection, `children` starts workers, `child` is one of them.
//! * `artifacts` keeps programs, `output` what workers write, `memory` sees what they use.
//!
//! A worker is the user's program, started by `weft_rpc::program`. It has nothing of this process but its arguments, the environment its client
//! named, a directory of its own and the listening socket of its job's data plane. The socket is bound here, once for each job, so that
//! the address stays the same when the worker is replaced; what changes then is the *generation*, by which other workers tell that they
//! do not talk to the one they knew.

mod artifacts;
mod child;
mod children;
mod link;
mod logs;
mod memory;
mod run;
mod window;

pub use artifacts::{Artifact, ArtifactCache};
pub use children::{BlobSource, ChildSettings, Children};
pub use link::{LastWarnings, SessionLink};
pub use memory::memory_of;
pub use run::{MemoryShares, ProcessSettings, StartError, TaskManagerProcess};
pub use window::{Sight, Window};

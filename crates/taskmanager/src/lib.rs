//! Slots and workers of one process.
//!
//! A [`TaskManager`] is the shell around the machine of the same name in `weft-control`: calls of the JobManager and what workers say become
//! events, the machine's commands become messages, mail for workers, and workers that start and end. It decides nothing.
//!
//! ```text
//!  JobManager ──TaskManagerGateway──► TaskManager ──Worker──► lanes
//!             ◄──JobMasterGateway───  (machine)   ◄─WorkerListener──
//!             ◄ResourceManagerGateway
//! ```
//!
//! * A [`Worker`] runs the tasks of one job. [`LocalWorker`] runs them on lanes, threads of this process; it is what an embedded cluster has,
//!   and what a program becomes that is told to be a worker.
//! * [`Workers`] makes them, [`JobManagerLink`] is the connection to the JobManager.

mod board;
mod code;
mod embedded;
mod link;
#[cfg(feature = "process")]
pub mod process;
mod settings;
mod task_manager;
mod timer;
mod worker;

pub use code::{JobCode, JobCodes};
pub use embedded::{Masters, WorkerEnvironment};
pub use link::JobManagerLink;
pub use settings::WorkerSettings;
pub use task_manager::{TaskManager, TaskManagerParts};
pub use worker::{
    DataPlane, LocalDataPlane, LocalWorker, LocalWorkerContext, StartedWorker, Worker, WorkerListener, WorkerStart,
    Workers,
};

//! The JobManager as a process of its own.
//!
//! ```text
//!  clients ──ClusterGateway──► Cluster ──► Dispatcher ──► JobManager's thread (machines)
//!                                │            │ keeps jobs and ends (HighAvailability), programs (BlobStore)
//!                                ▼            ▼
//!  TaskManagers ──sessions──► Members      History: jobs that are over
//! ```
//!
//! * `Members` are the TaskManagers: their sessions, and their heartbeats.
//! * The [`Dispatcher`] accepts jobs, writes down what it accepts, starts each with a process for its coordinators, and cleans up when one is
//!   over.
//! * [`History`] remembers jobs that are over, as long and as many as is configured.
//! * [`Cluster`] is all of it as clients see it, through REST.
//! * `Drives` run programs' `main` beside the JobManager, for clients and in application mode.
//! * [`JobManagerProcess`] puts them together, from the wait for leadership to the end.

mod cluster;
mod dispatcher;
mod drives;
mod history;
mod members;
mod run;
mod settings;

pub use cluster::Cluster;
pub use dispatcher::Dispatcher;
pub use history::History;
pub use run::JobManagerProcess;
pub use settings::{Afterwards, Application, ApplicationEnd, ProcessSettings, StartError};

pub(crate) use members::Members;

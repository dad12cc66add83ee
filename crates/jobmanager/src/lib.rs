//! The shell around the control machines: it turns messages into events and commands into messages, and decides nothing.
//!
//! One thread, the JobManager's, owns the ResourceManager and all JobMasters. It reads a queue of messages from clients,
//! TaskManagers and coordinators, feeds the machine they concern and carries out its commands; between messages it sleeps until the
//! machines' next deadline. Coordinators of a job (split enumerators, committers) are user code and have a thread of their own, so that
//! a slow file system or a panic there delays nobody else.

#[cfg(feature = "process")]
mod blobs;
mod coordinators;
mod deployment;
mod job;
mod job_manager;
mod message;
#[cfg(feature = "process")]
pub mod process;
mod questions;
#[cfg(feature = "process")]
mod staffing;
mod submission;
mod view;
mod watch;

#[cfg(feature = "process")]
pub use blobs::{BlobError, BlobStore};
#[cfg(feature = "process")]
pub use coordinators::CoordinatorProcess;
pub use coordinators::{
    CoordinatorCode, CoordinatorGateway, CoordinatorListener, CoordinatorStarter, CoordinatorThread,
};
pub use deployment::Deployer;
pub use job_manager::JobManager;
pub use message::JobManagerHandle;
#[cfg(feature = "process")]
pub use staffing::Staffing;
pub use submission::{JobDetails, Submission};
pub use watch::{AtTheEnd, JobEnd, JobWatch};

//! The messages and gateways between client, JobManager, TaskManager, worker and coordinator.
//!
//! A *gateway* is what one process holds of another: a trait whose calls hand over a message and return at once. What
//! comes back comes as a message of its own, so nobody ever waits for an answer with a lock or a slot thread held. In an
//! embedded cluster a gateway is a queue into a thread of the same process; between processes it is a connection.
//!
//! Every message carries a [`Fence`]: the epoch of the leader and the attempt of the job it was meant for. A receiver that
//! knows a newer one drops the message: a leader that lost its leadership and a task of an attempt that was given up can
//! say what they like.

mod blob;
mod deployment;
#[cfg(feature = "drive")]
pub mod drive;
mod error;
mod gateway;
mod job_spec;
pub mod listener;
#[cfg(feature = "grpc")]
mod log_directory;
mod outcome;
pub mod program;
mod proto;
mod registration;
#[cfg(feature = "grpc")]
pub mod session;
mod update;
pub mod view;
mod wire;

pub use blob::{BlobHash, BlobRef, NotABlobHash};
pub use deployment::{
    ChainedOperator, InputEdge, OutputEdge, Placement, TaskDeployment, WorkerAddress, blocking_lane, slot_of_lane,
};
pub use error::RpcError;
pub use gateway::{Fence, JobMasterGateway, JobSource, ResourceManagerGateway, TaskManagerGateway};
pub use job_spec::{JobSpec, ProgramSpec, Replay};
#[cfg(feature = "grpc")]
pub use log_directory::{LogDirectory, OutputLimits};
pub use outcome::JobOutcome;
pub use registration::{Hardware, TaskManagerRegistration};
pub use update::{OperatorEvent, TaskFailure, TaskState, TaskUpdate};
pub use wire::WireError;

//! YARN's three protocols as a client.
//!
//! * [`ResourceManager`]: applications are submitted, looked at and killed; nodes, queues and the cluster are looked at.
//! * [`Scheduler`]: an ApplicationMaster registers, asks for containers with every heartbeat, and finishes.
//! * [`NodeManager`], and [`NodeManagers`] for all that an attempt has tokens for: containers are started and stopped.
//!
//! Ids have texts ([`proto::ApplicationId`] and its like are `Display` and `FromStr`), and an [`ExitStatus`] explains
//! itself. What an ApplicationMaster does about what it hears is decided elsewhere.
//!
//! An application that is submitted as *unmanaged* gets no ApplicationMaster started: its report brings the token with
//! which any process may be one.

mod error;
mod exit_status;
mod ids;
mod launch;
mod node_manager;
mod node_managers;
pub mod proto;
mod resource_manager;
mod scheduler;
mod waiting;

pub use error::YarnError;
pub use exit_status::ExitStatus;
pub use ids::NotAnId;
pub use launch::NotAUrl;
pub use node_manager::{NM_TOKEN, NodeManager, Refusals};
pub use node_managers::NodeManagers;
pub use resource_manager::{RM_DELEGATION_TOKEN, ResourceManager};
pub use scheduler::{AM_RM_TOKEN, Scheduler};

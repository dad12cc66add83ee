//! Weft on YARN.
//!
//! * The client's side: [`YarnSettings`] out of the configuration; [`YarnCluster`], the ResourceManagers; [`Deployment`], which looks
//!   whether the cluster can run an application, stages it, submits it, and follows it until it runs; [`Preflight`] and [`Follow`] are what
//!   it decides by, without I/O.
//! * [`staging`]: what applications need, by its content, and its sweep.
//! * [`launch`]: what containers are started with.
//! * [`logs`]: what nodes have collected of containers' logs.
//! * [`ContainerEnd`]: how a container ended, in a sentence.
//!
//! * [`master`]: an attempt of an ApplicationMaster. What containers it asks for is decided by
//!   [`ContainerLedger`](weft_control::ContainerLedger).

mod client;
mod default_sizes;
mod end;
mod error;
pub mod launch;
pub mod logs;
pub mod master;
mod resources;
mod settings;
pub mod staging;

pub use client::{
    ClusterFacts, Deployed, Deployment, DeploymentRequest, Follow, Outcome, Preflight, SWEEP_GRACE, Seen, YarnCluster,
    lets_nobody_in, names, names_this_machine, resource, submission,
};
pub use default_sizes::set_default_sizes;
pub use end::{ContainerEnd, ContainerRole, MemoryUse, tail_of};
pub use error::DeployError;
pub use resources::{Granted, Sizes};
pub use settings::{ApplicationSettings, ContainerSize, FileSettings, YarnSettings};

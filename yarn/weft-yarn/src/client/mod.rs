//! The client's side: looking, submitting, following, cleaning up.

mod cluster;
mod deployment;
mod follow;
mod managed;
mod preflight;
mod submission;
mod sweeping;
#[cfg(test)]
mod tests;

pub use cluster::YarnCluster;
pub use deployment::{Deployed, Deployment, DeploymentRequest, names};
pub use follow::{Follow, Outcome, Seen};
pub use managed::names_this_machine;
pub use preflight::{ClusterFacts, Preflight, lets_nobody_in};
pub use submission::{resource, submission};
pub use sweeping::SWEEP_GRACE;

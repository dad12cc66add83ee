//! What the client decides, on reports as ResourceManagers make them.

mod following;
mod looking;
mod submitting;

use super::*;
use crate::{Sizes, YarnSettings};
use weft_common::Configuration;
use weft_common::memory::HostResources;
use weft_yarn_client::proto::{
    ApplicationId, ApplicationReport, ApplicationState, FinalStatus, NodeId, NodeReport, NodeState, QueueAcl,
    QueueInfo, QueueState, QueueStatistics, QueueUserAcls, Resource,
};

fn settings(set: &[&str]) -> YarnSettings {
    let mut configuration = Configuration::new();
    let memory = ["jobmanager.memory.process.size=1024m", "taskmanager.memory.process.size=2048m"];
    configuration.apply_dynamic(memory.iter().chain(set)).unwrap();
    YarnSettings::from_configuration(&configuration, &HostResources::default()).unwrap()
}

fn app() -> ApplicationId {
    ApplicationId { id: 7, cluster_timestamp: 1_700_000_000_000 }
}

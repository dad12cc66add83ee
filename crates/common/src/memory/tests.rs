//! Tables of configurations and what comes of them.

mod golden;
mod host;
mod rules;

use super::*;
use crate::{Configuration, MemorySize};

/// A configuration of these keys.
fn configuration(settings: &[&str]) -> Configuration {
    let mut configuration = Configuration::new();
    configuration.apply_dynamic(settings).expect("key=value");
    configuration
}

fn task_manager(settings: &[&str]) -> Result<TaskManagerMemory, MemoryError> {
    TaskManagerMemory::from_configuration(&configuration(settings), &HostResources::default())
}

fn job_manager(settings: &[&str]) -> Result<JobManagerMemory, MemoryError> {
    JobManagerMemory::from_configuration(&configuration(settings), &HostResources::default())
}

fn mb(n: u64) -> MemorySize {
    MemorySize::from_mib(n)
}

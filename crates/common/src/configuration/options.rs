//! Every option, a module for each section of the documentation.

mod cluster;
mod exchange;
mod execution;
mod failure;
mod file_system;
mod high_availability;
mod history_server;
mod job_manager;
mod logging;
mod memory;
mod metrics;
mod parallelism;
mod pipeline;
mod rest;
mod sink;
mod slot;
mod source;
mod task;
mod yarn;

pub use cluster::*;
pub use exchange::*;
pub use execution::*;
pub use failure::*;
pub use file_system::*;
pub use high_availability::*;
pub use history_server::*;
pub use job_manager::*;
pub use logging::*;
pub use memory::*;
pub use metrics::*;
pub use parallelism::*;
pub use pipeline::*;
pub use rest::*;
pub use sink::*;
pub use slot::*;
pub use source::*;
pub use task::*;
pub use yarn::*;

use super::Section;

/// All sections, in the order in which to read about them.
pub(super) const SECTIONS: &[Section] = &[
    parallelism::SECTION,
    execution::SECTION,
    pipeline::SECTION,
    slot::SECTION,
    cluster::SECTION,
    job_manager::SECTION,
    rest::SECTION,
    high_availability::SECTION,
    failure::SECTION,
    task::SECTION,
    memory::SECTION,
    exchange::SECTION,
    file_system::SECTION,
    source::SECTION,
    sink::SECTION,
    logging::SECTION,
    metrics::SECTION,
    yarn::SECTION,
    history_server::SECTION,
];

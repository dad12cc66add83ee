//! Processes in YARN's containers: an ApplicationMaster, which is a JobManager, and TaskManagers.

mod container;
mod groups;
mod last_words;
mod master;
mod proxies;
mod worker;

/// What a shell says of a process that SIGTERM has ended. A NodeManager that ends a container tells why only of one that did not end well by
/// itself: with 0, a container that it kills for its memory would count as done.
const BY_SIGTERM: u8 = 128 + 15;

pub(crate) use master::{YarnJobManagerArgs, yarn_jobmanager};
pub(crate) use worker::{YarnTaskManagerArgs, yarn_taskmanager};

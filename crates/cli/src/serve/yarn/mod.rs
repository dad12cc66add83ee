//! Processes in YARN's containers: an ApplicationMaster, which is a JobManager, and TaskManagers.

mod container;
mod last_words;
mod master;
mod proxies;
mod worker;

pub(crate) use master::{YarnJobManagerArgs, yarn_jobmanager};
pub(crate) use worker::{YarnTaskManagerArgs, yarn_taskmanager};

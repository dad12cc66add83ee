//! The connection to the JobManager.

use std::time::Duration;

use crate::TaskManager;
use weft_common::LeaderEpoch;
use weft_control::Exit;
use weft_rpc::{JobMasterGateway, ResourceManagerGateway};

/// What a TaskManager does with its JobManager, besides telling ResourceManager and JobMasters what they are to know. No call blocks, and what
/// comes of one comes as a call of the [`TaskManager`].
pub trait JobManagerLink: Send + Sync {
    /// Closes whatever connection there is and makes another: attempt `attempt`, which may take as long as `timeout`; `followed` is the newest
    /// leader that the TaskManager knows. Answered by
    /// [`TaskManager::registered`] or [`TaskManager::registration_failed`], and later [`TaskManager::disconnected`].
    fn connect(&self, task_manager: &TaskManager, attempt: u64, followed: LeaderEpoch, timeout: Duration);
    /// Closes the connection.
    fn disconnect(&self);
    /// Tells the JobManager that this process lives, and how.
    fn heartbeat(&self, task_manager: &TaskManager);
    /// Tells the JobManager that this process ends.
    fn leave(&self, cause: &str);
    /// The TaskManager is done: the process is to end.
    fn exit(&self, exit: Exit);
    /// The ResourceManager at the other end.
    fn resource_manager(&self) -> &dyn ResourceManagerGateway;
    /// The JobMasters at the other end.
    fn job_master(&self) -> &dyn JobMasterGateway;
}

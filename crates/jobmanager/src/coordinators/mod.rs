//! A job's coordinators (split enumerators, committers), which are user code and live apart from the JobManager's thread.
//!
//! The JobManager starts them through a [`CoordinatorStarter`], tells them its orders through the [`CoordinatorGateway`] it gets, and
//! hears of them through the [`CoordinatorListener`] it gave. Orders are carried out in the order in which they are given.

mod host;
#[cfg(feature = "process")]
mod process;

use weft_common::{JobId, OperatorId};
use weft_control::CoordinatorMessage;
use weft_graph::JobGraph;
use weft_rpc::OperatorEvent;
use weft_rpc::program::CoordinatorOrder;

pub use host::{CoordinatorCode, CoordinatorThread};
#[cfg(feature = "process")]
pub use process::CoordinatorProcess;

/// The way to a job's coordinators.
pub trait CoordinatorGateway: Send {
    /// Hands over an order and returns at once. [`End`](CoordinatorOrder::End) is the last one.
    fn order(&self, order: CoordinatorOrder);
}

/// Hears a job's coordinators.
pub trait CoordinatorListener: Send + Sync {
    /// One speaks to the JobMaster; `attempt` is the start or reset it belongs to.
    fn coordinator(&self, attempt: u32, message: CoordinatorMessage);
    /// One answers a subtask.
    fn reply(&self, event: OperatorEvent);
    /// A committer has something to say to the client.
    fn result(&self, operator: OperatorId, payload: Vec<u8>);
    /// They have cleaned up after the job.
    fn ended(&self);
}

/// Starts the coordinators of one job, wherever they are to live.
pub trait CoordinatorStarter: Send {
    /// Starts them; a sentence when that cannot be done.
    fn start(
        self: Box<Self>,
        job: JobId,
        graph: &JobGraph,
        listener: Box<dyn CoordinatorListener>,
    ) -> Result<Box<dyn CoordinatorGateway>, String>;
}

//! What a JobManager shows of its cluster: to REST, and through it to the command line and dashboards.
//!
//! Views are plain values, made when somebody asks. Times are milliseconds since the epoch.

mod gateway;
mod job;
mod task_manager;

pub use gateway::{Answer, ClusterGateway, LogFile, LogSource, OwnLog, ProgramRun, Refusal};
pub use job::{AttemptView, ExceptionView, FailureView, JobSummary, JobView, SubtaskView, VertexView};
pub use task_manager::{AllocatedSlot, ClusterOverview, ProcessMemory, RunningTask, TaskManagerView};
pub use weft_common::accumulator::Accumulator;

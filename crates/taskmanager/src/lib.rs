//! Slots and workers of one process.
//!
//! A [`TaskManager`] owns numbered slots. A slot that the ResourceManager grants to a job is offered to the job's JobMaster; tasks
//! that the JobMaster deploys into it run on a lane, a thread that exists as long as the slot belongs to the job. The shell decides
//! nothing: it turns calls into mail for lanes and what lanes report into messages.

mod code;
mod listener;
mod settings;
mod slots;
mod task_manager;

pub use code::{JobCode, JobCodes};
pub use settings::WorkerSettings;
pub use task_manager::{Masters, TaskManager, WorkerEnvironment};

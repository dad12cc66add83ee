//! Metrics: numbers under the names that dashboards know.

mod aggregate;
mod handlers;
mod job;
mod metric;
mod prometheus;
mod task;
mod task_manager;

pub(crate) use handlers::{
    of_all_jobs, of_all_task_managers, of_job, of_job_manager, of_subtask, of_subtasks, of_task_manager, of_vertex,
    watermarks,
};
pub use prometheus::{ClusterSnapshot, cluster_page, job_manager_page, task_manager_page};
pub(crate) use prometheus::{page, text};

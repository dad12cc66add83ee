//! All metrics as a page that Prometheus reads, under the names that dashboards of the field use.
//!
//! A name is where it belongs (`flink_taskmanager_job_task_`) and what it is, dots replaced; ids and names are labels. Everything is a
//! gauge: a task that runs again counts from zero, which a counter must not. Jobs that have ended are left out.
//!
//! The JobManager's REST has everything on one page. Where each process has a page of its own, each shows what is its own, so that whoever
//! reads them all reads nothing twice.

use super::metric::{Metric, MetricValue};
use super::{job, task, task_manager};
use crate::clock;
use crate::rest::Rest;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use weft_rpc::TaskManagerRegistration;
use weft_rpc::view::{
    AttemptView, ClusterGateway, ClusterOverview, JobView, ProcessMemory, RunningTask, SubtaskView, TaskManagerView,
    VertexView,
};

/// Where tasks' metrics belong.
const TASK_SCOPE: &str = "flink_taskmanager_job_task_";

/// A cluster at one moment.
#[derive(Clone, Debug, Default)]
pub struct ClusterSnapshot {
    /// In numbers.
    pub overview: ClusterOverview,
    /// The jobs to show.
    pub jobs: Vec<Arc<JobView>>,
    /// Its TaskManagers.
    pub task_managers: Vec<TaskManagerView>,
    /// When, in milliseconds since the epoch.
    pub now_ms: i64,
}

impl ClusterSnapshot {
    /// Of a cluster, now, with the jobs that are not over.
    pub async fn of(cluster: &dyn ClusterGateway) -> Self {
        let mut jobs = Vec::new();
        for summary in cluster.jobs().await.into_iter().filter(|job| job.ended_ms.is_none()) {
            jobs.extend(cluster.job(summary.id).await);
        }
        let (overview, task_managers) = (cluster.overview().await, cluster.task_managers().await);
        ClusterSnapshot { overview, jobs, task_managers, now_ms: clock::now_ms() }
    }
}

/// `GET /metrics`.
pub(crate) async fn page(State(rest): State<Rest>) -> Response {
    text(cluster_page(&ClusterSnapshot::of(rest.cluster()).await))
}

/// A page as an answer.
pub(crate) fn text(page: String) -> Response {
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], page).into_response()
}

/// The page of a whole cluster.
pub fn cluster_page(cluster: &ClusterSnapshot) -> String {
    let mut page = Page::default();
    add_job_manager(&mut page, cluster);
    for view in &cluster.task_managers {
        add_task_manager(&mut page, &view.registration, &view.memory);
    }
    for job in &cluster.jobs {
        let id = job.summary.id.to_string();
        for vertex in &job.vertices {
            for subtask in &vertex.subtasks {
                add_subtask(&mut page, &job_labels(&id, &job.summary.name), vertex, subtask);
            }
        }
    }
    page.text()
}

/// The page of a JobManager alone: the cluster in numbers, and the jobs.
pub fn job_manager_page(cluster: &ClusterSnapshot) -> String {
    let mut page = Page::default();
    add_job_manager(&mut page, cluster);
    page.text()
}

/// The page of a TaskManager alone: its memory, and the tasks that it runs. A job whose name it does not know yet is called by its id.
pub fn task_manager_page(
    registration: &TaskManagerRegistration,
    memory: &ProcessMemory,
    tasks: &[RunningTask],
) -> String {
    let mut page = Page::default();
    add_task_manager(&mut page, registration, memory);
    for task in tasks {
        let id = task.job.to_string();
        let job = job_labels(&id, task.job_name.as_deref().unwrap_or(&id));
        let (vertex, subtask) = (task.attempt.vertex.to_string(), task.attempt.subtask.to_string());
        let attempt = task.attempt.attempt.to_string();
        let own = task_labels(&vertex, &task.name, &subtask, &attempt, &registration.id.0);
        page.add(TASK_SCOPE, &[&job[..], &own].concat(), task::of_running(task));
    }
    page.text()
}

fn add_job_manager(page: &mut Page, cluster: &ClusterSnapshot) {
    page.add("flink_jobmanager_", &[], task_manager::job_manager(&cluster.overview));
    for job in &cluster.jobs {
        let id = job.summary.id.to_string();
        let labels = job_labels(&id, &job.summary.name);
        page.add("flink_jobmanager_job_", &labels, job::metrics(job, cluster.now_ms));
    }
}

fn add_task_manager(page: &mut Page, registration: &TaskManagerRegistration, memory: &ProcessMemory) {
    let labels = [("host", registration.host.as_str()), ("tm_id", registration.id.0.as_str())];
    page.add("flink_taskmanager_", &labels, task_manager::metrics(registration, memory));
}

/// A subtask that has no TaskManager yet has no metrics.
fn add_subtask(page: &mut Page, job: &[(&str, &str)], vertex: &VertexView, subtask: &SubtaskView) {
    let AttemptView { task_manager: Some(place), attempt, .. } = &subtask.current else { return };
    let (task, index, attempt) = (vertex.id.to_string(), subtask.subtask.to_string(), attempt.to_string());
    let own = task_labels(&task, &vertex.name, &index, &attempt, &place.0);
    page.add(TASK_SCOPE, &[job, &own].concat(), task::of_attempt(&subtask.current));
}

fn job_labels<'a>(id: &'a str, name: &'a str) -> [(&'static str, &'a str); 2] {
    [("job_id", id), ("job_name", name)]
}

fn task_labels<'a>(
    vertex: &'a str,
    name: &'a str,
    subtask: &'a str,
    attempt: &'a str,
    task_manager: &'a str,
) -> [(&'static str, &'a str); 5] {
    [
        ("task_id", vertex),
        ("task_name", name),
        ("subtask_index", subtask),
        ("task_attempt_num", attempt),
        ("tm_id", task_manager),
    ]
}

/// Samples by the name of their family; a family's samples must stand together.
#[derive(Default)]
struct Page(BTreeMap<String, String>);

impl Page {
    fn add(&mut self, scope: &str, labels: &[(&str, &str)], metrics: Vec<Metric>) {
        let labels = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value)));
        let labels = labels.collect::<Vec<_>>().join(",");
        for metric in metrics {
            let name = format!("{scope}{}", metric.name.replace('.', "_"));
            let sample = match labels.as_str() {
                "" => format!("{name} {}\n", sample(metric.value)),
                labels => format!("{name}{{{labels}}} {}\n", sample(metric.value)),
            };
            self.0.entry(name).or_default().push_str(&sample);
        }
    }

    fn text(self) -> String {
        let mut text = String::new();
        for (name, samples) in self.0 {
            // Writing to a string cannot fail.
            let _ = write!(text, "# TYPE {name} gauge\n{samples}");
        }
        text
    }
}

fn sample(value: MetricValue) -> String {
    match value {
        MetricValue::Flag(flag) => u8::from(flag).to_string(),
        number => number.to_string(),
    }
}

/// The three characters that would end a label, or its line.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

//! All metrics as a page that Prometheus reads, under the names that dashboards of the field use.
//!
//! A name is where it belongs (`flink_taskmanager_job_task_`) and what it is, dots replaced; ids and names are labels. Everything is a
//! gauge: a task that runs again counts from zero, which a counter must not. Jobs that have ended are left out.

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
use weft_rpc::view::{AttemptView, ClusterOverview, JobView, SubtaskView, TaskManagerView, VertexView};

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

/// `GET /metrics`.
pub(crate) async fn page(State(rest): State<Rest>) -> Response {
    let cluster = rest.cluster();
    let mut jobs = Vec::new();
    for summary in cluster.jobs().await.into_iter().filter(|job| job.ended_ms.is_none()) {
        jobs.extend(cluster.job(summary.id).await);
    }
    let (overview, task_managers) = (cluster.overview().await, cluster.task_managers().await);
    let text = prometheus(&ClusterSnapshot { overview, jobs, task_managers, now_ms: clock::now_ms() });
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

/// The page.
pub fn prometheus(cluster: &ClusterSnapshot) -> String {
    let mut page = Page::default();
    page.add("flink_jobmanager_", &[], task_manager::job_manager(&cluster.overview));
    for view in &cluster.task_managers {
        let labels = [("host", view.registration.host.as_str()), ("tm_id", view.registration.id.0.as_str())];
        page.add("flink_taskmanager_", &labels, task_manager::metrics(view));
    }
    for job in &cluster.jobs {
        add_job(&mut page, job, cluster.now_ms);
    }
    page.text()
}

fn add_job(page: &mut Page, job: &JobView, now_ms: i64) {
    let id = job.summary.id.to_string();
    let labels = [("job_id", id.as_str()), ("job_name", job.summary.name.as_str())];
    page.add("flink_jobmanager_job_", &labels, job::metrics(job, now_ms));
    for vertex in &job.vertices {
        for subtask in &vertex.subtasks {
            add_subtask(page, &labels, vertex, subtask);
        }
    }
}

/// A subtask that has no TaskManager yet has no metrics.
fn add_subtask(page: &mut Page, job: &[(&str, &str)], vertex: &VertexView, subtask: &SubtaskView) {
    let AttemptView { task_manager: Some(place), attempt, .. } = &subtask.current else { return };
    let (task, index, attempt) = (vertex.id.to_string(), subtask.subtask.to_string(), attempt.to_string());
    let own = [
        ("task_id", task.as_str()),
        ("task_name", vertex.name.as_str()),
        ("subtask_index", index.as_str()),
        ("task_attempt_num", attempt.as_str()),
        ("tm_id", place.0.as_str()),
    ];
    page.add("flink_taskmanager_job_task_", &[job, &own].concat(), task::metrics(&subtask.current));
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

//! The paths of metrics.

use super::metric::Metric;
use super::{aggregate, job, task, task_manager};
use crate::answer::{Json, Reply};
use crate::api_error::ApiError;
use crate::clock;
use crate::request::{Ids, Query, parse_id};
use crate::rest::Rest;
use axum::extract::State;
use serde_json::{Value, json};
use weft_common::JobId;
use weft_rpc::view::VertexView;

/// `GET /jobmanager/metrics`.
pub(crate) async fn of_job_manager(State(rest): State<Rest>, query: Query) -> Json {
    let overview = rest.cluster().overview().await;
    plain(task_manager::job_manager(&overview), &query)
}

/// `GET /taskmanagers/:taskmanagerid/metrics`.
pub(crate) async fn of_task_manager(State(rest): State<Rest>, ids: Ids, query: Query) -> Reply {
    let view = rest.task_manager(&ids.task_manager()).await?;
    Ok(plain(task_manager::metrics(&view.registration, &view.memory), &query))
}

/// `GET /taskmanagers/metrics`.
pub(crate) async fn of_all_task_managers(State(rest): State<Rest>, query: Query) -> Reply {
    let (views, only) = (rest.cluster().task_managers().await, query.list("taskmanagers"));
    let wanted = |id: &str| only.as_ref().is_none_or(|only| only.contains(&id));
    let wanted = views.iter().filter(|view| wanted(&view.registration.id.0));
    let groups: Vec<_> = wanted.map(|view| task_manager::metrics(&view.registration, &view.memory)).collect();
    aggregate::answer(&groups, &query).map(Json)
}

/// `GET /jobs/:jobid/metrics`.
pub(crate) async fn of_job(State(rest): State<Rest>, ids: Ids, query: Query) -> Reply {
    let job = rest.job(ids.job()?).await?;
    Ok(plain(job::metrics(&job, clock::now_ms()), &query))
}

/// `GET /jobs/metrics`.
pub(crate) async fn of_all_jobs(State(rest): State<Rest>, query: Query) -> Reply {
    let id = |text: &str| parse_id(text).map(JobId).ok_or_else(|| ApiError::parameter("query", "jobs", text));
    let only = query.list("jobs").map(|only| only.into_iter().map(id).collect::<Result<Vec<_>, _>>()).transpose()?;
    let jobs = rest.cluster().jobs().await.into_iter().map(|job| job.id);
    let mut groups = Vec::new();
    for id in jobs.filter(|id| only.as_ref().is_none_or(|only| only.contains(id))) {
        groups.extend(rest.cluster().job(id).await.map(|job| job::metrics(&job, clock::now_ms())));
    }
    aggregate::answer(&groups, &query).map(Json)
}

/// `GET /jobs/:jobid/vertices/:vertexid/metrics`.
pub(crate) async fn of_vertex(State(rest): State<Rest>, ids: Ids, query: Query) -> Reply {
    let job = rest.job(ids.job()?).await?;
    Ok(listed(by_subtask(ids.vertex(&job)?), &query))
}

/// `GET /jobs/:jobid/vertices/:vertexid/watermarks`.
pub(crate) async fn watermarks(State(rest): State<Rest>, ids: Ids) -> Reply {
    let job = rest.job(ids.job()?).await?;
    let all = by_subtask(ids.vertex(&job)?).into_iter();
    let watermarks = all.filter(|(name, _)| name.split_once('.').is_some_and(|(_, name)| name == task::WATERMARK));
    Ok(Json(watermarks.map(|(name, metric)| with_value(&name, &metric)).collect()))
}

/// `GET /jobs/:jobid/vertices/:vertexid/subtasks/metrics`.
pub(crate) async fn of_subtasks(State(rest): State<Rest>, ids: Ids, query: Query) -> Reply {
    let job = rest.job(ids.job()?).await?;
    let only = query.list("subtasks").map(|ranges| ranges.into_iter().map(range).collect::<Result<Vec<_>, _>>());
    let only = only.transpose()?;
    let wanted = |subtask| only.as_ref().is_none_or(|only| only.iter().any(|range| range.contains(&subtask)));
    let subtasks = ids.vertex(&job)?.subtasks.iter().filter(|subtask| wanted(subtask.subtask));
    let groups: Vec<_> = subtasks.map(|subtask| task::of_attempt(&subtask.current)).collect();
    aggregate::answer(&groups, &query).map(Json)
}

/// `GET /jobs/:jobid/vertices/:vertexid/subtasks/:subtaskindex/metrics`.
pub(crate) async fn of_subtask(State(rest): State<Rest>, ids: Ids, query: Query) -> Reply {
    let job = rest.job(ids.job()?).await?;
    let subtask = ids.subtask(ids.vertex(&job)?)?;
    Ok(plain(task::of_attempt(&subtask.current), &query))
}

/// `3` or `0-2`.
fn range(text: &str) -> Result<std::ops::RangeInclusive<u32>, ApiError> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let wrong = |_| ApiError::parameter("query", "subtasks", text);
    Ok(first.trim().parse().map_err(wrong)?..=last.trim().parse().map_err(wrong)?)
}

/// The metrics of all subtasks, each name led by the subtask's number.
fn by_subtask(vertex: &VertexView) -> Vec<(String, Metric)> {
    let of = |subtask: &weft_rpc::view::SubtaskView| {
        let number = subtask.subtask;
        task::of_attempt(&subtask.current).into_iter().map(move |metric| (format!("{number}.{}", metric.name), metric))
    };
    vertex.subtasks.iter().flat_map(of).collect()
}

fn plain(metrics: Vec<Metric>, query: &Query) -> Json {
    listed(metrics.into_iter().map(|metric| (metric.name.to_owned(), metric)).collect(), query)
}

/// Without `get` the names; with it the values of those.
fn listed(metrics: Vec<(String, Metric)>, query: &Query) -> Json {
    Json(match query.list("get") {
        None => metrics.iter().map(|(name, _)| json!({ "id": name })).collect(),
        Some(wanted) => {
            let found = |name| metrics.iter().find(|(other, _)| other == name);
            wanted.into_iter().filter_map(found).map(|(name, metric)| with_value(name, metric)).collect()
        }
    })
}

fn with_value(name: &str, metric: &Metric) -> Value {
    json!({ "id": name, "value": metric.value.to_string() })
}

//! A vertex by the TaskManagers that run it.

use super::statistics::aggregated;
use super::subtask::{endpoint, task_manager};
use super::{Io, Span};
use crate::answer::{Json, Reply};
use crate::clock;
use crate::request::Ids;
use crate::rest::Rest;
use crate::states::{aggregate, counts};
use axum::extract::State;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use weft_rpc::view::AttemptView;

/// `GET /jobs/:jobid/vertices/:vertexid/taskmanagers`.
pub(crate) async fn task_managers(State(rest): State<Rest>, ids: Ids) -> Reply {
    let job = rest.job(ids.job()?).await?;
    let (vertex, now) = (ids.vertex(&job)?, clock::now_ms());
    let mut by_task_manager: BTreeMap<(&str, &str), Vec<&AttemptView>> = BTreeMap::new();
    for attempt in vertex.subtasks.iter().map(|subtask| &subtask.current) {
        by_task_manager.entry((task_manager(attempt), endpoint(attempt))).or_default().push(attempt);
    }
    let task_managers = by_task_manager.into_iter().map(|((id, endpoint), on)| shown(id, endpoint, &on, now));
    Ok(Json(json!({
        "id": vertex.id.to_string(),
        "name": vertex.name,
        "now": now,
        "taskmanagers": task_managers.collect::<Vec<_>>(),
    })))
}

fn shown(task_manager: &str, endpoint: &str, attempts: &[&AttemptView], now: i64) -> Value {
    let states = attempts.iter().map(|attempt| attempt.state);
    let span = Span::over(attempts.iter().copied(), now);
    json!({
        "endpoint": endpoint,
        "status": aggregate(states.clone()).to_string(),
        "start-time": span.start,
        "end-time": span.end,
        "duration": span.duration,
        "metrics": Io::over(attempts.iter().copied()).shown(),
        "status-counts": counts(states),
        "taskmanager-id": task_manager,
        "aggregated": aggregated(attempts, now),
    })
}

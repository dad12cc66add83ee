//! When the subtasks of a vertex entered which state.

use super::subtask::endpoint;
use crate::answer::{Json, Reply};
use crate::clock;
use crate::jobs::NONE;
use crate::request::Ids;
use crate::rest::Rest;
use crate::states::{EXECUTION_STATES, by_state};
use axum::extract::State;
use serde_json::{Value, json};
use weft_control::ExecutionState;
use weft_rpc::view::SubtaskView;

/// `GET /jobs/:jobid/vertices/:vertexid/subtasktimes`.
pub(crate) async fn subtask_times(State(rest): State<Rest>, ids: Ids) -> Reply {
    let job = rest.job(ids.job()?).await?;
    let (vertex, now) = (ids.vertex(&job)?, clock::now_ms());
    Ok(Json(json!({
        "id": vertex.id.to_string(),
        "name": vertex.name,
        "now": now,
        "subtasks": vertex.subtasks.iter().map(|subtask| times(subtask, now)).collect::<Vec<_>>(),
    })))
}

/// The duration counts from SCHEDULED, when the subtask first wanted something of the cluster.
fn times(subtask: &SubtaskView, now: i64) -> Value {
    let attempt = &subtask.current;
    let at = |state| attempt.timestamps.get(&state).copied();
    let end = if attempt.state.is_terminal() { at(attempt.state) } else { None };
    let duration = at(ExecutionState::Scheduled).map(|start| end.unwrap_or(now).saturating_sub(start).max(0));
    json!({
        "subtask": subtask.subtask,
        "endpoint": endpoint(attempt),
        "duration": duration.unwrap_or(NONE),
        "timestamps": by_state(&EXECUTION_STATES, |state| at(state).unwrap_or(0).into()),
    })
}

//! One subtask.

use super::span::state_durations;
use super::{Io, Span, UNASSIGNED};
use crate::answer::{Json, Reply};
use crate::clock;
use crate::request::Ids;
use crate::rest::Rest;
use axum::extract::State;
use serde_json::{Map, Value, json};
use weft_rpc::view::{AttemptView, SubtaskView};

/// `GET /jobs/:jobid/vertices/:vertexid/subtasks/:subtaskindex`.
pub(crate) async fn subtask(State(rest): State<Rest>, ids: Ids) -> Reply {
    let job = rest.job(ids.job()?).await?;
    let subtask = ids.subtask(ids.vertex(&job)?)?;
    Ok(Json(shown(subtask, clock::now_ms())))
}

/// As REST clients read it.
pub(super) fn shown(subtask: &SubtaskView, now: i64) -> Value {
    let attempt = &subtask.current;
    let span = Span::over([attempt].into_iter(), now);
    let durations = state_durations(attempt, now).into_iter().map(|(state, ms)| (state.to_string(), ms.into()));
    json!({
        "subtask": subtask.subtask,
        "status": attempt.state.to_string(),
        "attempt": attempt.attempt,
        "endpoint": endpoint(attempt),
        "start-time": span.start,
        "end-time": span.end,
        "duration": span.duration,
        "metrics": Io::over([attempt]).shown(),
        "taskmanager-id": task_manager(attempt),
        "status-duration": durations.collect::<Map<_, _>>(),
        "start_time": span.start,
    })
}

/// Where an attempt runs.
pub(super) fn endpoint(attempt: &AttemptView) -> &str {
    attempt.endpoint.as_deref().unwrap_or(UNASSIGNED)
}

/// The TaskManager of an attempt.
pub(super) fn task_manager(attempt: &AttemptView) -> &str {
    attempt.task_manager.as_ref().map_or(UNASSIGNED, |id| id.0.as_str())
}

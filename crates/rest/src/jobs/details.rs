//! One job.

use super::{NONE, SCHEDULER, duration, job_type};
use crate::answer::{Json, Reply};
use crate::api_error::ApiError;
use crate::clock;
use crate::request::Ids;
use crate::rest::Rest;
use crate::states::{JOB_STATUSES, aggregate, by_state, counts};
use crate::vertices::{Io, Span};
use axum::extract::State;
use serde_json::{Value, json};
use weft_rpc::view::{JobView, VertexView};

/// `GET /jobs/:jobid`.
pub(crate) async fn details(State(rest): State<Rest>, ids: Ids) -> Reply {
    let job = rest.job(ids.job()?).await?;
    let (summary, now) = (&job.summary, clock::now_ms());
    Ok(Json(json!({
        "jid": summary.id.to_string(),
        "application-id": summary.id.to_string(),
        "name": summary.name,
        "isStoppable": false,
        "state": summary.status.to_string(),
        "job-type": job_type(summary),
        "schedulerType": SCHEDULER,
        "start-time": summary.started_ms,
        "end-time": summary.ended_ms.unwrap_or(NONE),
        "duration": duration(summary),
        "maxParallelism": job.max_parallelism.map_or(NONE, i64::from),
        "now": now,
        "timestamps": by_state(&JOB_STATUSES, |status| job.timestamps.get(&status).copied().unwrap_or(0).into()),
        "vertices": job.vertices.iter().map(|vertex| vertex_in_job(vertex, now)).collect::<Vec<_>>(),
        "status-counts": counts(job.vertices.iter().map(state_of)),
        "plan": plan_of(&job)?,
        "pending-operators": 0,
    })))
}

/// `GET /jobs/:jobid/plan`.
pub(crate) async fn plan(State(rest): State<Rest>, ids: Ids) -> Reply {
    let job = rest.job(ids.job()?).await?;
    Ok(Json(json!({ "plan": plan_of(&job)? })))
}

/// `GET /jobs/:jobid/status`.
pub(crate) async fn status(State(rest): State<Rest>, ids: Ids) -> Reply {
    let job = rest.job(ids.job()?).await?;
    Ok(Json(json!({ "status": job.summary.status.to_string() })))
}

/// `GET /jobs/:jobid/config`.
pub(crate) async fn config(State(rest): State<Rest>, ids: Ids) -> Reply {
    let job = rest.job(ids.job()?).await?;
    Ok(Json(json!({
        "jid": job.summary.id.to_string(),
        "name": job.summary.name,
        "execution-config": {
            "restart-strategy": job.restart_strategy,
            "job-parallelism": job.parallelism,
            "object-reuse-mode": false,
            "user-config": job.configuration,
        },
    })))
}

fn state_of(vertex: &VertexView) -> weft_control::ExecutionState {
    aggregate(vertex.subtasks.iter().map(|subtask| subtask.current.state))
}

fn vertex_in_job(vertex: &VertexView, now: i64) -> Value {
    let attempts = || vertex.subtasks.iter().map(|subtask| &subtask.current);
    let span = Span::over(attempts(), now);
    json!({
        "id": vertex.id.to_string(),
        "slotSharingGroupId": format!("{:032x}", vertex.slot_sharing_group),
        "name": vertex.name,
        "maxParallelism": vertex.max_parallelism,
        "parallelism": vertex.parallelism,
        "status": state_of(vertex).to_string(),
        "start-time": span.start,
        "end-time": span.end,
        "duration": span.duration,
        "tasks": counts(attempts().map(|attempt| attempt.state)),
        "metrics": Io::over(attempts()).shown(),
    })
}

fn plan_of(job: &JobView) -> Result<Value, ApiError> {
    let unreadable = |error| ApiError::internal(format_args!("The plan of job {} is no JSON: {error}", job.summary.id));
    serde_json::from_str(&job.plan).map_err(unreadable)
}

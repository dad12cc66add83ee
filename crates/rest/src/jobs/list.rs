//! All jobs.

use super::{NONE, SCHEDULER, duration, job_type};
use crate::answer::Json;
use crate::rest::Rest;
use crate::states::EXECUTION_STATES;
use axum::extract::State;
use serde_json::{Map, Value, json};
use weft_rpc::view::JobSummary;

/// `GET /jobs`.
pub(crate) async fn ids(State(rest): State<Rest>) -> Json {
    let jobs = rest.cluster().jobs().await;
    let job = |job: &JobSummary| json!({ "id": job.id.to_string(), "status": job.status.to_string() });
    Json(json!({ "jobs": jobs.iter().map(job).collect::<Vec<_>>() }))
}

/// `GET /jobs/overview`.
pub(crate) async fn overview(State(rest): State<Rest>) -> Json {
    let jobs = rest.cluster().jobs().await;
    Json(json!({ "jobs": jobs.iter().map(job).collect::<Vec<_>>() }))
}

fn job(job: &JobSummary) -> Value {
    json!({
        "jid": job.id.to_string(),
        "name": job.name,
        "jobType": job_type(job),
        "schedulerType": SCHEDULER,
        "start-time": job.started_ms,
        "end-time": job.ended_ms.unwrap_or(NONE),
        "duration": duration(job),
        "state": job.status.to_string(),
        "last-modification": job.changed_ms,
        "tasks": tasks(job),
        "pending-operators": 0,
    })
}

fn tasks(job: &JobSummary) -> Value {
    let of = |state| job.tasks.get(&state).copied().unwrap_or(0);
    let by_state = EXECUTION_STATES.iter().map(|state| (state.to_string().to_lowercase(), of(*state).into()));
    let total = ("total".to_owned(), job.tasks.values().sum::<u32>().into());
    Value::Object(by_state.chain([total]).collect::<Map<_, _>>())
}

//! How a job ended.

use super::accumulators::{merged, serialized};
use super::duration;
use crate::answer::{Json, Reply};
use crate::request::Ids;
use crate::rest::Rest;
use axum::extract::State;
use serde_json::{Value, json};
use weft_control::JobStatus;
use weft_rpc::view::JobView;

/// `GET /jobs/:jobid/execution-result`.
pub(crate) async fn execution_result(State(rest): State<Rest>, ids: Ids) -> Reply {
    let job = rest.job(ids.job()?).await?;
    let ended = job.summary.ended_ms.zip(application_status(job.summary.status));
    Ok(Json(match ended {
        None => json!({ "status": { "id": "IN_PROGRESS" } }),
        Some((ended_ms, status)) => {
            json!({ "status": { "id": "COMPLETED" }, "job-execution-result": result(&job, ended_ms, status) })
        }
    }))
}

fn application_status(status: JobStatus) -> Option<&'static str> {
    match status {
        JobStatus::Finished => Some("SUCCEEDED"),
        JobStatus::Failed => Some("FAILED"),
        JobStatus::Canceled => Some("CANCELED"),
        _ => None,
    }
}

fn result(job: &JobView, ended_ms: i64, status: &str) -> Value {
    let mut result = json!({
        "id": job.summary.id.to_string(),
        "name": job.summary.name,
        "application-status": status,
        "accumulator-results": serialized(&merged(&job.vertices)),
        "net-runtime": duration(&job.summary),
        "application-id": job.summary.id.to_string(),
        "start-time": job.summary.started_ms,
        "end-time": ended_ms,
    });
    if let (Some(failure), Value::Object(fields)) = (&job.failure, &mut result) {
        // Clients expect a Java object where there is none to give.
        let cause = json!({ "class": "JobFailure", "stack-trace": failure, "serialized-throwable": "" });
        fields.insert("failure-cause".into(), cause);
    }
    result
}

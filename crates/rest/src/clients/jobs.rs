//! Submitting jobs, and waiting for their ends.

use crate::answer::{Json, Reply};
use crate::api_error::ApiError;
use crate::request::{Ids, Query};
use crate::rest::Rest;
use crate::vertices::Io;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::time::Duration;
use weft_rpc::JobSpec;

/// The longest that an answer is waited with; a client that wants to wait longer asks again.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// `POST /weft/jobs`: an encoded job specification.
pub(crate) async fn submit(State(rest): State<Rest>, body: Body) -> Reply {
    rest.submission_allowed()?;
    let bytes = rest.small_body(body).all().await?;
    let unreadable = |error| ApiError::bad_request(format_args!("The request's body is no job specification: {error}"));
    let job = rest.cluster().submit(JobSpec::from_bytes(&bytes).map_err(unreadable)?).await?;
    Ok(Json(json!({ "jobid": job.to_string() })))
}

/// `GET /weft/jobs/:jobid/progress`: for each source that knows its size, how much of it was read, in a unit of its own.
pub(crate) async fn progress(State(rest): State<Rest>, ids: Ids) -> Reply {
    let job = rest.job(ids.job()?).await?;
    let sources = job.vertices.iter().filter_map(|vertex| {
        let (done, size) = Io::over(vertex.subtasks.iter().map(|subtask| &subtask.current)).progress()?;
        Some(json!({ "id": vertex.id.to_string(), "name": vertex.name, "done": done, "size": size }))
    });
    Ok(Json(json!({ "sources": sources.collect::<Vec<_>>() })))
}

/// `GET /weft/jobs/:jobid/outcome?wait=ms`: an encoded outcome, or 204 while there is none.
pub(crate) async fn outcome(State(rest): State<Rest>, ids: Ids, query: Query) -> Result<Response, ApiError> {
    let job = ids.job()?;
    let wait = Duration::from_millis(query.value("wait")?.unwrap_or(0)).min(LONGEST_WAIT);
    let Some(outcome) = rest.cluster().outcome(job, wait).await? else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let kind = HeaderValue::from_static("application/octet-stream");
    Ok(([(header::CONTENT_TYPE, kind)], outcome.to_bytes()).into_response())
}

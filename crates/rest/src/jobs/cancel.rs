//! Ending a job.

use crate::answer::Json;
use crate::api_error::ApiError;
use crate::request::{Ids, Query};
use crate::rest::Rest;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// `PATCH /jobs/:jobid?mode=cancel`.
pub(crate) async fn cancel(State(rest): State<Rest>, ids: Ids, query: Query) -> Result<Response, ApiError> {
    rest.cancelling_allowed()?;
    let job = ids.job()?;
    match query.text("mode") {
        None | Some("cancel") => {}
        Some("stop") => {
            let sentence = "The termination mode \"stop\" is gone: cancel the job with mode \"cancel\".";
            return Err(ApiError::new(StatusCode::PERMANENT_REDIRECT, sentence));
        }
        Some(other) => return Err(ApiError::parameter("query", "mode", other)),
    }
    rest.cluster().cancel(job).await?;
    Ok((StatusCode::ACCEPTED, Json::nothing()).into_response())
}

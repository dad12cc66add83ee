//! What is answered when something is not done: a status, and sentences under `errors`.

use crate::answer::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::fmt::Display;
use weft_common::JobId;
use weft_rpc::view::Refusal;

/// A refusal.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    sentence: String,
}

impl ApiError {
    /// A status and a sentence.
    pub(crate) fn new(status: StatusCode, sentence: impl Display) -> Self {
        ApiError { status, sentence: sentence.to_string() }
    }

    /// There is no such thing.
    pub(crate) fn not_found(sentence: impl Display) -> Self {
        Self::new(StatusCode::NOT_FOUND, sentence)
    }

    /// What was sent is wrong.
    pub(crate) fn bad_request(sentence: impl Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, sentence)
    }

    /// It is not allowed here.
    pub(crate) fn forbidden(sentence: impl Display) -> Self {
        Self::new(StatusCode::FORBIDDEN, sentence)
    }

    /// It went wrong here.
    pub(crate) fn internal(sentence: impl Display) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, sentence)
    }

    /// There is no such job.
    pub(crate) fn no_job(job: JobId) -> Self {
        Self::not_found(format_args!("Job {job} not found"))
    }

    /// A part of the path or the query that is not what it should be.
    pub(crate) fn parameter(sort: &str, name: &str, value: &str) -> Self {
        let value: String = value.chars().take(200).collect();
        Self::bad_request(format_args!(
            "Bad request, could not parse parameters: Cannot resolve {sort} parameter ({name}) from value \"{value}\"."
        ))
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound(sentence) => Self::not_found(sentence),
            Refusal::Wrong(sentence) => Self::bad_request(sentence),
            Refusal::Failed(sentence) => Self::internal(sentence),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "errors": [self.sentence] }))).into_response()
    }
}

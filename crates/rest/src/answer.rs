//! Answers.

use crate::api_error::ApiError;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// A JSON answer.
#[derive(Debug)]
pub(crate) struct Json(pub(crate) Value);

/// What most handlers come to.
pub(crate) type Reply = Result<Json, ApiError>;

impl Json {
    /// `{}`.
    pub(crate) fn nothing() -> Self {
        Json(json!({}))
    }
}

impl IntoResponse for Json {
    fn into_response(self) -> Response {
        let kind = HeaderValue::from_static("application/json; charset=UTF-8");
        ([(header::CONTENT_TYPE, kind)], self.0.to_string()).into_response()
    }
}

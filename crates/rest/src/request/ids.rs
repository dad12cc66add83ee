//! The parts of a path.

use crate::api_error::ApiError;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use std::collections::BTreeMap;
use weft_common::{JobId, JobVertexId, TaskManagerId};
use weft_rpc::view::{JobView, SubtaskView, VertexView};

/// The parts of the path that the route leaves open, by name.
pub(crate) struct Ids(BTreeMap<String, String>);

impl Ids {
    /// The part of this name.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The job's id.
    pub(crate) fn job(&self) -> Result<JobId, ApiError> {
        self.hex("jobid").map(JobId)
    }

    /// The TaskManager's id.
    pub(crate) fn task_manager(&self) -> TaskManagerId {
        TaskManagerId(self.text("taskmanagerid").to_owned())
    }

    /// The vertex of `job`.
    pub(crate) fn vertex<'a>(&self, job: &'a JobView) -> Result<&'a VertexView, ApiError> {
        let id = self.hex("vertexid").map(JobVertexId)?;
        let unknown = || ApiError::not_found(format_args!("JobVertex {id} not found"));
        job.vertices.iter().find(|vertex| vertex.id == id).ok_or_else(unknown)
    }

    /// The subtask of `vertex`.
    pub(crate) fn subtask<'a>(&self, vertex: &'a VertexView) -> Result<&'a SubtaskView, ApiError> {
        let text = self.text("subtaskindex");
        let index: u32 = text.parse().map_err(|_| ApiError::parameter("path", "subtaskindex", text))?;
        let unknown = || ApiError::not_found(format_args!("Invalid subtask index for vertex {}: {index}", vertex.id));
        vertex.subtasks.iter().find(|subtask| subtask.subtask == index).ok_or_else(unknown)
    }

    fn hex(&self, name: &str) -> Result<u128, ApiError> {
        let text = self.text(name);
        parse_id(text).ok_or_else(|| ApiError::parameter("path", name, text))
    }
}

/// Reads 32 hex digits.
pub(crate) fn parse_id(text: &str) -> Option<u128> {
    let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if digits { u128::from_str_radix(text, 16).ok() } else { None }
}

impl<S: Send + Sync> FromRequestParts<S> for Ids {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let unreadable = |error| ApiError::bad_request(format_args!("Bad request, could not parse the path: {error}"));
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(unreadable)?;
        Ok(Ids(params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
    }
}

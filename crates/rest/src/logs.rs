//! Logs of the JobManager and of TaskManagers, read through the cluster and handed on piece by piece.

use crate::answer::{Json, Reply};
use crate::api_error::ApiError;
use crate::request::Ids;
use crate::rest::Rest;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::{Value, json};
use weft_rpc::view::{LogFile, LogSource, OwnLog, Refusal};

/// Bytes that are read at a time.
const PIECE: u64 = 256 << 10;

/// `GET /jobmanager/logs`.
pub(crate) async fn of_job_manager(State(rest): State<Rest>) -> Reply {
    list(&rest, LogSource::JobManager).await
}

/// `GET /taskmanagers/:taskmanagerid/logs`.
pub(crate) async fn of_task_manager(State(rest): State<Rest>, ids: Ids) -> Reply {
    list(&rest, LogSource::TaskManager(ids.task_manager())).await
}

/// `GET /jobmanager/logs/:filename`.
pub(crate) async fn job_manager_file(State(rest): State<Rest>, ids: Ids) -> Result<Response, ApiError> {
    named(rest, LogSource::JobManager, ids.text("filename")).await
}

/// `GET /taskmanagers/:taskmanagerid/logs/:filename`.
pub(crate) async fn task_manager_file(State(rest): State<Rest>, ids: Ids) -> Result<Response, ApiError> {
    named(rest, LogSource::TaskManager(ids.task_manager()), ids.text("filename")).await
}

/// `GET /jobmanager/log`.
pub(crate) async fn job_manager_log(State(rest): State<Rest>) -> Result<Response, ApiError> {
    own(rest, LogSource::JobManager, OwnLog::Log).await
}

/// `GET /jobmanager/stdout`.
pub(crate) async fn job_manager_stdout(State(rest): State<Rest>) -> Result<Response, ApiError> {
    own(rest, LogSource::JobManager, OwnLog::Stdout).await
}

/// `GET /taskmanagers/:taskmanagerid/log`.
pub(crate) async fn task_manager_log(State(rest): State<Rest>, ids: Ids) -> Result<Response, ApiError> {
    own(rest, LogSource::TaskManager(ids.task_manager()), OwnLog::Log).await
}

/// `GET /taskmanagers/:taskmanagerid/stdout`.
pub(crate) async fn task_manager_stdout(State(rest): State<Rest>, ids: Ids) -> Result<Response, ApiError> {
    own(rest, LogSource::TaskManager(ids.task_manager()), OwnLog::Stdout).await
}

async fn list(rest: &Rest, source: LogSource) -> Reply {
    let files = rest.cluster().log_files(source).await?;
    let file = |file: &LogFile| json!({ "name": file.name, "size": file.size, "mtime": file.modified_ms });
    Ok(Json(json!({ "logs": files.iter().map(file).collect::<Vec<Value>>() })))
}

/// Only names that are in the list are read, so that none leads out of the directory.
async fn named(rest: Rest, source: LogSource, name: &str) -> Result<Response, ApiError> {
    let files = rest.cluster().log_files(source.clone()).await?;
    let file = files.into_iter().find(|file| file.name == name);
    content(rest, source.clone(), file.ok_or_else(|| missing(&source))?).await
}

async fn own(rest: Rest, source: LogSource, which: OwnLog) -> Result<Response, ApiError> {
    let file = rest.cluster().own_log(source.clone(), which).await?;
    content(rest, source.clone(), file.ok_or_else(|| missing(&source))?).await
}

fn missing(source: &LogSource) -> ApiError {
    ApiError::not_found(match source {
        LogSource::JobManager => "This file does not exist in JobManager log dir.",
        LogSource::TaskManager(_) => "This file does not exist in TaskExecutor log dir.",
    })
}

/// The file as it was when its size was asked for; its first piece is read before the answer begins, so that a refusal has a status.
async fn content(rest: Rest, source: LogSource, file: LogFile) -> Result<Response, ApiError> {
    let first = read(&rest, &source, &file, 0).await?;
    let (first, next) = (Ok(first.clone()), first.len() as u64);
    let rest_of_it = stream::unfold(Some(next), move |offset| {
        let (rest, source, file) = (rest.clone(), source.clone(), file.clone());
        async move {
            let offset = offset?;
            match read(&rest, &source, &file, offset).await {
                Ok(piece) if piece.is_empty() => None,
                Ok(piece) => {
                    let next = offset + piece.len() as u64;
                    Some((Ok(piece), Some(next)))
                }
                Err(error) => Some((Err(error), None)),
            }
        }
    });
    let pieces = futures_util::StreamExt::chain(stream::iter([first]), rest_of_it);
    let kind = HeaderValue::from_static("text/plain; charset=UTF-8");
    Ok(([(header::CONTENT_TYPE, kind)], Body::from_stream(pieces)).into_response())
}

async fn read(rest: &Rest, source: &LogSource, file: &LogFile, offset: u64) -> Result<Vec<u8>, Refusal> {
    let length = PIECE.min(file.size.saturating_sub(offset));
    if length == 0 {
        return Ok(Vec::new());
    }
    rest.cluster().log(source.clone(), file.name.clone(), offset, length).await
}

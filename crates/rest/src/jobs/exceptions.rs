//! What went wrong in a job.

use crate::answer::{Json, Reply};
use crate::request::{Ids, Query};
use crate::rest::Rest;
use axum::extract::State;
use serde_json::{Map, Value, json};
use weft_rpc::view::{ExceptionView, FailureView};

/// How many are shown unless `maxExceptions` says otherwise.
const SHOWN: usize = 20;

/// `GET /jobs/:jobid/exceptions`.
pub(crate) async fn exceptions(State(rest): State<Rest>, ids: Ids, query: Query) -> Reply {
    let shown = query.value("maxExceptions")?.unwrap_or(SHOWN);
    let job = rest.job(ids.job()?).await?;
    let entries: Vec<_> = job.exceptions.iter().take(shown).map(entry).collect();
    let truncated = job.exceptions_truncated || entries.len() < job.exceptions.len();
    Ok(Json(json!({ "exceptionHistory": { "entries": entries, "truncated": truncated } })))
}

fn entry(exception: &ExceptionView) -> Value {
    let mut entry = failure(&exception.root);
    let concurrent = exception.concurrent.iter().map(|other| Value::Object(failure(other)));
    entry.insert("concurrentExceptions".into(), concurrent.collect());
    Value::Object(entry)
}

fn failure(failure: &FailureView) -> Map<String, Value> {
    let places = [
        ("taskName", failure.task.clone()),
        ("endpoint", failure.endpoint.clone()),
        ("taskManagerId", failure.task_manager.as_ref().map(ToString::to_string)),
    ];
    let known = places.into_iter().filter_map(|(name, place)| Some((name.to_owned(), place?.into())));
    let always = [
        ("exceptionName", failure_name(failure).into()),
        ("stacktrace", sentence(failure).into()),
        ("timestamp", failure.at_ms.into()),
        ("failureLabels", json!({})),
    ];
    always.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(known).collect()
}

/// Where others show the class of an exception: whether a task failed, or the job as a whole.
fn failure_name(failure: &FailureView) -> &'static str {
    if failure.task.is_some() { "TaskFailure" } else { "JobFailure" }
}

fn sentence(failure: &FailureView) -> String {
    match &failure.operator {
        Some(operator) => format!("{}\n\tin operator {operator}", failure.message),
        None => failure.message.clone(),
    }
}

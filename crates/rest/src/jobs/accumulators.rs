//! What a job's subtasks have added up.

use crate::answer::{Json, Reply};
use crate::request::{Ids, Query};
use crate::rest::Rest;
use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use weft_common::accumulator::{self, Accumulator, AccumulatorError};
use weft_rpc::view::VertexView;

/// Merged accumulators by name; an error for a name that has no value.
pub(crate) type Merged = BTreeMap<String, Result<Accumulator, AccumulatorError>>;

/// `GET /jobs/:jobid/accumulators`.
pub(crate) async fn accumulators(State(rest): State<Rest>, ids: Ids, query: Query) -> Reply {
    let with_bytes = query.value("includeSerializedValue")?.unwrap_or(false);
    let job = rest.job(ids.job()?).await?;
    let merged = merged(&job.vertices);
    let bytes = if with_bytes { serialized(&merged) } else { json!({}) };
    Ok(Json(json!({
        "job-accumulators": [],
        "user-task-accumulators": shown(&merged),
        "serialized-user-task-accumulators": bytes,
    })))
}

/// The accumulators of the current attempts of all subtasks, those of one name merged.
pub(crate) fn merged<'a>(vertices: impl IntoIterator<Item = &'a VertexView>) -> Merged {
    let subtasks = vertices.into_iter().flat_map(|vertex| &vertex.subtasks);
    let reports = subtasks.flat_map(|subtask| &subtask.current.accumulators);
    accumulator::merge(reports.map(|(name, bytes)| (name.as_str(), bytes.as_slice())))
}

/// As a list with kinds and values.
pub(crate) fn shown(merged: &Merged) -> Value {
    let one = |(name, found): (&String, &Result<Accumulator, AccumulatorError>)| match found {
        Ok(known) => json!({ "name": name, "type": known.kind(), "value": known.to_string() }),
        Err(error) => json!({ "name": name, "type": "error", "value": error.to_string() }),
    };
    merged.iter().map(one).collect()
}

/// As an object of bytes in base 64.
pub(super) fn serialized(merged: &Merged) -> Value {
    let known = merged.iter().filter_map(|(name, found)| Some((name, found.as_ref().ok()?)));
    let encoded = known.map(|(name, known)| (name.clone(), STANDARD.encode(known.encode()).into()));
    Value::Object(encoded.collect::<Map<_, _>>())
}

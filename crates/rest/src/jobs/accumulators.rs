//! What a job's subtasks have added up.

use crate::answer::{Json, Reply};
use crate::request::{Ids, Query};
use crate::rest::Rest;
use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use weft_rpc::view::{Accumulator, VertexView};

/// Merged accumulators by name; `None` where subtasks of one job disagree about what it is.
pub(crate) type Merged = BTreeMap<String, Option<Accumulator>>;

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
    let mut merged = Merged::new();
    for (name, bytes) in subtasks.flat_map(|subtask| &subtask.current.accumulators) {
        let found = Accumulator::decode(bytes);
        let both = match merged.get(name) {
            None => found,
            Some(known) => known.as_ref().zip(found.as_ref()).and_then(|(known, found)| known.merge(found)),
        };
        merged.insert(name.clone(), both);
    }
    merged
}

/// As a list with kinds and values.
pub(crate) fn shown(merged: &Merged) -> Value {
    let one = |(name, accumulator): (&String, &Option<Accumulator>)| match accumulator {
        Some(known) => json!({ "name": name, "type": known.kind(), "value": known.to_string() }),
        None => json!({ "name": name, "type": "unknown", "value": "its subtasks report different kinds" }),
    };
    merged.iter().map(one).collect()
}

/// As an object of bytes in base 64.
pub(super) fn serialized(merged: &Merged) -> Value {
    let known = merged.iter().filter_map(|(name, accumulator)| Some((name, accumulator.as_ref()?)));
    let encoded = known.map(|(name, known)| (name.clone(), STANDARD.encode(known.encode()).into()));
    Value::Object(encoded.collect::<Map<_, _>>())
}

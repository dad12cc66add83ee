//! The JobManager itself.

use crate::answer::Json;
use crate::rest::Rest;
use axum::extract::State;
use serde_json::{Value, json};

/// `GET /jobmanager/config`.
pub(crate) async fn config(State(rest): State<Rest>) -> Json {
    let entries = rest.cluster().configuration().into_iter();
    Json(entries.map(|(key, value)| json!({ "key": key, "value": value })).collect::<Value>())
}

/// `GET /jobmanager/environment`. Clients expect a virtual machine; command lines are not shown.
pub(crate) async fn environment(State(rest): State<Rest>) -> Json {
    let version = format!("native, weft {}", rest.settings().version.version);
    let machine = json!({ "version": version, "arch": std::env::consts::ARCH, "options": [] });
    Json(json!({ "jvm": machine, "classpath": [] }))
}

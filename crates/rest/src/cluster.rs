//! The cluster as a whole.

use crate::answer::{Json, Reply};
use crate::rest::Rest;
use axum::extract::State;
use serde_json::json;

/// Milliseconds after which dashboards ask again.
const REFRESH_MS: u64 = 3000;

/// `GET /config`.
pub(crate) async fn config(State(rest): State<Rest>) -> Json {
    let settings = rest.settings();
    Json(json!({
        "refresh-interval": REFRESH_MS,
        "timezone-name": "Coordinated Universal Time",
        "timezone-offset": 0,
        "flink-version": settings.version.version,
        "flink-revision": settings.version.revision(),
        "features": {
            "web-submit": settings.submit_enabled,
            "web-cancel": settings.cancel_enabled,
            "web-rescale": false,
            "web-history": false,
        },
    }))
}

/// `GET /overview`.
pub(crate) async fn overview(State(rest): State<Rest>) -> Json {
    let overview = rest.cluster().overview().await;
    Json(json!({
        "taskmanagers": overview.task_managers,
        "slots-total": overview.slots_total,
        "slots-available": overview.slots_available,
        "jobs-running": overview.jobs_running,
        "jobs-finished": overview.jobs_finished,
        "jobs-cancelled": overview.jobs_cancelled,
        "jobs-failed": overview.jobs_failed,
        "flink-version": rest.settings().version.version,
        "flink-commit": rest.settings().version.commit,
    }))
}

/// `DELETE /cluster`.
pub(crate) async fn shut_down(State(rest): State<Rest>) -> Reply {
    rest.cluster().shut_down();
    Ok(Json::nothing())
}

//! One vertex.

use super::{statistics, subtask};
use crate::answer::{Json, Reply};
use crate::request::Ids;
use crate::rest::Rest;
use crate::{clock, jobs};
use axum::extract::State;
use serde_json::json;

/// `GET /jobs/:jobid/vertices/:vertexid`.
pub(crate) async fn details(State(rest): State<Rest>, ids: Ids) -> Reply {
    let job = rest.job(ids.job()?).await?;
    let (vertex, now) = (ids.vertex(&job)?, clock::now_ms());
    let attempts: Vec<_> = vertex.subtasks.iter().map(|subtask| &subtask.current).collect();
    Ok(Json(json!({
        "id": vertex.id.to_string(),
        "name": vertex.name,
        "parallelism": vertex.parallelism,
        "maxParallelism": vertex.max_parallelism,
        "now": now,
        "subtasks": vertex.subtasks.iter().map(|one| subtask::shown(one, now)).collect::<Vec<_>>(),
        "aggregated": statistics::aggregated(&attempts, now),
    })))
}

/// `GET /jobs/:jobid/vertices/:vertexid/accumulators`.
pub(crate) async fn accumulators(State(rest): State<Rest>, ids: Ids) -> Reply {
    let job = rest.job(ids.job()?).await?;
    let vertex = ids.vertex(&job)?;
    let shown = jobs::shown(&jobs::merged([vertex]));
    Ok(Json(json!({ "id": vertex.id.to_string(), "user-accumulators": shown })))
}

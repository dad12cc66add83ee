//! Which subtasks wait for those that read from them.

use crate::answer::{Json, Reply};
use crate::clock;
use crate::request::Ids;
use crate::rest::Rest;
use axum::extract::State;
use serde_json::{Value, json};
use weft_rpc::view::SubtaskView;

/// Above this share of its time a subtask's back pressure is "low", no more "ok".
const LOW: f64 = 0.1;
/// Above this share it is "high".
const HIGH: f64 = 0.5;

/// `GET /jobs/:jobid/vertices/:vertexid/backpressure`.
pub(crate) async fn backpressure(State(rest): State<Rest>, ids: Ids) -> Reply {
    let job = rest.job(ids.job()?).await?;
    let vertex = ids.vertex(&job)?;
    if job.summary.ended_ms.is_some() {
        return Ok(Json(json!({ "status": "deprecated" })));
    }
    let worst = vertex.subtasks.iter().map(back_pressured).fold(0.0, f64::max);
    Ok(Json(json!({
        "status": "ok",
        "backpressureLevel": level(worst),
        "backpressure-level": level(worst),
        "end-timestamp": clock::now_ms(),
        "subtasks": vertex.subtasks.iter().map(shown).collect::<Vec<_>>(),
    })))
}

fn shown(subtask: &SubtaskView) -> Value {
    let [busy, idle, _] = subtask.current.time_per_second.map(share);
    let ratio = back_pressured(subtask);
    json!({
        "subtask": subtask.subtask,
        "backpressureLevel": level(ratio),
        "backpressure-level": level(ratio),
        "ratio": ratio,
        "idleRatio": idle,
        "busyRatio": busy,
    })
}

fn back_pressured(subtask: &SubtaskView) -> f64 {
    let [_, _, back_pressured] = subtask.current.time_per_second.map(share);
    back_pressured
}

/// Of milliseconds per second.
fn share(ms_per_second: u64) -> f64 {
    ms_per_second as f64 / 1000.0
}

fn level(ratio: f64) -> &'static str {
    match ratio {
        ratio if ratio > HIGH => "high",
        ratio if ratio > LOW => "low",
        _ => "ok",
    }
}

//! The tasks of a job as REST tells of them.

use super::process::until;
use super::rest::Rest;
use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// Waits until all tasks of a job run in this attempt; when the last of them began to, in milliseconds since 1970.
pub(crate) fn await_running(rest: &Rest, job: &str, attempt: u64) -> Result<i64> {
    until(&format!("all tasks of job {job} run in attempt {attempt}"), || {
        let view = rest.get(&format!("/jobs/{job}"))?;
        let state = view["state"].as_str().unwrap_or_default();
        ensure!(!matches!(state, "FAILED" | "CANCELED" | "FINISHED"), "job {job} is {state}: {}", failure(rest, job)?);
        let vertices = list(&view["vertices"])?;
        let runs = |vertex: &Value| vertex["tasks"]["RUNNING"] == vertex["parallelism"];
        if state != "RUNNING" || !vertices.iter().all(runs) {
            return Ok(None);
        }
        let mut last = 0;
        for vertex in vertices {
            match running_since(rest, job, text(&vertex["id"])?, attempt)? {
                Some(since) => last = last.max(since),
                None => return Ok(None),
            }
        }
        Ok(Some(last))
    })
}

/// When the last subtask of a vertex began to run, if all run in this attempt.
fn running_since(rest: &Rest, job: &str, vertex: &str, attempt: u64) -> Result<Option<i64>> {
    let path = format!("/jobs/{job}/vertices/{vertex}");
    let view = rest.get(&path)?;
    let runs = |subtask: &Value| subtask["attempt"] == attempt && subtask["status"] == "RUNNING";
    if !list(&view["subtasks"])?.iter().all(runs) {
        return Ok(None);
    }
    let times = rest.get(&format!("{path}/subtasktimes"))?;
    let since = list(&times["subtasks"])?.iter().map(|subtask| subtask["timestamps"]["RUNNING"].as_i64());
    let since: Option<Vec<i64>> = since.map(|at| at.filter(|at| *at > 0)).collect();
    Ok(since.and_then(|since| since.into_iter().max()))
}

/// When a job was accepted, in milliseconds since 1970.
pub(crate) fn accepted_at(rest: &Rest, job: &str) -> Result<i64> {
    let view = rest.get(&format!("/jobs/{job}"))?;
    view["timestamps"]["INITIALIZING"].as_i64().context("a job does not say when it was accepted")
}

/// The TaskManager that the first task of a job runs on.
pub(crate) fn task_manager(rest: &Rest, job: &str) -> Result<String> {
    let view = rest.get(&format!("/jobs/{job}"))?;
    let vertex = list(&view["vertices"])?.first().context("a job without vertices")?;
    let vertex = rest.get(&format!("/jobs/{job}/vertices/{}", text(&vertex["id"])?))?;
    let subtask = list(&vertex["subtasks"])?.first().context("a vertex without subtasks")?;
    Ok(text(&subtask["taskmanager-id"])?.to_owned())
}

/// When the latest failure of a job happened, in milliseconds since 1970.
pub(crate) fn failed_at(rest: &Rest, job: &str) -> Result<i64> {
    let exceptions = rest.get(&format!("/jobs/{job}/exceptions"))?;
    let latest = list(&exceptions["exceptionHistory"]["entries"])?.first();
    latest.and_then(|latest| latest["timestamp"].as_i64()).context("a job that failed does not say when")
}

/// Asks for a job's end and waits for it.
pub(crate) fn cancel(rest: &Rest, job: &str) -> Result<()> {
    rest.cancel(job)?;
    until(&format!("job {job} is cancelled"), || {
        Ok((rest.get(&format!("/jobs/{job}"))?["state"] == "CANCELED").then_some(()))
    })
}

fn failure(rest: &Rest, job: &str) -> Result<String> {
    let exceptions = rest.get(&format!("/jobs/{job}/exceptions"))?;
    Ok(exceptions["exceptionHistory"]["entries"][0]["stacktrace"].as_str().unwrap_or_default().to_owned())
}

fn list(value: &Value) -> Result<&Vec<Value>> {
    value.as_array().with_context(|| format!("a list was expected, not {value}"))
}

fn text(value: &Value) -> Result<&str> {
    value.as_str().with_context(|| format!("a text was expected, not {value}"))
}

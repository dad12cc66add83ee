//! Logs of processes that run, by REST.

use super::wanted::{Printer, Title, Wanted};
use crate::cancel::job_id;
use crate::error::CliError;
use crate::output;
use crate::rest::{Payload, RestClient, RestError};
use bytes::Buf as _;
use http_body_util::BodyExt as _;
use hyper::Method;
use serde_json::Value;
use std::process::ExitCode;
use std::time::Duration;
use weft_common::JobId;

/// All of a cluster.
pub(crate) const EVERYTHING: &str = "";

/// A file of a process's log directory.
struct LogFile {
    /// The process, as it is called here.
    process: String,
    /// Where it is in the API.
    path: String,
    name: String,
    size: u64,
    modified_ms: Option<i64>,
}

impl LogFile {
    fn title(&self) -> Title<'_> {
        let LogFile { process, name, size, modified_ms, .. } = self;
        Title { process, node: None, name, length: *size, modified_ms: *modified_ms }
    }
}

/// Prints logs of a job, of a process, or of [`EVERYTHING`].
pub(crate) async fn print_all(client: &RestClient, of: &str, wanted: &Wanted) -> Result<ExitCode, CliError> {
    let mut files = files(client, of).await?;
    files.retain(|file| wanted.takes_process(&file.process) && wanted.takes_file(&file.name));
    let mut printer = Printer::of(wanted);
    for file in files {
        let more = printer.title(&file.title()) && (wanted.list || print(client, &file, wanted, &mut printer).await?);
        if !more {
            break;
        }
    }
    if printer.is_new() {
        output::complain(format_args!("there are no logs of {}", if of == EVERYTHING { "this kind" } else { of }));
    }
    printer.end();
    Ok(ExitCode::SUCCESS)
}

async fn files(client: &RestClient, of: &str) -> Result<Vec<LogFile>, RestError> {
    match job_id(of) {
        Some(job) => of_job(client, job).await,
        None if of == EVERYTHING => everything(client).await,
        None if of == "jobmanager" => in_directory(client, "jobmanager", "/jobmanager/logs").await,
        None => in_directory(client, of, &format!("/taskmanagers/{}/logs", escaped(of))).await,
    }
}

/// The files of all processes that are named after the job.
async fn of_job(client: &RestClient, job: JobId) -> Result<Vec<LogFile>, RestError> {
    // An unknown job is refused here, in the JobManager's words.
    client.json(&format!("/jobs/{job}/status")).await?;
    let mut files = everything(client).await?;
    files.retain(|file| file.name.contains(&job.to_string()));
    Ok(files)
}

/// The files of all processes.
async fn everything(client: &RestClient) -> Result<Vec<LogFile>, RestError> {
    let mut files = in_directory(client, "jobmanager", "/jobmanager/logs").await?;
    let all = client.json("/taskmanagers").await?;
    let ids = all.get("taskmanagers").and_then(Value::as_array).into_iter().flatten();
    for id in ids.filter_map(|one| one.get("id").and_then(Value::as_str)) {
        files.extend(in_directory(client, id, &format!("/taskmanagers/{}/logs", escaped(id))).await?);
    }
    Ok(files)
}

async fn in_directory(client: &RestClient, process: &str, path: &str) -> Result<Vec<LogFile>, RestError> {
    let answer = client.json(path).await?;
    let files = answer.get("logs").and_then(Value::as_array);
    let files = files.ok_or_else(|| client.strange(&format!("GET {path}"), &answer))?;
    let file = |file: &Value| {
        let name = file.get("name").and_then(Value::as_str)?.to_owned();
        let size = file.get("size").and_then(Value::as_u64).unwrap_or_default();
        let modified_ms = file.get("mtime").and_then(Value::as_i64);
        Some(LogFile {
            process: process.to_owned(),
            path: format!("{path}/{}", escaped(&name)),
            name,
            size,
            modified_ms,
        })
    };
    Ok(files.iter().filter_map(file).collect())
}

/// Whether whoever reads wants more.
async fn print(client: &RestClient, file: &LogFile, wanted: &Wanted, printer: &mut Printer) -> Result<bool, RestError> {
    let path = &file.path;
    let mut body = client.request(Method::GET, path, Payload::empty(), Duration::ZERO).await?.into_body();
    let mut passed_over = wanted.passed_over(file.size);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| client.broken(&format!("GET {path}"), error))?;
        let Ok(mut data) = frame.into_data() else { continue };
        let passed = usize::try_from(passed_over).unwrap_or(usize::MAX).min(data.len());
        data.advance(passed);
        passed_over -= passed as u64;
        if !printer.bytes(&data) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A segment of a path.
fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_one_segment() {
        assert_eq!(escaped("127.0.0.1:40849-af"), "127.0.0.1:40849-af");
        assert_eq!(escaped("a/../b?c d"), "a%2F..%2Fb%3Fc%20d");
    }
}

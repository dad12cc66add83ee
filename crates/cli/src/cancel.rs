//! `weft cancel`.

use crate::arguments::CancelArguments;
use crate::cluster;
use crate::error::CliError;
use crate::output;
use crate::rest::Payload;
use crate::run;
use hyper::Method;
use std::process::ExitCode;
use weft_common::JobId;

/// Asks for a job's end.
pub(crate) fn cancel(arguments: &CancelArguments) -> Result<ExitCode, CliError> {
    let job = job_id(&arguments.job).ok_or_else(|| {
        let given = &arguments.job;
        CliError::Usage(format!("`{given}` is not the id of a job: 32 hex digits are; `weft list` shows them"))
    })?;
    let configuration = cluster::configuration(&arguments.cluster.configuration)?;
    let client = cluster::client(&arguments.cluster, &configuration)?;
    output::say(format_args!("Cancelling job {job}."));
    let path = format!("/jobs/{job}?mode=cancel");
    run::runtime()?.block_on(client.exchange(Method::PATCH, &path, Payload::empty()))?;
    output::say(format_args!("Cancelled job {job}."));
    Ok(ExitCode::SUCCESS)
}

/// Reads an id as it is printed.
pub(crate) fn job_id(text: &str) -> Option<JobId> {
    let is_hex = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex { u128::from_str_radix(text, 16).ok().map(JobId) } else { None }
}

//! The plan of a program's first job.

use super::DriveError;
use crate::program::{FromProgram, Parent};
use weft_common::JobId;

/// Of no job: a plan is not submitted.
const NO_JOB: JobId = JobId(0);

/// Waits for the first `execute`, and ends the program there.
pub(super) async fn first(mut parent: Parent) -> Result<String, DriveError> {
    let said = parent.receiver.receive().await;
    if !matches!(said, Ok(None)) {
        parent.process.kill();
    }
    let exit = parent.process.exited().await;
    match said? {
        Some(FromProgram::Submit(submission)) => Ok(submission.graph.to_job_graph()?.plan_json(NO_JOB)),
        Some(FromProgram::Failed(sentence)) => Err(DriveError::GaveUp(sentence)),
        // A driver has nothing else to say before its first job.
        Some(_) | None => Err(DriveError::NoExecute(exit)),
    }
}

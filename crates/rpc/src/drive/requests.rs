//! What is asked of a service for a program.

use super::{JobService, Patience};
use crate::view::Refusal;
use crate::{JobOutcome, JobSpec};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use weft_common::{ErrorKind, JobId};
use weft_control::{FinalFailure, JobStatus};

/// How long a service may take to say that a job has not ended yet.
const LONG_POLL: Duration = Duration::from_secs(20);
/// The status of a job of which the service says none.
const UNKNOWN: &str = "UNKNOWN";

/// A submission, answered.
pub(super) struct Submitted {
    pub(super) name: String,
    pub(super) answer: Result<JobId, Refusal>,
}

/// Another request, answered.
pub(super) enum Answered {
    Outcome(JobOutcome),
    Status(String),
    Cancelled,
}

pub(super) async fn submit(service: Arc<dyn JobService>, patience: Patience, spec: JobSpec) -> Submitted {
    let name = spec.graph.settings.name.clone();
    let answer = patience.ask(|| service.submit(spec.clone())).await;
    Submitted { name, answer }
}

/// Waits for a job's end. A service that forgot the job, or is gone for good, makes it the end: the program is told what is known.
pub(super) async fn outcome(service: Arc<dyn JobService>, patience: Patience, job: JobId) -> Answered {
    loop {
        match patience.ask(|| service.outcome(job, LONG_POLL)).await {
            Ok(Some(outcome)) => return Answered::Outcome(outcome),
            Ok(None) => {}
            Err(refusal) => return Answered::Outcome(unknown(job, &refusal)),
        }
    }
}

fn unknown(job: JobId, refusal: &Refusal) -> JobOutcome {
    let message = format!("how job {job} ended is not known: {refusal}");
    JobOutcome {
        job,
        status: JobStatus::Suspended,
        failure: Some(FinalFailure { message, kind: ErrorKind::Retryable }),
        results: BTreeMap::new(),
        accumulators: Vec::new(),
        duration: Duration::ZERO,
    }
}

/// The status now: not asked again, since later it may be another.
pub(super) async fn status(service: Arc<dyn JobService>, job: JobId) -> Answered {
    Answered::Status(service.status(job).await.unwrap_or_else(|_| UNKNOWN.to_owned()))
}

/// The program hears of it by the job's end, if it waits for that.
pub(super) async fn cancel(service: Arc<dyn JobService>, patience: Patience, job: JobId) -> Answered {
    // A job that is over or unknown has nothing to cancel.
    let _ = patience.ask(|| service.cancel(job)).await;
    Answered::Cancelled
}

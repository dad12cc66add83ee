//! Jobs that a cluster runs.

use super::{Payload, RestClient, RestError};
use crate::output;
use hyper::{Method, StatusCode};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use weft_common::JobId;
use weft_rpc::drive::JobService;
use weft_rpc::view::{Answer, Refusal};
use weft_rpc::{JobOutcome, JobSpec};

/// Runs a program's jobs on a cluster. Says so when the JobManager does not answer, since whoever waits sees nothing else of it.
pub(crate) struct RestJobs {
    client: Arc<RestClient>,
    /// Whether that was said, and no answer has come since.
    is_lost: Arc<AtomicBool>,
}

impl RestJobs {
    pub(crate) fn new(client: Arc<RestClient>) -> Self {
        RestJobs { client, is_lost: Arc::default() }
    }

    fn ask<T, F>(&self, request: impl FnOnce(Arc<RestClient>) -> F) -> Answer<Result<T, Refusal>>
    where
        F: Future<Output = Result<T, RestError>> + Send + 'static,
    {
        let (request, is_lost) = (request(self.client.clone()), self.is_lost.clone());
        Box::pin(async move {
            let answer = request.await.map_err(RestError::into_refusal);
            let fails = matches!(answer, Err(Refusal::Failed(_)));
            match (is_lost.swap(fails, Ordering::Relaxed), &answer) {
                (false, Err(Refusal::Failed(sentence))) => {
                    output::complain(format_args!("{sentence}; asking again for as long as client.timeout says"));
                }
                (true, _) if !fails => output::complain("the JobManager answers again"),
                _ => {}
            }
            answer
        })
    }
}

impl JobService for RestJobs {
    fn submit(&self, job: JobSpec) -> Answer<Result<JobId, Refusal>> {
        self.ask(|client| async move {
            let id = job.job;
            client.exchange(Method::POST, "/weft/jobs", Payload::bytes(job.to_bytes())).await?;
            Ok(id)
        })
    }

    fn outcome(&self, job: JobId, wait: Duration) -> Answer<Result<Option<JobOutcome>, Refusal>> {
        self.ask(move |client| async move {
            let path = format!("/weft/jobs/{job}/outcome?wait={}", wait.as_millis());
            let response = client.request(Method::GET, &path, Payload::empty(), wait).await?;
            if response.status() == StatusCode::NO_CONTENT {
                return Ok(None);
            }
            let what = format!("GET {path}");
            let outcome = JobOutcome::from_bytes(&client.read(&what, response).await?);
            outcome.map(Some).map_err(|error| client.strange(&what, error))
        })
    }

    fn status(&self, job: JobId) -> Answer<Result<String, Refusal>> {
        self.ask(move |client| async move {
            let path = format!("/jobs/{job}/status");
            let answer = client.json(&path).await?;
            let status = answer.get("status").and_then(Value::as_str);
            status.map(str::to_owned).ok_or_else(|| client.strange(&format!("GET {path}"), &answer))
        })
    }

    fn cancel(&self, job: JobId) -> Answer<Result<(), Refusal>> {
        self.ask(move |client| async move {
            client.exchange(Method::PATCH, &format!("/jobs/{job}?mode=cancel"), Payload::empty()).await?;
            Ok(())
        })
    }
}

//! A job of an embedded cluster, for its program.

use std::sync::{Arc, OnceLock};

use crate::EmbeddedCluster;
use weft_api::{Error, JobAccumulators, JobClient, JobResult};
use weft_common::{ErrorKind, JobId};
use weft_control::JobStatus;
use weft_jobmanager::JobWatch;

pub(crate) struct EmbeddedJob {
    pub(crate) cluster: Arc<EmbeddedCluster>,
    pub(crate) job: JobId,
    pub(crate) name: String,
    pub(crate) watch: Arc<JobWatch>,
    /// What its tasks counted, by name; there when its end is.
    pub(crate) accumulators: Arc<OnceLock<JobAccumulators>>,
}

impl JobClient for EmbeddedJob {
    fn job_id(&self) -> JobId {
        self.job
    }

    fn status(&self) -> String {
        self.watch.status().to_string()
    }

    fn cancel(&self) {
        self.cluster.cancel(self.job);
    }

    fn wait(&mut self) -> Result<JobResult, Error> {
        let end = self.watch.wait();
        let name = &self.name;
        match (end.status, end.failure) {
            (JobStatus::Finished, _) => Ok(JobResult {
                job_id: self.job,
                duration: end.duration,
                results: end.results,
                accumulators: self.accumulators.get().cloned().unwrap_or_default(),
                detached: false,
            }),
            (_, Some(failure)) => Err(Error::of(failure.kind, format!("job `{name}` failed: {}", failure.message))),
            (JobStatus::Canceled, None) => Err(Error::user(format!("job `{name}` was cancelled"))),
            (status, None) => Err(Error::of(ErrorKind::Retryable, format!("job `{name}` ended as {status}"))),
        }
    }
}

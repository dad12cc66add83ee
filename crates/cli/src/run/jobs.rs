//! The jobs of a run, as they come and go, and what scripts read about them.

use crate::output;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use weft_common::JobId;
use weft_control::JobStatus;
use weft_rpc::JobOutcome;
use weft_rpc::drive::DriveObserver;
use weft_rpc::view::Refusal;

/// The jobs that were accepted and of which no end is known. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Jobs(Arc<Mutex<Vec<JobId>>>);

impl Jobs {
    /// In the order of their executes.
    pub(super) fn living(&self) -> Vec<JobId> {
        self.held().clone()
    }

    /// Forgets a job.
    pub(super) fn forget(&self, job: JobId) {
        self.held().retain(|other| *other != job);
    }

    fn held(&self) -> MutexGuard<'_, Vec<JobId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DriveObserver for Jobs {
    fn submitted(&mut self, job: JobId, _name: &str) {
        self.held().push(job);
        output::say(format_args!("Job has been submitted with JobID {job}"));
    }

    fn refused(&mut self, name: &str, refusal: &Refusal) {
        output::complain(format_args!("job `{name}` was not accepted: {refusal}"));
    }

    fn ended(&mut self, outcome: &JobOutcome) {
        let job = outcome.job;
        self.forget(job);
        if output::is_watched() {
            output::passing("");
        }
        if outcome.status == JobStatus::Finished {
            output::say("Program execution finished");
            output::say(format_args!("Job with JobID {job} has finished."));
            output::say(format_args!("Job Runtime: {} ms", outcome.duration.as_millis()));
        } else {
            let why = outcome.failure.as_ref().map(|failure| format!(": {}", failure.message)).unwrap_or_default();
            output::complain(format_args!("job {job} ended as {}{why}", outcome.status));
        }
    }
}

//! The jobs of a run, as they come and go, and what scripts read about them.

use crate::output;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use weft_common::JobId;
use weft_control::JobStatus;
use weft_rpc::JobOutcome;
use weft_rpc::drive::DriveObserver;
use weft_rpc::view::Refusal;

/// The jobs that were accepted and of which no end is known. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Jobs(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    known: Mutex<Known>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Known {
    /// In the order of their executes.
    living: Vec<JobId>,
    /// Whether no more will come.
    closed: bool,
}

impl Jobs {
    /// The one that was accepted last.
    pub(super) fn newest(&self) -> Option<JobId> {
        self.known().living.last().copied()
    }

    /// Takes out a job that lives, waiting for one until there will be no more.
    pub(super) async fn take(&self) -> Option<JobId> {
        loop {
            {
                let mut known = self.known();
                if !known.living.is_empty() {
                    return Some(known.living.remove(0));
                }
                if known.closed {
                    return None;
                }
            }
            self.0.changed.notified().await;
        }
    }

    /// No more will come: the program has ended.
    pub(super) fn close(&self) {
        self.known().closed = true;
        self.0.changed.notify_one();
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DriveObserver for Jobs {
    fn submitted(&mut self, job: JobId, _name: &str) {
        self.known().living.push(job);
        self.0.changed.notify_one();
        output::say(format_args!("Job has been submitted with JobID {job}"));
    }

    fn refused(&mut self, name: &str, refusal: &Refusal) {
        output::complain(format_args!("job `{name}` was not accepted: {refusal}"));
    }

    fn ended(&mut self, outcome: &JobOutcome) {
        let job = outcome.job;
        self.known().living.retain(|other| *other != job);
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

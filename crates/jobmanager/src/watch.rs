//! What clients see of a job while it runs.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use weft_common::OperatorId;
use weft_control::{FinalFailure, JobStatus};
use weft_rpc::view::JobView;

/// How a job ended.
#[derive(Clone, Debug)]
pub struct JobEnd {
    /// FINISHED, CANCELED, FAILED or SUSPENDED.
    pub status: JobStatus,
    /// Why it failed.
    pub failure: Option<FinalFailure>,
    /// What its sinks' committers had to say.
    pub results: BTreeMap<OperatorId, Vec<u8>>,
    /// From submission to end.
    pub duration: std::time::Duration,
}

/// A job's status, for any number of watchers.
pub struct JobWatch {
    view: Mutex<View>,
    changed: Condvar,
}

/// Called once when a job is over, before its end is told, on the JobManager's thread: it must not wait. The view is what there was to see of
/// the job at last; a job that could not be started has none.
pub type AtTheEnd = Box<dyn FnOnce(&JobEnd, Option<JobView>) + Send>;

struct View {
    status: JobStatus,
    end: Option<JobEnd>,
    at_the_end: Option<AtTheEnd>,
}

impl JobWatch {
    pub(crate) fn new(at_the_end: AtTheEnd) -> Arc<Self> {
        let view = View { status: JobStatus::Initializing, end: None, at_the_end: Some(at_the_end) };
        Arc::new(JobWatch { view: Mutex::new(view), changed: Condvar::new() })
    }

    /// The job's status.
    pub fn status(&self) -> JobStatus {
        self.lock().status
    }

    /// Waits for the end.
    pub fn wait(&self) -> JobEnd {
        let mut view = self.lock();
        loop {
            if let Some(end) = &view.end {
                return end.clone();
            }
            view = self.changed.wait(view).unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub(crate) fn set_status(&self, status: JobStatus) {
        let mut view = self.lock();
        view.status = status;
        self.changed.notify_all();
    }

    pub(crate) fn set_end(&self, end: JobEnd, last_view: Option<JobView>) {
        let at_the_end = self.lock().at_the_end.take();
        if let Some(call) = at_the_end {
            call(&end, last_view);
        }
        let mut view = self.lock();
        view.status = end.status;
        view.end.get_or_insert(end);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, View> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

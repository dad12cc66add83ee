//! Which slot belongs to which job, which lane runs which task.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread::JoinHandle;

use weft_common::{AllocationId, ExecutionAttemptId, JobId};
use weft_rpc::slot_of_lane;
use weft_runtime::LaneHandle;

/// A lane's thread.
pub(crate) struct LaneThread {
    pub(crate) handle: Arc<LaneHandle>,
    pub(crate) thread: Option<JoinHandle<()>>,
}

/// The book-keeping of one TaskManager.
#[derive(Default)]
pub(crate) struct Slots {
    /// By slot index.
    pub(crate) granted: HashMap<u32, (JobId, AllocationId)>,
    /// By job and lane number.
    pub(crate) lanes: HashMap<(JobId, u32), LaneThread>,
    /// Which lane a live task is in.
    pub(crate) tasks: HashMap<(JobId, ExecutionAttemptId), u32>,
    /// Messages sent so far, by job.
    sequences: HashMap<JobId, u64>,
    /// Messages sent to the ResourceManager so far.
    reports: u64,
}

impl Slots {
    /// The number of the next message to a job.
    pub(crate) fn next_sequence(&mut self, job: JobId) -> u64 {
        let sequence = self.sequences.entry(job).or_default();
        *sequence += 1;
        *sequence
    }

    /// The number of the next message to the ResourceManager.
    pub(crate) fn next_report(&mut self) -> u64 {
        self.reports += 1;
        self.reports
    }

    /// The lane of a live task.
    pub(crate) fn lane_of(&self, job: JobId, attempt: ExecutionAttemptId) -> Option<&Arc<LaneHandle>> {
        let lane = self.tasks.get(&(job, attempt))?;
        self.lanes.get(&(job, *lane)).map(|l| &l.handle)
    }

    /// Takes out all lanes of a job, or those of one of its slots.
    pub(crate) fn remove_lanes(&mut self, job: JobId, slot: Option<u32>) -> Vec<LaneThread> {
        let matches = |j: JobId, l: u32| j == job && slot.is_none_or(|slot| slot == slot_of_lane(l));
        self.tasks.retain(|(j, _), l| !matches(*j, *l));
        let keys: Vec<_> = self.lanes.keys().filter(|(j, l)| matches(*j, *l)).copied().collect();
        keys.iter().filter_map(|key| self.lanes.remove(key)).collect()
    }

    /// Forgets a job.
    pub(crate) fn remove_job(&mut self, job: JobId) -> Vec<LaneThread> {
        self.granted.retain(|_, (owner, _)| *owner != job);
        self.sequences.remove(&job);
        self.remove_lanes(job, None)
    }
}

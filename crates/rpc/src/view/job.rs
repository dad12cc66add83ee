//! Jobs.

use std::collections::BTreeMap;

use crate::program::TaskCounters;
use weft_common::accumulator;
use weft_common::{JobId, JobVertexId, TaskManagerId};
use weft_control::{ExecutionState, JobStatus};

/// A job in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobSummary {
    /// Its id.
    pub id: JobId,
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: JobStatus,
    /// Whether it runs in STREAMING mode.
    pub streaming: bool,
    /// When it was submitted.
    pub started_ms: i64,
    /// When it ended.
    pub ended_ms: Option<i64>,
    /// When its status, or a task's state, changed last.
    pub changed_ms: i64,
    /// How many current attempts are in each state.
    pub tasks: BTreeMap<ExecutionState, u32>,
}

/// All there is to see of a job.
#[derive(Clone, Debug, PartialEq)]
pub struct JobView {
    /// As in a list.
    pub summary: JobSummary,
    /// When it entered each status it has been in.
    pub timestamps: BTreeMap<JobStatus, i64>,
    /// `pipeline.max-parallelism`, where the job has one.
    pub max_parallelism: Option<u32>,
    /// The parallelism of operators that set none.
    pub parallelism: u32,
    /// Its restart strategy, in words.
    pub restart_strategy: String,
    /// What its program and client configured, secrets masked.
    pub configuration: BTreeMap<String, String>,
    /// Its plan: the JSON that `/jobs/:id/plan` shows under `plan`.
    pub plan: String,
    /// Its vertices, in topological order.
    pub vertices: Vec<VertexView>,
    /// Its failures, newest first.
    pub exceptions: Vec<ExceptionView>,
    /// Whether older failures have been forgotten.
    pub exceptions_truncated: bool,
    /// Why it failed for good.
    pub failure: Option<String>,
}

impl JobView {
    /// What the attempts that count have counted, by name; several under a name are of different kinds.
    pub fn accumulators(&self) -> Vec<(String, Vec<u8>)> {
        let subtasks = self.vertices.iter().flat_map(|vertex| &vertex.subtasks);
        let reported = subtasks.flat_map(|subtask| &subtask.current.accumulators);
        accumulator::compact(reported.map(|(name, bytes)| (name.as_str(), bytes.as_slice())))
    }
}

/// A vertex.
#[derive(Clone, Debug, PartialEq)]
pub struct VertexView {
    /// Its id.
    pub id: JobVertexId,
    /// Its name: those of its operators.
    pub name: String,
    /// How many subtasks it has.
    pub parallelism: u32,
    /// How many it can have.
    pub max_parallelism: u32,
    /// An id of the slot sharing group it is in.
    pub slot_sharing_group: u128,
    /// Its subtasks.
    pub subtasks: Vec<SubtaskView>,
}

/// A subtask.
#[derive(Clone, Debug, PartialEq)]
pub struct SubtaskView {
    /// Which one, from 0.
    pub subtask: u32,
    /// The attempt that counts.
    pub current: AttemptView,
    /// Those before, oldest first, as far as they are remembered.
    pub prior: Vec<AttemptView>,
}

/// An attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct AttemptView {
    /// Which one, from 0.
    pub attempt: u32,
    /// Its state.
    pub state: ExecutionState,
    /// When it entered each state it has been in.
    pub timestamps: BTreeMap<ExecutionState, i64>,
    /// Where it runs or ran.
    pub task_manager: Option<TaskManagerId>,
    /// The host of that TaskManager and its data port, `host:port`.
    pub endpoint: Option<String>,
    /// Why it failed.
    pub failure: Option<String>,
    /// What it has counted, as last reported.
    pub counters: TaskCounters,
    /// Milliseconds per second that it was busy, idle and back-pressured, of late.
    pub time_per_second: [u64; 3],
    /// The event time that its input has reached.
    pub watermark: Option<i64>,
    /// Its accumulators.
    pub accumulators: Vec<(String, Vec<u8>)>,
}

/// A failure of a job, with those that came at the same time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionView {
    /// The root cause.
    pub root: FailureView,
    /// What failed along with it.
    pub concurrent: Vec<FailureView>,
}

/// One failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureView {
    /// The sentence.
    pub message: String,
    /// When.
    pub at_ms: i64,
    /// The task, `Flat Map (2/4)`; `None` for a failure of the job as a whole.
    pub task: Option<String>,
    /// The operator whose code failed.
    pub operator: Option<String>,
    /// The TaskManager that ran it.
    pub task_manager: Option<TaskManagerId>,
    /// That TaskManager's host and data port.
    pub endpoint: Option<String>,
}

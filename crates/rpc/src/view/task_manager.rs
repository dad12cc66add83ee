//! TaskManagers and the cluster.

use crate::TaskManagerRegistration;
use crate::program::TaskCounters;
use weft_common::{ExecutionAttemptId, JobId};

/// The cluster in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClusterOverview {
    /// Registered TaskManagers.
    pub task_managers: u32,
    /// All slots.
    pub slots_total: u32,
    /// Free ones.
    pub slots_available: u32,
    /// Jobs that are not over.
    pub jobs_running: u32,
    /// Jobs that ended well, as far as they are remembered.
    pub jobs_finished: u32,
    /// Cancelled ones.
    pub jobs_cancelled: u32,
    /// Failed ones.
    pub jobs_failed: u32,
}

/// A TaskManager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskManagerView {
    /// What it said when it registered.
    pub registration: TaskManagerRegistration,
    /// When it was heard of last.
    pub last_heartbeat_ms: i64,
    /// How many of its slots are free.
    pub free_slots: u32,
    /// The others.
    pub allocated: Vec<AllocatedSlot>,
    /// The memory of its processes, as last reported.
    pub memory: ProcessMemory,
}

/// A slot in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AllocatedSlot {
    /// Whose it is.
    pub job: JobId,
    /// How many tasks run in it.
    pub tasks: u32,
}

/// Bytes of memory of a process and its children.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProcessMemory {
    /// Resident, in all.
    pub resident: u64,
    /// What they may use.
    pub limit: u64,
    /// Network memory in use.
    pub network_used: u64,
}

/// A task as the TaskManager that runs it knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningTask {
    /// Its job.
    pub job: JobId,
    /// That job's name, once it is known.
    pub job_name: Option<String>,
    /// Which attempt of which subtask.
    pub attempt: ExecutionAttemptId,
    /// The name of its vertex.
    pub name: String,
    /// What it has counted, as last reported.
    pub counters: TaskCounters,
    /// Milliseconds per second that it was busy, idle and back-pressured, of late.
    pub time_per_second: [u64; 3],
    /// The event time that its input has reached.
    pub watermark: Option<i64>,
}

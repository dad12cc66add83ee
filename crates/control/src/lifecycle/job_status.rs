//! The life cycle of a job.

use super::{LifeCycle, named_states};

/// Where a job is in its life.
///
/// ```text
/// INITIALIZING ─► CREATED ─► RUNNING ─────────────► FINISHED
///       │ │          ▲  │     ▲  │ │
///       │ ▼          │  │     │  │ ▼
///       │ RECONCILING┘  │     └─RESTARTING
///       │               ▼        ▼ ▲
///       │             FAILING ◄──┘ │ (from FAILING too)
///       ▼               ▼
///     FAILED ◄──────────┘        any of these ─► CANCELLING ─► CANCELED
/// ```
///
/// A leader that loses its leadership leaves its jobs SUSPENDED: over for this leader, not for the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobStatus {
    /// The JobMaster is being set up.
    Initializing,
    /// Known, nothing scheduled yet.
    Created,
    /// Scheduled; its tasks may still wait for slots.
    Running,
    /// Will end as FAILED once its tasks have stopped.
    Failing,
    /// Failed for good.
    Failed,
    /// Was cancelled; its tasks are stopping.
    Cancelling,
    /// Cancelled for good.
    Canceled,
    /// Every task finished and every sink committed.
    Finished,
    /// Waits for tasks to stop, or for the back-off, to run again.
    Restarting,
    /// This leader no longer leads it.
    Suspended,
    /// A new leader is finding out what is still running.
    Reconciling,
}

named_states!(JobStatus {
    Initializing => "INITIALIZING",
    Created => "CREATED",
    Running => "RUNNING",
    Failing => "FAILING",
    Failed => "FAILED",
    Cancelling => "CANCELLING",
    Canceled => "CANCELED",
    Finished => "FINISHED",
    Restarting => "RESTARTING",
    Suspended => "SUSPENDED",
    Reconciling => "RECONCILING",
});

impl JobStatus {
    /// Over for the whole cluster: FINISHED, CANCELED or FAILED.
    pub fn is_globally_terminal(self) -> bool {
        matches!(self, JobStatus::Finished | JobStatus::Canceled | JobStatus::Failed)
    }

    /// Over for this leader at least: globally terminal, or SUSPENDED.
    pub fn is_terminal(self) -> bool {
        self.is_globally_terminal() || self == JobStatus::Suspended
    }
}

impl LifeCycle for JobStatus {
    const MACHINE: &'static str = "job";
    const ALL: &'static [JobStatus] = JobStatus::STATES;

    fn name(self) -> &'static str {
        self.state_name()
    }

    fn can_become(self, to: JobStatus) -> bool {
        use JobStatus::*;
        match (self, to) {
            (from, Suspended) => !from.is_terminal(),
            (from, Cancelling) => !from.is_terminal() && from != Cancelling,
            (Initializing, Created | Reconciling | Failed) => true,
            (Created, Running | Failing) => true,
            (Running, Finished | Failing | Restarting) => true,
            (Failing, Failed | Restarting) => true,
            (Restarting | Reconciling, Created | Running | Failing) => true,
            (Cancelling, Canceled) => true,
            _ => false,
        }
    }
}

//! The life cycle of one attempt to run a subtask.

use super::{LifeCycle, named_states};

/// Where one attempt to run a subtask is in its life.
///
/// ```text
/// CREATED ─► SCHEDULED ─► DEPLOYING ─► INITIALIZING ─► RUNNING ─► FINISHED
///    │  │        │            └───────────┬──────────────┘
///    │  └────────┴─► CANCELED ◄─ CANCELING◄┘       every state that is not terminal ─► FAILED
///    └─► RECONCILING ─► INITIALIZING, RUNNING, FINISHED or CANCELED
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExecutionState {
    /// Known, not yet to be run.
    Created,
    /// Waits for its slot.
    Scheduled,
    /// Sent to its TaskManager.
    Deploying,
    /// Restores its state and opens its operators.
    Initializing,
    /// Processes records.
    Running,
    /// Reached the end of its input.
    Finished,
    /// Was told to stop.
    Canceling,
    /// Stopped because it was told to.
    Canceled,
    /// Stopped on an error, or was lost.
    Failed,
    /// May still be running under a former leader.
    Reconciling,
}

named_states!(ExecutionState {
    Created => "CREATED",
    Scheduled => "SCHEDULED",
    Deploying => "DEPLOYING",
    Initializing => "INITIALIZING",
    Running => "RUNNING",
    Finished => "FINISHED",
    Canceling => "CANCELING",
    Canceled => "CANCELED",
    Failed => "FAILED",
    Reconciling => "RECONCILING",
});

impl ExecutionState {
    /// Over: FINISHED, CANCELED or FAILED.
    pub fn is_terminal(self) -> bool {
        matches!(self, ExecutionState::Finished | ExecutionState::Canceled | ExecutionState::Failed)
    }

    /// Whether a TaskManager may be holding this attempt.
    pub fn is_deployed(self) -> bool {
        use ExecutionState::*;
        matches!(self, Deploying | Initializing | Running | Canceling)
    }

    /// How far along the way DEPLOYING, INITIALIZING, RUNNING, FINISHED this state is; `None` off that way.
    pub(crate) fn progress(self) -> Option<usize> {
        ExecutionState::WAY.iter().position(|state| *state == self)
    }

    /// The way of an attempt that nothing disturbs, from the moment it is sent to its TaskManager.
    pub(crate) const WAY: [ExecutionState; 4] =
        [ExecutionState::Deploying, ExecutionState::Initializing, ExecutionState::Running, ExecutionState::Finished];
}

impl LifeCycle for ExecutionState {
    const MACHINE: &'static str = "task";
    const ALL: &'static [ExecutionState] = ExecutionState::STATES;

    fn name(self) -> &'static str {
        self.state_name()
    }

    fn can_become(self, to: ExecutionState) -> bool {
        use ExecutionState::*;
        match (self, to) {
            (from, Failed) => !from.is_terminal(),
            (Created, Scheduled | Canceled | Reconciling) => true,
            (Scheduled, Deploying | Canceled) => true,
            (Deploying, Initializing | Canceling) => true,
            (Initializing, Running | Canceling) => true,
            (Running, Finished | Canceling) => true,
            (Canceling, Canceled) => true,
            (Reconciling, Initializing | Running | Finished | Canceled) => true,
            _ => false,
        }
    }
}

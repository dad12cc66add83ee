//! Tasks whose operators are gone and whose background work is not.

use std::time::Duration;

use crate::{Background, Clock};
use weft_common::{ExecutionAttemptId, Mono};
use weft_rpc::TaskState;

/// How long a task that is gone may have work going on before it is reported all the same: long enough for a slow disk, short enough
/// that a file system that hangs does not keep a job from restarting elsewhere.
const PATIENCE: Duration = Duration::from_secs(5);

/// The ends that are still to be reported, of the tasks of a lane.
#[derive(Default)]
pub(crate) struct Endings(Vec<Ending>);

struct Ending {
    attempt: ExecutionAttemptId,
    state: TaskState,
    background: Background,
    give_up: Mono,
}

impl Endings {
    /// A task is gone.
    pub(crate) fn add(&mut self, attempt: ExecutionAttemptId, state: TaskState, background: Background, now: Mono) {
        self.0.push(Ending { attempt, state, background, give_up: now + PATIENCE });
    }

    /// Takes out the tasks that are over, or that nobody should wait for any longer.
    pub(crate) fn take_over(&mut self, clock: &dyn Clock) -> Vec<(ExecutionAttemptId, TaskState)> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let now = clock.mono();
        let over = self.0.extract_if(.., |ending| ending.background.is_over() || ending.give_up <= now);
        over.map(Ending::reported).collect()
    }

    /// When to look again, whether or not somebody wakes the lane.
    pub(crate) fn next_deadline(&self) -> Option<Mono> {
        self.0.iter().map(|ending| ending.give_up).min()
    }
}

impl Ending {
    fn reported(self) -> (ExecutionAttemptId, TaskState) {
        if !self.background.is_over() {
            let ExecutionAttemptId { vertex, subtask, attempt } = self.attempt;
            tracing::warn!(%vertex, subtask, attempt, "a task ended while something it wrote was still on its way");
        }
        (self.attempt, self.state)
    }
}

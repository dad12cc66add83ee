//! States by name, all of them: clients expect the ones that nothing is in, too.

use serde_json::{Map, Value};
use weft_control::{ExecutionState, JobStatus};

/// What a task can be in.
pub(crate) const EXECUTION_STATES: [ExecutionState; 10] = [
    ExecutionState::Created,
    ExecutionState::Scheduled,
    ExecutionState::Deploying,
    ExecutionState::Initializing,
    ExecutionState::Running,
    ExecutionState::Finished,
    ExecutionState::Canceling,
    ExecutionState::Canceled,
    ExecutionState::Failed,
    ExecutionState::Reconciling,
];

/// What a job can be in.
pub(crate) const JOB_STATUSES: [JobStatus; 11] = [
    JobStatus::Initializing,
    JobStatus::Created,
    JobStatus::Running,
    JobStatus::Failing,
    JobStatus::Failed,
    JobStatus::Cancelling,
    JobStatus::Canceled,
    JobStatus::Finished,
    JobStatus::Restarting,
    JobStatus::Suspended,
    JobStatus::Reconciling,
];

/// An object of what `of` says of each state.
pub(crate) fn by_state<S: Copy + ToString>(states: &[S], of: impl Fn(S) -> Value) -> Value {
    Value::Object(states.iter().map(|state| (state.to_string(), of(*state))).collect::<Map<_, _>>())
}

/// How many of `found` are in each state.
pub(crate) fn counts(found: impl Iterator<Item = ExecutionState> + Clone) -> Value {
    by_state(&EXECUTION_STATES, |state| found.clone().filter(|other| *other == state).count().into())
}

/// The state of a vertex whose subtasks are in `found`: the worst says what all are, and RUNNING is who has begun and not ended.
pub(crate) fn aggregate(found: impl Iterator<Item = ExecutionState> + Clone) -> ExecutionState {
    use ExecutionState::{Canceled, Canceling, Created, Failed, Finished, Initializing, Running};
    let any = |state| found.clone().any(|other| other == state);
    let worst = [Failed, Canceling, Canceled, Initializing, Running].into_iter().find(|state| any(*state));
    worst.unwrap_or_else(|| match any(Finished) {
        true if found.clone().all(|other| other == Finished) => Finished,
        true => Running,
        false => Created,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ExecutionState::{Canceled, Canceling, Created, Deploying, Failed, Finished, Initializing, Running, Scheduled};

    #[test]
    fn a_vertex_is_what_its_worst_subtask_is() {
        let table: [(&[ExecutionState], ExecutionState); 9] = [
            (&[], Created),
            (&[Created, Scheduled, Deploying], Created),
            (&[Running, Scheduled], Running),
            (&[Running, Initializing], Initializing),
            (&[Finished, Finished], Finished),
            (&[Finished, Deploying], Running),
            (&[Finished, Canceled, Running], Canceled),
            (&[Canceled, Canceling], Canceling),
            (&[Canceling, Failed, Running], Failed),
        ];
        for (found, expected) in table {
            assert_eq!(aggregate(found.iter().copied()), expected, "{found:?}");
        }
    }

    #[test]
    fn every_state_is_named_once() {
        let names: std::collections::BTreeSet<_> = EXECUTION_STATES.iter().map(ToString::to_string).collect();
        assert_eq!(names.len(), EXECUTION_STATES.len());
        let names: std::collections::BTreeSet<_> = JOB_STATUSES.iter().map(ToString::to_string).collect();
        assert_eq!(names.len(), JOB_STATUSES.len());
    }
}

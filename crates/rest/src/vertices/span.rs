//! From when to when.

use crate::jobs::NONE;
use std::collections::BTreeMap;
use weft_control::ExecutionState;
use weft_rpc::view::AttemptView;

/// From the deployment to the end, in milliseconds; -1 for what is not yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// When the first was deployed.
    pub(crate) start: i64,
    /// When the last ended; -1 while one has not.
    pub(crate) end: i64,
    /// From one to the other, or to now.
    pub(crate) duration: i64,
}

/// The states of a task that has not ended, in the order in which it is in them.
pub(super) const LIVE: [ExecutionState; 5] = [
    ExecutionState::Created,
    ExecutionState::Scheduled,
    ExecutionState::Deploying,
    ExecutionState::Initializing,
    ExecutionState::Running,
];

impl Span {
    /// The span of some attempts.
    pub(crate) fn over<'a>(attempts: impl Iterator<Item = &'a AttemptView> + Clone, now: i64) -> Self {
        let at = |attempt: &AttemptView, state| attempt.timestamps.get(&state).copied();
        let start = attempts.clone().filter_map(|attempt| at(attempt, ExecutionState::Deploying)).min();
        let end_of =
            |attempt: &AttemptView| if attempt.state.is_terminal() { at(attempt, attempt.state) } else { None };
        let ends: Option<Vec<i64>> = attempts.map(end_of).collect();
        let end = ends.and_then(|ends| ends.into_iter().max());
        let duration = start.map(|start| end.unwrap_or(now).saturating_sub(start).max(0));
        Span { start: start.unwrap_or(NONE), end: end.unwrap_or(NONE), duration: duration.unwrap_or(NONE) }
    }
}

/// For how long an attempt was in each live state; -1 for one that it has not been in.
pub(super) fn state_durations(attempt: &AttemptView, now: i64) -> BTreeMap<ExecutionState, i64> {
    let next = |state| attempt.timestamps.iter().filter(|(other, _)| **other > state).map(|(_, at)| *at).min();
    let duration = |state| {
        let entered = attempt.timestamps.get(&state)?;
        Some(next(state).unwrap_or(now).saturating_sub(*entered).max(0))
    };
    LIVE.iter().map(|state| (*state, duration(*state).unwrap_or(NONE))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ExecutionState::{Canceled, Canceling, Created, Deploying, Initializing, Running, Scheduled};

    fn attempt(state: ExecutionState, timestamps: &[(ExecutionState, i64)]) -> AttemptView {
        AttemptView {
            attempt: 0,
            state,
            timestamps: timestamps.iter().copied().collect(),
            task_manager: None,
            endpoint: None,
            failure: None,
            counters: Default::default(),
            time_per_second: [0; 3],
            watermark: None,
            accumulators: Vec::new(),
        }
    }

    #[test]
    fn a_span_is_open_while_one_attempt_is() {
        let waiting = attempt(Created, &[(Created, 5)]);
        let running = attempt(Running, &[(Created, 5), (Deploying, 10), (Running, 20)]);
        let over = attempt(Canceled, &[(Created, 5), (Deploying, 8), (Canceling, 30), (Canceled, 40)]);
        let span = |attempts: &[&AttemptView]| {
            let Span { start, end, duration } = Span::over(attempts.iter().copied(), 100);
            (start, end, duration)
        };
        assert_eq!(span(&[&waiting]), (-1, -1, -1));
        assert_eq!(span(&[&running, &over]), (8, -1, 92));
        assert_eq!(span(&[&over]), (8, 40, 32));
    }

    #[test]
    fn a_state_lasts_until_the_next_one() {
        let times = [(Created, 5), (Scheduled, 6), (Deploying, 10), (Running, 20), (Canceling, 30), (Canceled, 40)];
        let durations = state_durations(&attempt(Canceled, &times), 100);
        assert_eq!(durations.into_values().collect::<Vec<_>>(), [1, 4, 10, -1, 10]);
        let durations = state_durations(&attempt(Initializing, &[(Created, 5), (Initializing, 50)]), 100);
        assert_eq!(durations.into_values().collect::<Vec<_>>(), [45, -1, -1, 50, -1]);
    }
}

use super::*;

/// Asserts that exactly `legal` holds among all pairs of states.
fn assert_exactly<S: LifeCycle + std::fmt::Debug>(legal: &[(S, S)]) {
    for &from in S::ALL {
        for &to in S::ALL {
            let expected = legal.contains(&(from, to));
            assert_eq!(from.can_become(to), expected, "{from:?} -> {to:?}");
            match from.transition(to) {
                Ok(next) => assert_eq!((next, expected), (to, true)),
                Err(refused) => {
                    assert!(!expected);
                    assert_eq!((refused.from, refused.to), (from.name(), to.name()));
                }
            }
        }
    }
}

#[test]
fn jobs_go_only_where_the_table_allows() {
    use JobStatus::*;
    assert_exactly(&[
        (Initializing, Created),
        (Initializing, Reconciling),
        (Initializing, Failed),
        (Created, Running),
        (Created, Failing),
        (Running, Finished),
        (Running, Failing),
        (Running, Restarting),
        (Failing, Failed),
        (Failing, Restarting),
        (Restarting, Created),
        (Restarting, Running),
        (Restarting, Failing),
        (Reconciling, Created),
        (Reconciling, Running),
        (Reconciling, Failing),
        (Cancelling, Canceled),
        (Initializing, Cancelling),
        (Created, Cancelling),
        (Running, Cancelling),
        (Failing, Cancelling),
        (Restarting, Cancelling),
        (Reconciling, Cancelling),
        (Initializing, Suspended),
        (Created, Suspended),
        (Running, Suspended),
        (Failing, Suspended),
        (Restarting, Suspended),
        (Reconciling, Suspended),
        (Cancelling, Suspended),
    ]);
}

#[test]
fn tasks_go_only_where_the_table_allows() {
    use ExecutionState::*;
    assert_exactly(&[
        (Created, Scheduled),
        (Created, Canceled),
        (Created, Reconciling),
        (Scheduled, Deploying),
        (Scheduled, Canceled),
        (Deploying, Initializing),
        (Initializing, Running),
        (Running, Finished),
        (Deploying, Canceling),
        (Initializing, Canceling),
        (Running, Canceling),
        (Canceling, Canceled),
        (Reconciling, Initializing),
        (Reconciling, Running),
        (Reconciling, Finished),
        (Reconciling, Canceled),
        (Created, Failed),
        (Scheduled, Failed),
        (Deploying, Failed),
        (Initializing, Failed),
        (Running, Failed),
        (Canceling, Failed),
        (Reconciling, Failed),
    ]);
}

#[test]
fn slots_go_round() {
    use SlotState::*;
    assert_exactly(&[
        (Free, Allocated),
        (Allocated, Active),
        (Allocated, Releasing),
        (Active, Releasing),
        (Releasing, Free),
    ]);
}

#[test]
fn nothing_leaves_a_terminal_state() {
    for &from in JobStatus::ALL.iter().filter(|status| status.is_terminal()) {
        assert!(JobStatus::ALL.iter().all(|to| !from.can_become(*to)), "{from}");
    }
    for &from in ExecutionState::ALL.iter().filter(|state| state.is_terminal()) {
        assert!(ExecutionState::ALL.iter().all(|to| !from.can_become(*to)), "{from}");
    }
}

#[test]
fn an_illegal_transition_says_what_was_tried() {
    let refused = JobStatus::Finished.transition(JobStatus::Running).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "job cannot go from FINISHED to RUNNING: the table of legal transitions does not hold this pair"
    );
}

#[test]
fn timestamps_hold_every_state() {
    let mut timestamps = StateTimestamps::starting_in(JobStatus::Initializing, 5);
    timestamps.enter(JobStatus::Running, 7);
    timestamps.enter(JobStatus::Running, 9);
    let keys: Vec<_> = timestamps.iter().map(|(status, at)| (status.name(), at)).collect();
    assert_eq!(keys.len(), 11);
    assert!(keys.contains(&("INITIALIZING", 5)) && keys.contains(&("RUNNING", 9)) && keys.contains(&("FAILED", 0)));
    assert_eq!(timestamps.of(JobStatus::Running), 9);
}

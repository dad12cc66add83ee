//! Messages that are late, repeated, lost, from elsewhere or from the past.

use super::*;

#[test]
fn messages_of_another_leader_are_fenced() {
    let mut job = Job::running(&shuffled(1), JobMasterSettings::default());
    let before = format!("{:?}", job.master);
    let epoch = LeaderEpoch { counter: 2, random: 77 };
    let failed = TaskStatus { attempt: att(0, 0, 0), state: ExecutionState::Failed, failure: None };
    let events = [
        Event::Worker { epoch, task_manager: tm(0), sequence: 99, message: WorkerMessage::TaskStateChanged(failed) },
        Event::Coordinator { epoch, attempt: 0, message: CoordinatorMessage::CommitFinished },
    ];
    for event in events {
        let mut out = Commands::new();
        let refused = job.master.on(now(1000), event, &mut out).unwrap_err();
        assert_eq!(refused, ControlError::Fenced(crate::Fenced { expected: EPOCH, found: epoch }));
        assert_eq!(refused.kind(), weft_common::ErrorKind::Fenced);
        assert_eq!(out, []);
    }
    assert_eq!(format!("{:?}", job.master), before);
}

#[test]
fn states_lost_on_the_way_are_made_up_for() {
    let mut job = Job::new(&shuffled(1), JobMasterSettings::default());
    job.on(Event::Start);
    job.offer(0..1);
    let event = job.reaches(att(0, 0, 0), ExecutionState::Finished);
    assert_eq!(job.handled(event), Handled::Applied);
    assert_eq!(job.state_of(0, 0), (0, ExecutionState::Finished));
    for late in [ExecutionState::Deploying, ExecutionState::Running, ExecutionState::Finished, ExecutionState::Failed] {
        let event = job.reaches(att(0, 0, 0), late);
        assert_eq!(job.handled(event), Handled::Ignored(Ignored::AttemptOver));
    }
}

#[test]
fn a_state_already_passed_is_ignored() {
    let mut job = Job::running(&shuffled(1), JobMasterSettings::default());
    for late in [ExecutionState::Deploying, ExecutionState::Initializing, ExecutionState::Running] {
        let event = job.reaches(att(0, 0, 0), late);
        assert_eq!(job.handled(event), Handled::Ignored(Ignored::Repeated));
    }
}

#[test]
fn only_the_current_attempt_counts() {
    let mut job = Job::running(&shuffled(1), fixed_delay(1, 100));
    let event = job.fails(att(0, 0, 0), Failure::retryable("x"));
    job.on(event);
    let event = job.reaches(att(1, 0, 0), ExecutionState::Canceled);
    job.on(event);
    job.tick_at(1100);
    for other in [0, 2] {
        let event = job.reaches(att(0, 0, other), ExecutionState::Failed);
        assert_eq!(job.handled(event), Handled::Ignored(Ignored::OtherAttempt));
    }
    let nowhere = Event::DeployFailed { attempt: att(7, 0, 0), failure: Failure::retryable("x") };
    assert_eq!(job.handled(nowhere), Handled::Ignored(Ignored::UnknownTask));
    let event = job.reaches(att(0, 5, 0), ExecutionState::Running);
    assert_eq!(job.handled(event), Handled::Ignored(Ignored::UnknownTask));
}

#[test]
fn a_task_is_only_where_it_was_deployed() {
    let mut job = Job::running(&shuffled(1), JobMasterSettings::default());
    let status = TaskStatus { attempt: att(0, 0, 0), state: ExecutionState::Failed, failure: None };
    let event = job.worker(tm(8), WorkerMessage::TaskStateChanged(status));
    assert_eq!(job.handled(event), Handled::Ignored(Ignored::UnknownTask));
}

#[test]
fn a_task_that_is_not_there_yet_says_nothing() {
    let mut job = Job::new(&shuffled(1), JobMasterSettings::default());
    job.on(Event::Start);
    let event = job.reaches(att(0, 0, 0), ExecutionState::Running);
    assert_eq!(job.handled(event), Handled::Ignored(Ignored::UnknownTask));
}

fn report(tasks: &[(ExecutionAttemptId, ExecutionState)], allocations: &[u32]) -> WorkerMessage {
    let status = |(attempt, state): &(ExecutionAttemptId, ExecutionState)| TaskStatus {
        attempt: *attempt,
        state: *state,
        failure: None,
    };
    WorkerMessage::Report {
        tasks: tasks.iter().map(status).collect(),
        allocations: allocations.iter().map(|number| slot(*number).allocation).collect(),
    }
}

#[test]
fn a_report_finds_tasks_that_vanished() {
    let mut job = Job::running(&shuffled(1), JobMasterSettings::default());
    let here = [(att(0, 0, 0), ExecutionState::Running)];
    let event = job.worker(tm(0), report(&here, &[0]));
    assert_eq!(job.on(event)[0], job.status(JobStatus::Failing));
    let newest = job.master.exceptions().newest().expect("an entry");
    assert_eq!(newest.failure.message, "tm-0 no longer has the task");
    assert_eq!(newest.failure.origin.attempt, Some(att(1, 0, 0)));
}

#[test]
fn a_report_does_not_miss_what_may_still_be_on_its_way() {
    let mut job = Job::new(&shuffled(1), JobMasterSettings::default());
    job.on(Event::Start);
    job.offer(0..1);
    let event = job.worker(tm(0), report(&[], &[0]));
    assert_eq!(job.on(event), [job.acknowledgement(tm(0), &[0])]);
}

#[test]
fn after_a_reconnection_a_report_is_taken_at_its_word() {
    let mut job = Job::new(&shuffled(1), JobMasterSettings::default());
    job.on(Event::Start);
    job.offer(0..1);
    let back = || Event::TaskManagerReconnected { task_manager: tm(0) };
    assert_eq!(job.handled(back()), Handled::Applied);
    assert_eq!(job.handled(back()), Handled::Ignored(Ignored::Repeated));
    // One of the two deployments was lost when the connection broke.
    let event = job.worker(tm(0), report(&[(att(0, 0, 0), ExecutionState::Deploying)], &[0]));
    assert_eq!(job.on(event)[0], job.status(JobStatus::Failing));
    let newest = job.master.exceptions().newest().expect("an entry");
    assert_eq!(newest.failure.origin.attempt, Some(att(1, 0, 0)));
}

#[test]
fn a_report_is_acknowledged_with_the_slots_that_the_job_holds() {
    let mut job = Job::running(&shuffled(1), JobMasterSettings::default());
    let here = [(att(0, 0, 0), ExecutionState::Finished), (att(1, 0, 0), ExecutionState::Running)];
    let event = job.worker(tm(0), report(&here, &[0, 1]));
    assert_eq!(job.on(event), [job.acknowledgement(tm(0), &[0])]);
}

#[test]
fn a_report_for_a_job_that_is_over_is_acknowledged() {
    let mut job = Job::running(&shuffled(1), JobMasterSettings::default());
    job.on(Event::CancelRequested);
    job.all_reach(ExecutionState::Canceled);
    let event = job.worker(tm(0), report(&[(att(0, 0, 0), ExecutionState::Canceled)], &[0]));
    assert_eq!(job.on(event), [Command::ReleaseSlots { slots: vec![slot(0)] }, job.acknowledgement(tm(0), &[])]);
}

#[test]
fn an_overtaken_report_is_put_aside() {
    let mut job = Job::new(&shuffled(1), JobMasterSettings::default());
    job.on(Event::Start);
    let old = job.worker(tm(0), report(&[], &[]));
    job.offer(0..1);
    job.all_reach(ExecutionState::Running);
    assert_eq!(job.handled(old), Handled::Ignored(Ignored::Overtaken));
}

#[test]
fn a_report_repeats_lost_cancellations() {
    let mut job = Job::running(&shuffled(1), JobMasterSettings::default());
    job.on(Event::CancelRequested);
    let here = [(att(0, 0, 0), ExecutionState::Running), (att(1, 0, 0), ExecutionState::Canceling)];
    let event = job.worker(tm(0), report(&here, &[0]));
    assert_eq!(job.on(event), [cancel(att(0, 0, 0), slot(0)), job.acknowledgement(tm(0), &[0])]);
    // Gone without a word: they were told to go.
    let event = job.worker(tm(0), report(&[], &[0]));
    assert_eq!(job.on(event).last(), Some(&finished(JobStatus::Canceled)));
}

#[test]
fn a_report_finds_tasks_that_nobody_wants() {
    let mut job = Job::running(&shuffled(1), JobMasterSettings::default());
    let here = [
        (att(0, 0, 0), ExecutionState::Running),
        (att(1, 0, 0), ExecutionState::Running),
        (att(5, 0, 0), ExecutionState::Running),
    ];
    let event = job.worker(tm(0), report(&here, &[0]));
    assert_eq!(job.on(event), [cancel(att(5, 0, 0), slot(0)), job.acknowledgement(tm(0), &[0])]);
}

#[test]
fn a_report_finds_slots_that_only_one_side_knows_of() {
    let mut job = Job::running(&shuffled(2), fixed_delay(1, 100));
    let event = Event::SlotsLost { allocations: vec![slot(0).allocation], cause: "gone".to_owned() };
    job.on(event);
    // The TaskManager still holds the slot that is given up, and has lost the other.
    let event = job.worker(tm(0), report(&[], &[0]));
    assert_eq!(job.on(event), [Command::ReleaseSlots { slots: vec![slot(0)] }, job.acknowledgement(tm(0), &[])]);
    assert_eq!(job.master.held_slots(), 0);
}

#[test]
fn a_task_that_was_cancelled_by_nobody_has_failed() {
    let mut job = Job::running(&shuffled(1), JobMasterSettings::default());
    let event = job.reaches(att(0, 0, 0), ExecutionState::Canceled);
    assert_eq!(job.on(event)[0], job.status(JobStatus::Failing));
}

#[test]
fn slot_states_are_those_of_the_task_manager() {
    let mut state = SlotState::Free;
    for next in [SlotState::Allocated, SlotState::Active, SlotState::Releasing, SlotState::Free] {
        state = state.transition(next).unwrap();
    }
    assert_eq!(state, SlotState::Free);
}

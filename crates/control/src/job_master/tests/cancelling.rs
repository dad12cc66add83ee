//! Cancelling at every point of a job's life, and losing the leadership.

use super::*;

#[test]
fn before_the_start() {
    let mut job = Job::new(&shuffled(1), JobMasterSettings::default());
    assert_eq!(
        job.on(Event::CancelRequested),
        [job.status(JobStatus::Cancelling), job.status(JobStatus::Canceled), finished(JobStatus::Canceled)]
    );
}

#[test]
fn while_waiting_for_slots() {
    let mut job = Job::new(&shuffled(2), JobMasterSettings::default());
    job.on(Event::Start);
    job.offer(0..1);
    assert_eq!(
        job.on(Event::CancelRequested),
        [
            job.status(JobStatus::Cancelling),
            Command::DeclareRequirements { slots: 0 },
            Command::StopCoordinators { attempt: 0 },
            Command::ReleaseSlots { slots: vec![slot(0)] },
            job.status(JobStatus::Canceled),
            finished(JobStatus::Canceled),
        ]
    );
}

#[test]
fn while_running() {
    let mut job = Job::running(&shuffled(1), JobMasterSettings::default());
    assert_eq!(
        job.on(Event::CancelRequested),
        [
            job.status(JobStatus::Cancelling),
            Command::DeclareRequirements { slots: 0 },
            cancel(att(0, 0, 0), slot(0)),
            cancel(att(1, 0, 0), slot(0)),
        ]
    );
    assert_eq!(job.handled(Event::CancelRequested), Handled::Ignored(Ignored::Repeated));
    // A task that reached its end first counts as cancelled.
    let event = job.reaches(att(0, 0, 0), ExecutionState::Finished);
    assert_eq!(job.on(event), []);
    assert_eq!(job.state_of(0, 0), (0, ExecutionState::Canceled));
    // One that fails while it is cancelled does not change how the job ends.
    let event = job.fails(att(1, 0, 0), Failure::retryable("interrupted"));
    assert_eq!(
        job.on(event),
        [
            Command::StopCoordinators { attempt: 0 },
            Command::ReleaseSlots { slots: vec![slot(0)] },
            job.status(JobStatus::Canceled),
            finished(JobStatus::Canceled),
        ]
    );
}

#[test]
fn during_the_back_off() {
    let mut job = Job::running(&shuffled(1), fixed_delay(1, 100));
    let event = job.fails(att(0, 0, 0), Failure::retryable("x"));
    job.on(event);
    let event = job.reaches(att(1, 0, 0), ExecutionState::Canceled);
    job.on(event);
    let out = job.on(Event::CancelRequested);
    assert_eq!(out.last(), Some(&finished(JobStatus::Canceled)));
    assert_eq!(job.master.next_deadline(), None);
}

#[test]
fn while_failing() {
    let mut job = Job::running(&shuffled(1), JobMasterSettings::default());
    let event = job.fails(att(0, 0, 0), Failure::retryable("x"));
    job.on(event);
    assert_eq!(job.on(Event::CancelRequested), [job.status(JobStatus::Cancelling)]);
    let event = job.reaches(att(1, 0, 0), ExecutionState::Canceled);
    assert_eq!(job.on(event).last(), Some(&finished(JobStatus::Canceled)));
}

#[test]
fn while_committing_the_outcome_is_awaited() {
    for outcome in [
        CoordinatorMessage::CommitFinished,
        CoordinatorMessage::CommitFailed(Failure::retryable("given up")),
        CoordinatorMessage::Failed(Failure::retryable("killed")),
    ] {
        let mut job = Job::running(&shuffled(1), JobMasterSettings::default());
        job.all_reach(ExecutionState::Finished);
        assert_eq!(
            job.on(Event::CancelRequested),
            [job.status(JobStatus::Cancelling), Command::StopCoordinators { attempt: 0 }]
        );
        assert_eq!(
            job.coordinator(0, outcome),
            [
                Command::ReleaseSlots { slots: vec![slot(0)] },
                job.status(JobStatus::Canceled),
                finished(JobStatus::Canceled),
            ]
        );
    }
}

#[test]
fn a_commit_that_never_answers_does_not_hold_a_cancelled_job_for_ever() {
    let mut job = Job::running(&shuffled(1), JobMasterSettings::default());
    job.all_reach(ExecutionState::Finished);
    job.on(Event::CancelRequested);
    assert_eq!(job.tick_at(181_000).last(), Some(&finished(JobStatus::Canceled)));
}

#[test]
fn a_task_that_does_not_stop_costs_its_worker() {
    let mut job = Job::running(&shuffled(1), JobMasterSettings::default());
    job.on(Event::CancelRequested);
    let event = job.reaches(att(0, 0, 0), ExecutionState::Canceled);
    job.on(event);
    let give_up = [Command::GiveUpOnWorker { task_manager: tm(0), attempts: vec![att(1, 0, 0)] }];
    assert_eq!(job.tick_at(181_000), give_up);
    assert_eq!(job.tick_at(361_000), give_up);
    let lost = Event::SlotsLost { allocations: vec![slot(0).allocation], cause: "worker killed".to_owned() };
    assert_eq!(
        job.on(lost),
        [Command::StopCoordinators { attempt: 0 }, job.status(JobStatus::Canceled), finished(JobStatus::Canceled)]
    );
}

#[test]
fn without_a_timeout_nobody_gives_up() {
    let settings = JobMasterSettings { cancellation_timeout: None, ..JobMasterSettings::default() };
    let mut job = Job::running(&shuffled(1), settings);
    job.on(Event::CancelRequested);
    assert_eq!(job.master.next_deadline(), None);
}

#[test]
fn after_the_end() {
    let mut job = Job::new(&shuffled(1), JobMasterSettings::default());
    job.on(Event::CancelRequested);
    for event in [Event::CancelRequested, Event::Start, Event::Tick, Event::LeaderLost] {
        assert_eq!(job.handled(event), Handled::Ignored(Ignored::JobOver));
    }
    assert_eq!(job.offer(0..2), [Command::ReleaseSlots { slots: vec![slot(0), slot(1)] }]);
}

#[test]
fn losing_the_leadership_suspends_the_job() {
    let mut job = Job::running(&shuffled(1), JobMasterSettings::default());
    assert_eq!(
        job.on(Event::LeaderLost),
        [
            cancel(att(0, 0, 0), slot(0)),
            cancel(att(1, 0, 0), slot(0)),
            Command::StopCoordinators { attempt: 0 },
            Command::DeclareRequirements { slots: 0 },
            Command::ReleaseSlots { slots: vec![slot(0)] },
            job.status(JobStatus::Suspended),
            finished(JobStatus::Suspended),
        ]
    );
    assert_eq!(job.handled(Event::LeaderLost), Handled::Ignored(Ignored::JobOver));
}

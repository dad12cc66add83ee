//! Failures, what they take down and whether it runs again.

use super::*;
use weft_common::ErrorKind;

fn boom() -> Failure {
    Failure::new(ErrorKind::User, "division by zero").in_operator("Map")
}

fn ids(tasks: &[(u32, u32)]) -> Vec<ExecutionVertexId> {
    tasks.iter().map(|(vertex, subtask)| ExecutionVertexId { vertex: vertex_id(*vertex), subtask: *subtask }).collect()
}

#[test]
fn without_a_strategy_the_first_failure_is_the_end() {
    let mut job = Job::running(&shuffled(1), JobMasterSettings::default());
    let event = job.fails(att(0, 0, 0), boom());
    assert_eq!(
        job.on(event),
        [job.status(JobStatus::Failing), Command::DeclareRequirements { slots: 0 }, cancel(att(1, 0, 0), slot(0)),]
    );
    let event = job.reaches(att(1, 0, 0), ExecutionState::Canceled);
    let out = job.on(event);
    assert_eq!(
        out[..3],
        [
            Command::StopCoordinators { attempt: 0 },
            Command::ReleaseSlots { slots: vec![slot(0)] },
            job.status(JobStatus::Failed),
        ]
    );
    assert_eq!(final_message(&out), "operator `Map` in Source (1/1)#0: division by zero");
}

#[test]
fn a_region_restarts_after_its_tasks_have_stopped_and_the_back_off_is_over() {
    let mut job = Job::running(&shuffled(1), fixed_delay(1, 500));
    let event = job.fails(att(1, 0, 0), boom());
    assert_eq!(job.on(event), [cancel(att(0, 0, 0), slot(0)), job.status(JobStatus::Restarting)]);
    // The back-off passes while the source still stops; the only deadline is that of the cancellation.
    job.at_ms = 1600;
    assert_eq!(job.on(Event::Tick), []);
    assert_eq!(job.master.next_deadline(), Some(Mono::from_millis(181_000)));
    let event = job.reaches(att(0, 0, 0), ExecutionState::Canceled);
    assert_eq!(
        job.on(event),
        [
            Command::ResetCoordinators { attempt: 1, subtasks: ids(&[(0, 0), (1, 0)]) },
            job.status(JobStatus::Running),
            deploy(att(0, 0, 1), slot(0)),
            deploy(att(1, 0, 1), slot(0)),
        ]
    );
    // The second failure is one too many.
    let event = job.fails(att(0, 0, 1), boom());
    assert_eq!(job.on(event)[0], job.status(JobStatus::Failing));
    let event = job.reaches(att(1, 0, 1), ExecutionState::Canceled);
    assert!(final_message(&job.on(event)).ends_with(
        "not restarted again: FixedDelayRestartBackoffTimeStrategy(maxNumberRestartAttempts=1, backoffTimeMS=500)"
    ));
}

#[test]
fn one_of_four_regions_restarts_alone() {
    let mut job = Job::running(&side_by_side(4), fixed_delay(9, 100));
    let event = job.fails(att(0, 2, 0), boom());
    assert_eq!(job.on(event), [cancel(att(1, 2, 0), slot(2)), job.status(JobStatus::Restarting)]);
    let event = job.reaches(att(1, 2, 0), ExecutionState::Canceled);
    assert_eq!(job.on(event), []);
    assert_eq!(
        job.tick_at(1100),
        [
            Command::ResetCoordinators { attempt: 1, subtasks: ids(&[(0, 2), (1, 2)]) },
            job.status(JobStatus::Running),
            deploy(att(0, 2, 1), slot(2)),
            deploy(att(1, 2, 1), slot(2)),
        ]
    );
    for subtask in [0, 1, 3] {
        assert_eq!(job.state_of(0, subtask), (0, ExecutionState::Running));
    }
}

#[test]
fn the_full_strategy_restarts_everything() {
    let settings = JobMasterSettings { failover: FailoverStrategy::Full, ..fixed_delay(9, 100) };
    let mut job = Job::running(&side_by_side(2), settings);
    let event = job.fails(att(0, 1, 0), boom());
    assert_eq!(
        job.on(event),
        [
            cancel(att(0, 0, 0), slot(0)),
            cancel(att(1, 0, 0), slot(0)),
            cancel(att(1, 1, 0), slot(1)),
            job.status(JobStatus::Restarting),
        ]
    );
}

#[test]
fn regions_fed_by_the_failed_one_restart_too() {
    let vertices = [("A", 1, "default"), ("B", 1, "default"), ("C", 1, "default")];
    let edges =
        [(0, 1, ShipStrategy::Hash, ExchangeMode::Blocking), (1, 2, ShipStrategy::Hash, ExchangeMode::Blocking)];
    let mut job = Job::running(&graph(&vertices, &edges), fixed_delay(9, 100));
    let event = job.fails(att(1, 0, 0), boom());
    assert_eq!(job.on(event), [cancel(att(2, 0, 0), slot(0)), job.status(JobStatus::Restarting)]);
    assert_eq!(job.state_of(0, 0), (0, ExecutionState::Running));
}

#[test]
fn regions_fail_and_return_independently() {
    let mut job = Job::running(&side_by_side(2), fixed_delay(9, 1000));
    for (subtask, at_ms) in [(0, 1000), (1, 1500)] {
        job.at_ms = at_ms;
        let event = job.fails(att(0, subtask, 0), boom());
        job.on(event);
        let event = job.reaches(att(1, subtask, 0), ExecutionState::Canceled);
        job.on(event);
    }
    assert_eq!(
        job.tick_at(2000),
        [
            Command::ResetCoordinators { attempt: 1, subtasks: ids(&[(0, 0), (1, 0)]) },
            deploy(att(0, 0, 1), slot(0)),
            deploy(att(1, 0, 1), slot(0)),
        ]
    );
    assert_eq!(job.master.status(), JobStatus::Restarting);
    assert_eq!(job.tick_at(2500)[1], job.status(JobStatus::Running));
}

#[test]
fn what_cannot_get_better_is_not_tried_again() {
    let mut job = Job::running(&shuffled(1), fixed_delay(9, 100));
    let event = job.fails(att(0, 0, 0), boom().non_recoverable());
    assert_eq!(job.on(event)[0], job.status(JobStatus::Failing));
    let event = job.reaches(att(1, 0, 0), ExecutionState::Canceled);
    assert!(final_message(&job.on(event)).ends_with("division by zero; not restarted: running again would not help"));
}

#[test]
fn failures_while_the_region_is_cancelled_are_filed_beside_the_root() {
    let mut job = Job::running(&shuffled(1), fixed_delay(1, 100));
    let event = job.fails(att(0, 0, 0), boom());
    job.on(event);
    let event = job.fails(att(1, 0, 0), Failure::retryable("connection to the source lost"));
    assert_eq!(job.on(event), []);
    let newest = job.master.exceptions().newest().expect("an entry");
    assert_eq!(newest.failure.message, "division by zero");
    assert_eq!(newest.failure.origin.task.as_deref(), Some("Source (1/1)#0"));
    assert_eq!(newest.failure.origin.task_manager, Some(tm(0)));
    assert_eq!(newest.concurrent.len(), 1);
    assert_eq!(newest.concurrent[0].failure.origin.attempt, Some(att(1, 0, 0)));
    // It did not cost an attempt.
    assert!(job.tick_at(1100).contains(&deploy(att(0, 0, 1), slot(0))));
}

#[test]
fn the_newest_root_causes_and_attempts_are_kept() {
    let mut job = Job::running(&shuffled(1), JobMasterSettings { attempt_history: 3, ..fixed_delay(u32::MAX, 1) });
    for attempt in 0..20 {
        let event = job.fails(att(0, 0, attempt), Failure::retryable(format!("failure {attempt}")));
        job.on(event);
        let event = job.reaches(att(1, 0, attempt), ExecutionState::Canceled);
        job.on(event);
        job.at_ms += 1;
        job.on(Event::Tick);
    }
    let kept: Vec<_> = job.master.exceptions().iter().map(|entry| entry.failure.message.clone()).collect();
    assert_eq!((kept.len(), kept[0].as_str(), kept[15].as_str()), (16, "failure 19", "failure 4"));
    assert!(job.master.exceptions().is_truncated());
    let (_, source) = job.master.tasks().next().expect("a task");
    let prior: Vec<_> = source.prior().map(|execution| execution.attempt()).collect();
    assert_eq!((source.current().attempt(), prior), (20, vec![19, 18, 17]));
    assert_eq!(source.prior().next().and_then(|execution| execution.failure()).expect("a cause").message, "failure 19");
}

#[test]
fn dead_coordinators_are_started_anew_and_everything_restarts() {
    let mut job = Job::running(&side_by_side(2), fixed_delay(1, 100));
    let out = job.coordinator(0, CoordinatorMessage::Failed(Failure::retryable("exit code 137")));
    assert_eq!(out.len(), 5);
    job.all_reach(ExecutionState::Canceled);
    assert_eq!(job.tick_at(1100)[0], Command::StartCoordinators { attempt: 1 });
    assert_eq!(
        job.master.exceptions().newest().expect("an entry").failure.message,
        "the job's coordinators failed: exit code 137"
    );
}

#[test]
fn a_deployment_that_fails_is_a_failure_of_the_task() {
    let mut job = Job::new(&shuffled(1), fixed_delay(1, 100));
    job.on(Event::Start);
    job.offer(0..1);
    let event = Event::DeployFailed { attempt: att(0, 0, 0), failure: Failure::retryable("connection refused") };
    assert_eq!(job.on(event), [cancel(att(1, 0, 0), slot(0)), job.status(JobStatus::Restarting)]);
}

//! Workers that die, hang, or cannot start.

use super::*;

#[test]
fn the_tasks_of_a_worker_fail_with_it_and_another_takes_its_place() {
    let mut tm = Tm::running();
    let message = "the job's worker was ended by signal 11 (SIGSEGV, memory it may not touch, or a stack too small)";
    let failure = Some(Failure::retryable(message));
    let failed = TaskStatus { attempt: att(0, 0), state: ExecutionState::Failed, failure };
    let expected = [tm.tell_status(1, failed), start(2)];
    assert_eq!(tm.ended(1, WorkerEnd::Signalled(11)), expected);
    assert_eq!(tm.slot_states(), [SlotState::Active, SlotState::Free]);
    // The next attempt waits for it.
    let told = tm.tell_status(1, status(att(0, 1), ExecutionState::Deploying));
    assert_eq!(tm.order(LeaderOrder::Deploy { job: JOB, tasks: vec![(att(0, 1), 0)] }), [told]);
    assert_eq!(tm.task(1, status(att(0, 1), ExecutionState::Running)), [], "words of the dead");
    assert_eq!(tm.on(TaskManagerEvent::WorkerReady { job: JOB, incarnation: 2 }), [deploy(2, &[att(0, 1)])]);
}

#[test]
fn a_failure_says_how_the_worker_ended() {
    let cases = [
        (WorkerEnd::Exited(101), None, "the job's worker ended with exit code 101"),
        (WorkerEnd::Exited(0), None, "the job's worker ended with exit code 0, though its job was not over"),
        (
            WorkerEnd::Signalled(6),
            Some("memory allocation of 9 bytes failed"),
            "the job's worker was ended by signal 6 (SIGABRT, the process gave itself up); the last it wrote to standard \
             error: memory allocation of 9 bytes failed",
        ),
        (WorkerEnd::Unknown, None, "the job's worker ended, and nobody knows how"),
        (WorkerEnd::Signalled(64), None, "the job's worker was ended by signal 64"),
    ];
    for (end, last_words, message) in cases {
        let mut tm = Tm::running();
        let last_words = last_words.map(str::to_owned);
        let out = tm.on(TaskManagerEvent::WorkerEnded { job: JOB, incarnation: 1, end, last_words });
        assert_eq!(failure_in(&out), &Failure::retryable(message));
    }
}

#[test]
fn a_worker_that_cannot_start_is_tried_again_when_there_is_a_task() {
    let mut tm = Tm::registered();
    tm.request(0, JOB, 0);
    tm.order(LeaderOrder::Deploy { job: JOB, tasks: vec![(att(0, 0), 0)] });
    let failure = Failure::retryable("the program cannot be fetched: connection refused");
    let failed = TaskStatus { failure: Some(failure.clone()), ..status(att(0, 0), ExecutionState::Failed) };
    let expected = [Do::Discard { job: JOB, attempt: att(0, 0) }, tm.tell_status(1, failed)];
    assert_eq!(tm.ended(1, WorkerEnd::CannotStart(failure)), expected);
    let told = tm.tell_status(1, status(att(0, 1), ExecutionState::Deploying));
    let again = LeaderOrder::Deploy { job: JOB, tasks: vec![(att(0, 1), 0)] };
    assert_eq!(tm.order(again), [told, start(2)]);
}

#[test]
fn a_worker_that_dies_without_having_worked_is_not_replaced_either() {
    let mut tm = Tm::with_worker();
    assert_eq!(tm.ended(1, WorkerEnd::Exited(1)), []);
    let told = tm.tell_status(1, status(att(0, 0), ExecutionState::Deploying));
    assert_eq!(tm.order(LeaderOrder::Deploy { job: JOB, tasks: vec![(att(0, 0), 0)] }), [told, start(2)]);
}

#[test]
fn a_task_that_does_not_stop_costs_its_worker() {
    let mut tm = Tm::running();
    tm.request(1, JOB, 1);
    tm.order(LeaderOrder::Deploy { job: JOB, tasks: vec![(att(1, 0), 1)] });
    tm.at_ms = 1_000;
    tm.order(LeaderOrder::Cancel { job: JOB, attempt: att(0, 0) });
    let stuck = |seconds| Do::ReportStuckTask { job: JOB, attempt: att(0, 0), since: Duration::from_secs(seconds) };
    let mut out = Vec::new();
    for ms in (11_000..=181_000).step_by(10_000) {
        out.extend(tm.pass_until(ms));
        tm.order(LeaderOrder::Heartbeat);
    }
    let reports: Vec<_> = out.iter().filter(|command| matches!(command, Do::ReportStuckTask { .. })).collect();
    assert_eq!(reports, [&stuck(30), &stuck(60), &stuck(90), &stuck(120), &stuck(150), &stuck(180)]);
    let message = "the job's worker was killed: a task in it had not stopped 180 s after it was cancelled \
                   (task.cancellation.timeout); a user function does not return";
    let killed = Do::KillWorker { job: JOB, incarnation: 1, cause: message.to_owned() };
    assert_eq!(out.iter().filter(|command| **command == killed).count(), 1);
    // Both of its tasks fail once it is gone, with the reason for which it was killed.
    let failure = Some(Failure::new(weft_common::ErrorKind::User, message));
    let failed = |subtask| TaskStatus { failure: failure.clone(), ..status(att(subtask, 0), ExecutionState::Failed) };
    let expected = [tm.tell_status(1, failed(0)), tm.tell_status(2, failed(1)), start(2)];
    assert_eq!(tm.ended(1, WorkerEnd::Signalled(9)), expected);
}

#[test]
fn a_worker_that_its_job_master_gives_up_is_killed() {
    let mut tm = Tm::running();
    tm.order(LeaderOrder::Cancel { job: JOB, attempt: att(0, 0) });
    // Of a task that is not there.
    assert_eq!(tm.order(LeaderOrder::GiveUp { job: JOB, attempts: vec![att(1, 0)] }), []);
    let give_up = || LeaderOrder::GiveUp { job: JOB, attempts: vec![att(1, 0), att(0, 0)] };
    let cause = "the job's worker was killed: a task in it did not stop within task.cancellation.timeout; a user function \
                 does not return";
    assert_eq!(tm.order(give_up()), [Do::KillWorker { job: JOB, incarnation: 1, cause: cause.to_owned() }]);
    assert_eq!(tm.order(give_up()), []);
    let out = tm.ended(1, WorkerEnd::Signalled(9));
    assert_eq!(failure_in(&out), &Failure::new(weft_common::ErrorKind::User, cause));
}

#[test]
fn without_a_timeout_a_task_may_take_for_ever() {
    let mut tm = Tm::running_with(TaskManagerSettings { cancellation_timeout: None, ..Default::default() });
    tm.order(LeaderOrder::Cancel { job: JOB, attempt: att(0, 0) });
    let mut out = Vec::new();
    for ms in (10_000..=600_000).step_by(10_000) {
        out.extend(tm.pass_until(ms));
        tm.order(LeaderOrder::Heartbeat);
    }
    assert!(!out.iter().any(|command| matches!(command, Do::KillWorker { .. })));
    assert_eq!(out.iter().filter(|command| matches!(command, Do::ReportStuckTask { .. })).count(), 20);
}

#[test]
fn a_worker_that_does_not_end_is_killed() {
    let mut tm = Tm::with_worker();
    tm.order(LeaderOrder::FreeSlot { allocation: grant(0) });
    let cause = "the worker was told to end, and had not after 3 s".to_owned();
    assert_eq!(tm.tick_at(3_000), [Do::KillWorker { job: JOB, incarnation: 1, cause }]);
    assert_eq!(tm.ended(1, WorkerEnd::Signalled(9)), [Do::ForgetJob { job: JOB }]);
}

#[test]
fn a_job_that_comes_back_waits_for_its_former_worker_to_end() {
    let mut tm = Tm::running();
    tm.task(1, status(att(0, 0), ExecutionState::Finished));
    tm.order(LeaderOrder::FreeSlot { allocation: grant(0) });
    let expected = [tm.granted(1, 1, 1), tm.tell_offer(2, &[(1, 1)])];
    assert_eq!(tm.request(1, JOB, 1), expected);
    let told = tm.tell_status(1, status(att(0, 1), ExecutionState::Deploying));
    assert_eq!(tm.order(LeaderOrder::Deploy { job: JOB, tasks: vec![(att(0, 1), 1)] }), [told]);
    assert_eq!(tm.ended(1, WorkerEnd::Exited(0)), [start(2)]);
    assert_eq!(tm.on(TaskManagerEvent::WorkerReady { job: JOB, incarnation: 2 }), [deploy(2, &[att(0, 1)])]);
}

#[test]
fn slots_being_released_are_free_when_their_worker_dies() {
    let mut tm = Tm::running();
    tm.order(LeaderOrder::FreeSlot { allocation: grant(0) });
    let out = tm.ended(1, WorkerEnd::Exited(3));
    assert_eq!(failure_in(&out).message, "the job's worker ended with exit code 3");
    let sequence = tm.machine.sequence;
    let message = TaskManagerMessage::SlotFreed { index: 0, allocation: grant(0) };
    assert_eq!(out[1..], [Do::TellResourceManager { sequence, message }, Do::ForgetJob { job: JOB }]);
}

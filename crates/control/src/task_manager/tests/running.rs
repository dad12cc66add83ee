//! The undisturbed way: a slot is requested, offered, used and given back.

use super::*;

#[test]
fn a_job_from_its_first_slot_to_its_last() {
    let mut tm = Tm::registered();
    let expected = [start(1), tm.granted(1, 0, 0), tm.tell_offer(2, &[(0, 0)])];
    assert_eq!(tm.request(0, JOB, 0), expected);
    assert_eq!(tm.slot_states(), [SlotState::Allocated, SlotState::Free]);

    // The worker is still starting: its tasks wait.
    let deploying = status(att(0, 0), ExecutionState::Deploying);
    let told = tm.tell_status(1, deploying);
    assert_eq!(tm.order(LeaderOrder::Deploy { job: JOB, tasks: vec![(att(0, 0), 0)] }), [told]);
    assert_eq!(tm.slot_states(), [SlotState::Active, SlotState::Free]);
    assert_eq!(tm.on(TaskManagerEvent::WorkerReady { job: JOB, incarnation: 1 }), [deploy(1, &[att(0, 0)])]);

    for state in [ExecutionState::Initializing, ExecutionState::Running, ExecutionState::Finished] {
        let told = tm.tell_status(1, status(att(0, 0), state));
        assert_eq!(tm.task(1, status(att(0, 0), state)), [told]);
    }

    let expected = [tm.freed(1, 0, 0), Do::StopWorker { job: JOB, incarnation: 1 }];
    assert_eq!(tm.order(LeaderOrder::FreeSlot { allocation: grant(0) }), expected);
    assert_eq!(tm.slot_states(), [SlotState::Free, SlotState::Free]);
    assert_eq!(tm.ended(1, WorkerEnd::Exited(0)), [Do::ForgetJob { job: JOB }]);
    assert_eq!(tm.machine.jobs().count(), 0);
}

#[test]
fn tasks_that_come_together_are_handed_over_together() {
    let mut tm = Tm::with_worker();
    tm.request(1, JOB, 1);
    let tasks = vec![(att(1, 0), 1), (att(0, 0), 0), (att(2, 0), 0)];
    let expected = [
        tm.tell_status(1, status(att(1, 0), ExecutionState::Deploying)),
        tm.tell_status(2, status(att(0, 0), ExecutionState::Deploying)),
        tm.tell_status(3, status(att(2, 0), ExecutionState::Deploying)),
        deploy(1, &[att(1, 0), att(0, 0), att(2, 0)]),
    ];
    assert_eq!(tm.order(LeaderOrder::Deploy { job: JOB, tasks }), expected);
    assert_eq!(tm.machine.tasks(JOB).count(), 3);
}

#[test]
fn one_worker_serves_all_slots_of_its_job_and_none_of_another() {
    let mut tm = Tm::registered();
    assert_eq!(tm.request(0, JOB, 0)[0], start(1));
    assert_eq!(tm.request(1, OTHER, 1)[0], Do::StartWorker { job: OTHER, incarnation: 2 });
    let mut tm = Tm::with_worker();
    let expected = [tm.granted(1, 1, 1), tm.tell_offer(2, &[(1, 1)])];
    assert_eq!(tm.request(1, JOB, 1), expected);
    // One slot less, and the worker stays for the other.
    let expected = [Do::DropSlot { job: JOB, incarnation: 1, index: 0 }, tm.freed(1, 0, 0)];
    assert_eq!(tm.order(LeaderOrder::FreeSlot { allocation: grant(0) }), expected);
}

#[test]
fn a_task_runs_again_in_the_worker_that_is_there() {
    let mut tm = Tm::running();
    let failure = Some(Failure::new(weft_common::ErrorKind::User, "no"));
    let failed = TaskStatus { attempt: att(0, 0), state: ExecutionState::Failed, failure };
    let told = tm.tell_status(1, failed.clone());
    assert_eq!(tm.task(1, failed), [told]);
    let told = tm.tell_status(1, status(att(0, 1), ExecutionState::Deploying));
    let again = LeaderOrder::Deploy { job: JOB, tasks: vec![(att(0, 1), 0)] };
    assert_eq!(tm.order(again), [told, deploy(1, &[att(0, 1)])]);
}

#[test]
fn a_task_is_cancelled_by_its_worker() {
    let mut tm = Tm::running();
    let cancel = || LeaderOrder::Cancel { job: JOB, attempt: att(0, 0) };
    assert_eq!(tm.order(cancel()), [Do::CancelTask { job: JOB, incarnation: 1, attempt: att(0, 0) }]);
    // Asked once is asked; and what it says meanwhile does not bring it back.
    assert_eq!(tm.order(cancel()), []);
    assert_eq!(tm.task(1, status(att(0, 0), ExecutionState::Running)), []);
    let canceled = status(att(0, 0), ExecutionState::Canceled);
    let told = tm.tell_status(1, canceled.clone());
    assert_eq!(tm.task(1, canceled.clone()), [told]);
    // Asked again, it says again what became of it.
    let told = tm.tell_status(1, canceled);
    assert_eq!(tm.order(cancel()), [told]);
}

#[test]
fn a_task_that_no_worker_has_yet_is_cancelled_at_once() {
    let mut tm = Tm::registered();
    tm.request(0, JOB, 0);
    tm.order(LeaderOrder::Deploy { job: JOB, tasks: vec![(att(0, 0), 0), (att(1, 0), 0)] });
    let canceled = status(att(0, 0), ExecutionState::Canceled);
    let expected = [Do::Discard { job: JOB, attempt: att(0, 0) }, tm.tell_status(1, canceled)];
    assert_eq!(tm.order(LeaderOrder::Cancel { job: JOB, attempt: att(0, 0) }), expected);
    assert_eq!(tm.on(TaskManagerEvent::WorkerReady { job: JOB, incarnation: 1 }), [deploy(1, &[att(1, 0)])]);
}

#[test]
fn a_slot_is_free_when_what_ran_there_has_stopped() {
    let mut tm = Tm::running();
    let free = || LeaderOrder::FreeSlot { allocation: grant(0) };
    assert_eq!(tm.order(free()), [Do::CancelTask { job: JOB, incarnation: 1, attempt: att(0, 0) }]);
    assert_eq!(tm.slot_states(), [SlotState::Releasing, SlotState::Free]);
    assert_eq!(tm.order(free()), []);
    // Nothing is deployed there any more.
    let expected = [
        Do::Discard { job: JOB, attempt: att(5, 0) },
        tm.tell_status(
            1,
            TaskStatus {
                failure: Some(Failure::retryable("deployed to slot 0 of tm-1, which the job does not hold")),
                ..status(att(5, 0), ExecutionState::Failed)
            },
        ),
    ];
    assert_eq!(tm.order(LeaderOrder::Deploy { job: JOB, tasks: vec![(att(5, 0), 0)] }), expected);
    let canceled = status(att(0, 0), ExecutionState::Canceled);
    let expected =
        [tm.tell_status(1, canceled.clone()), tm.freed(2, 0, 0), Do::StopWorker { job: JOB, incarnation: 1 }];
    assert_eq!(tm.task(1, canceled), expected);
}

#[test]
fn a_job_that_is_over_leaves_nothing() {
    let mut tm = Tm::running();
    tm.request(1, JOB, 1);
    let finished = status(att(0, 0), ExecutionState::Finished);
    tm.task(1, finished);
    let expected = [
        Do::DropSlot { job: JOB, incarnation: 1, index: 0 },
        tm.freed(1, 0, 0),
        tm.freed(2, 1, 1),
        Do::StopWorker { job: JOB, incarnation: 1 },
    ];
    assert_eq!(tm.order(LeaderOrder::JobFinished { job: JOB }), expected);
    assert_eq!(tm.ended(1, WorkerEnd::Exited(0)), [Do::ForgetJob { job: JOB }]);
}

#[test]
fn a_slot_that_the_job_does_not_take_is_free_again() {
    let mut tm = Tm::registered();
    tm.request(0, JOB, 0);
    tm.pass_until(9_999);
    let out = tm.pass_until(10_000);
    let freed = TaskManagerMessage::SlotFreed { index: 0, allocation: grant(0) };
    assert!(out.iter().any(|command| matches!(command, Do::TellResourceManager { message, .. } if *message == freed)));
    assert_eq!(out.last(), Some(&Do::StopWorker { job: JOB, incarnation: 1 }));
    assert_eq!(tm.slot_states(), [SlotState::Free, SlotState::Free]);
}

#[test]
fn a_slot_that_the_job_has_taken_is_kept() {
    let mut tm = Tm::registered();
    tm.request(0, JOB, 0);
    let sequence = tm.machine.sequence;
    tm.order(LeaderOrder::Acknowledge { job: JOB, sequence, accepted: vec![grant(0), grant(8)] });
    assert_eq!(tm.slot_states(), [SlotState::Active, SlotState::Free]);
    tm.pass_until(30_000);
    assert_eq!(tm.slot_states(), [SlotState::Active, SlotState::Free]);
}

#[test]
fn nobody_can_take_a_slot_while_the_connection_is_broken() {
    let mut tm = Tm::registered();
    tm.request(0, JOB, 0);
    tm.on(TaskManagerEvent::Disconnected { attempt: 1, cause: "reset".to_owned() });
    let Some(Do::Connect { attempt, .. }) = tm.pass_until(20_000).pop() else { panic!("no attempt to connect") };
    assert_eq!(tm.slot_states(), [SlotState::Allocated, SlotState::Free]);
    tm.on(TaskManagerEvent::Registered { attempt, epoch: EPOCH });
    tm.pass_until(29_999);
    assert_eq!(tm.slot_states(), [SlotState::Allocated, SlotState::Free]);
    tm.pass_until(30_000);
    assert_eq!(tm.slot_states(), [SlotState::Free, SlotState::Free]);
}

//! Messages that are late, repeated or lost, and what is said again because of them.

use super::*;

#[test]
fn a_request_that_comes_again_is_answered_again() {
    let mut tm = Tm::registered();
    tm.request(0, JOB, 0);
    let expected = [tm.granted(1, 0, 0), tm.tell_offer(2, &[(0, 0)])];
    assert_eq!(tm.request(0, JOB, 0), expected);
    // The job uses it: no offer.
    tm.order(LeaderOrder::Deploy { job: JOB, tasks: vec![(att(0, 0), 0)] });
    let expected = [tm.granted(1, 0, 0)];
    assert_eq!(tm.request(0, JOB, 0), expected);
    // It ended, and does not come back.
    tm.order(LeaderOrder::FreeSlot { allocation: grant(0) });
    let expected = [tm.freed(1, 0, 0)];
    assert_eq!(tm.request(0, JOB, 0), expected);
    assert_eq!(tm.slot_states(), [SlotState::Free, SlotState::Free]);
}

#[test]
fn a_request_that_cannot_be_is_answered_with_what_is() {
    let mut tm = Tm::registered();
    tm.request(0, JOB, 0);
    let report = tm.slot_report(&[Some((JOB, 0)), None]);
    assert_eq!(tm.request(0, OTHER, 1), [report]);
    let report = tm.slot_report(&[Some((JOB, 0)), None]);
    assert_eq!(tm.request(7, OTHER, 1), [report]);
    assert_eq!(tm.machine.jobs().count(), 1);
}

#[test]
fn a_slot_that_is_ending_is_not_requested_anew() {
    let mut tm = Tm::running();
    tm.order(LeaderOrder::FreeSlot { allocation: grant(0) });
    assert_eq!(tm.request(0, JOB, 0), []);
    let report = tm.slot_report(&[Some((JOB, 0)), None]);
    assert_eq!(tm.request(0, JOB, 1), [report]);
}

#[test]
fn a_deployment_that_comes_again_starts_nothing() {
    let mut tm = Tm::running();
    let again = || LeaderOrder::Deploy { job: JOB, tasks: vec![(att(0, 0), 0)] };
    let discard = Do::Discard { job: JOB, attempt: att(0, 0) };
    let told = tm.tell_status(1, status(att(0, 0), ExecutionState::Running));
    assert_eq!(tm.order(again()), [discard.clone(), told]);
    tm.task(1, status(att(0, 0), ExecutionState::Finished));
    let told = tm.tell_status(1, status(att(0, 0), ExecutionState::Finished));
    assert_eq!(tm.order(again()), [discard.clone(), told]);
    // Its end is known, and it is forgotten: but not that there was one.
    tm.tick_at(1_000);
    let sequence = tm.machine.sequence;
    tm.order(LeaderOrder::Acknowledge { job: JOB, sequence, accepted: vec![grant(0)] });
    assert_eq!(tm.machine.tasks(JOB).count(), 0);
    assert_eq!(tm.order(again()), [discard]);
    assert_eq!(tm.machine.tasks(JOB).count(), 0);
}

#[test]
fn nor_does_one_that_comes_again_when_the_job_has_gone_and_come_back() {
    let mut tm = Tm::running();
    tm.task(1, status(att(0, 0), ExecutionState::Finished));
    tm.order(LeaderOrder::FreeSlot { allocation: grant(0) });
    assert_eq!(tm.ended(1, WorkerEnd::Exited(0)), [Do::ForgetJob { job: JOB }]);
    tm.request(0, JOB, 1);
    let again = LeaderOrder::Deploy { job: JOB, tasks: vec![(att(0, 0), 0)] };
    assert_eq!(tm.order(again), [Do::Discard { job: JOB, attempt: att(0, 0) }]);
    assert_eq!(tm.slot_states(), [SlotState::Allocated, SlotState::Free]);
}

#[test]
fn one_that_waits_for_its_worker_is_not_discarded_when_it_comes_again() {
    let mut tm = Tm::registered();
    tm.request(0, JOB, 0);
    let order = || LeaderOrder::Deploy { job: JOB, tasks: vec![(att(0, 0), 0)] };
    tm.order(order());
    let told = tm.tell_status(1, status(att(0, 0), ExecutionState::Deploying));
    assert_eq!(tm.order(order()), [told]);
    assert_eq!(tm.on(TaskManagerEvent::WorkerReady { job: JOB, incarnation: 1 }), [deploy(1, &[att(0, 0)])]);
}

#[test]
fn what_was_cancelled_before_it_came_does_not_run() {
    let mut tm = Tm::with_worker();
    let canceled = status(att(0, 3), ExecutionState::Canceled);
    let told = tm.tell_status(1, canceled.clone());
    assert_eq!(tm.order(LeaderOrder::Cancel { job: JOB, attempt: att(0, 3) }), [told]);
    let expected = [Do::Discard { job: JOB, attempt: att(0, 3) }, tm.tell_status(1, canceled)];
    assert_eq!(tm.order(LeaderOrder::Deploy { job: JOB, tasks: vec![(att(0, 3), 0)] }), expected);
    // Nor does what came before it.
    let expected = [Do::Discard { job: JOB, attempt: att(0, 2) }];
    assert_eq!(tm.order(LeaderOrder::Deploy { job: JOB, tasks: vec![(att(0, 2), 0)] }), expected);
    let told = tm.tell_status(1, status(att(0, 4), ExecutionState::Deploying));
    let expected = [told, deploy(1, &[att(0, 4)])];
    assert_eq!(tm.order(LeaderOrder::Deploy { job: JOB, tasks: vec![(att(0, 4), 0)] }), expected);
}

#[test]
fn an_end_is_told_until_a_report_of_it_is_acknowledged() {
    let mut tm = Tm::running();
    assert_eq!(tm.machine.next_deadline(), Some(at(10_000)));
    tm.at_ms = 500;
    let before = tm.machine.sequence;
    tm.task(1, status(att(0, 0), ExecutionState::Finished));
    let finished = [status(att(0, 0), ExecutionState::Finished)];
    let report = tm.tell_report(1, &finished, &[0]);
    assert_eq!(tm.tick_at(1_500), [report]);
    // Of an earlier message.
    tm.order(LeaderOrder::Acknowledge { job: JOB, sequence: before, accepted: vec![grant(0)] });
    let report = tm.tell_report(1, &finished, &[0]);
    assert_eq!(tm.tick_at(2_500), [report]);
    // Any report that listed it will do, not only the newest.
    let first_report = tm.machine.sequence - 1;
    tm.order(LeaderOrder::Acknowledge { job: JOB, sequence: first_report, accepted: vec![grant(0)] });
    assert_eq!(tm.machine.next_deadline(), Some(at(10_000)));
    let expected = [Do::Heartbeat, tm.slot_report(&[Some((JOB, 0)), None]), tm.tell_report(2, &[], &[0])];
    assert_eq!(tm.tick_at(10_000), expected);
}

#[test]
fn an_offer_is_repeated_until_it_is_accepted() {
    let mut tm = Tm::registered();
    tm.request(0, JOB, 0);
    for second in 1..=3 {
        let expected = [tm.tell_offer(1, &[(0, 0)]), tm.tell_report(2, &[], &[0])];
        assert_eq!(tm.tick_at(second * 1_000), expected);
    }
    let sequence = tm.machine.sequence;
    // The report arrived, the offers did not.
    tm.order(LeaderOrder::Acknowledge { job: JOB, sequence, accepted: Vec::new() });
    let expected = [tm.tell_offer(1, &[(0, 0)]), tm.tell_report(2, &[], &[0])];
    assert_eq!(tm.tick_at(4_000), expected);
    let sequence = tm.machine.sequence;
    tm.order(LeaderOrder::Acknowledge { job: JOB, sequence, accepted: vec![grant(0)] });
    assert_eq!(tm.machine.next_deadline(), Some(at(10_000)));
}

#[test]
fn a_slot_in_use_is_offered_until_it_is_accepted() {
    let mut tm = Tm::with_worker();
    // It may have been meant for an earlier grant of the slot, and the job may not know of this one.
    tm.order(LeaderOrder::Deploy { job: JOB, tasks: vec![(att(0, 0), 0)] });
    let deploying = status(att(0, 0), ExecutionState::Deploying);
    let expected = [tm.tell_offer(1, &[(0, 0)]), tm.tell_report(2, &[deploying], &[0])];
    assert_eq!(tm.tick_at(1_000), expected);
    let sequence = tm.machine.sequence;
    tm.order(LeaderOrder::Acknowledge { job: JOB, sequence, accepted: vec![grant(0)] });
    assert_eq!(tm.machine.next_deadline(), Some(at(10_000)));
}

#[test]
fn a_deployment_to_nowhere_is_refused_and_forgotten_after_a_while() {
    let mut tm = Tm::registered();
    let message = "deployed to slot 0 of tm-1, which the job does not hold";
    let failure = Some(Failure::retryable(message));
    let refused = TaskStatus { attempt: att(0, 0), state: ExecutionState::Failed, failure };
    let expected = [Do::Discard { job: JOB, attempt: att(0, 0) }, tm.tell_status(1, refused.clone())];
    assert_eq!(tm.order(LeaderOrder::Deploy { job: JOB, tasks: vec![(att(0, 0), 0)] }), expected);
    let report = tm.tell_report(1, &[refused], &[]);
    assert_eq!(tm.tick_at(1_000), [report]);
    tm.pass_until(49_999);
    tm.order(LeaderOrder::Heartbeat);
    assert_eq!(tm.machine.jobs().count(), 1);
    assert!(tm.pass_until(50_000).contains(&Do::ForgetJob { job: JOB }));
    assert_eq!(tm.machine.jobs().count(), 0);

    let mut tm = Tm::registered();
    tm.order(LeaderOrder::Deploy { job: JOB, tasks: vec![(att(0, 0), 0)] });
    tm.tick_at(1_000);
    let sequence = tm.machine.sequence;
    let acknowledge = LeaderOrder::Acknowledge { job: JOB, sequence, accepted: Vec::new() };
    assert_eq!(tm.order(acknowledge), [Do::ForgetJob { job: JOB }]);
}

#[test]
fn what_nobody_knows_changes_nothing() {
    let mut tm = Tm::running();
    assert_eq!(tm.order(LeaderOrder::FreeSlot { allocation: grant(9) }), []);
    assert_eq!(tm.order(LeaderOrder::JobFinished { job: OTHER }), []);
    assert_eq!(tm.order(LeaderOrder::Acknowledge { job: OTHER, sequence: 1, accepted: vec![grant(9)] }), []);
    assert_eq!(tm.task(1, status(att(4, 4), ExecutionState::Finished)), []);
    assert_eq!(tm.task(7, status(att(0, 0), ExecutionState::Finished)), []);
    assert_eq!(tm.ended(7, WorkerEnd::Exited(1)), []);
    assert_eq!(tm.on(TaskManagerEvent::WorkerReady { job: OTHER, incarnation: 1 }), []);
}

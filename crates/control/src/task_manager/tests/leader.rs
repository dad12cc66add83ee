//! Losing the JobManager, finding it or another one, and leaving it.

use super::*;

fn disconnected(attempt: u64) -> TaskManagerEvent {
    TaskManagerEvent::Disconnected { attempt, cause: "connection reset".to_owned() }
}

#[test]
fn orders_of_another_leader_are_fenced() {
    let mut tm = Tm::registered();
    let before = format!("{:?}", tm.machine);
    let found = LeaderEpoch { counter: 3, random: 78 };
    let order = LeaderOrder::RequestSlot { index: 0, job: JOB, allocation: grant(0) };
    let mut out = Vec::new();
    let refused = tm.machine.on(at(0), TaskManagerEvent::Leader { epoch: found, order }, &mut out);
    assert_eq!(refused, Err(ControlError::Fenced(crate::Fenced { expected: EPOCH, found })));
    assert_eq!(out, []);
    assert_eq!(format!("{:?}", tm.machine), before);
}

#[test]
fn the_same_leader_finds_everything_as_it_was() {
    let mut tm = Tm::running();
    tm.at_ms = 2_000;
    assert_eq!(tm.on(disconnected(1)), []);
    // What happens meanwhile is not said to nobody.
    assert_eq!(tm.task(1, status(att(0, 0), ExecutionState::Finished)), []);
    tm.tick_at(2_100);
    let finished = status(att(0, 0), ExecutionState::Finished);
    let expected = [tm.slot_report(&[Some((JOB, 0)), None]), tm.tell_report(2, &[finished], &[0])];
    assert_eq!(tm.on(TaskManagerEvent::Registered { attempt: 2, epoch: EPOCH }), expected);
    assert_eq!(tm.slot_states(), [SlotState::Active, SlotState::Free]);
}

#[test]
fn a_leader_that_does_not_come_back_within_the_heartbeat_timeout_loses_everything() {
    let mut tm = Tm::running();
    tm.at_ms = 2_000;
    tm.on(disconnected(1));
    let before = tm.pass_until(51_999);
    assert!(before.iter().all(|command| matches!(command, Do::Connect { .. })), "{before:?}");
    let out = tm.pass_until(52_000);
    let cause = "the job's worker was killed: its JobManager did not come back within heartbeat.timeout".to_owned();
    assert!(out.contains(&Do::KillWorker { job: JOB, incarnation: 1, cause }), "{out:?}");
    assert_eq!(tm.slot_states(), [SlotState::Free, SlotState::Free]);
    assert_eq!(tm.ended(1, WorkerEnd::Signalled(9)), [Do::ForgetJob { job: JOB }]);
    // It may still come back, to an empty TaskManager.
    let Some(Do::Connect { attempt, .. }) = tm.pass_until(70_000).pop() else { panic!("no attempt to connect") };
    let report = tm.slot_report(&[None, None]);
    assert_eq!(tm.on(TaskManagerEvent::Registered { attempt, epoch: EPOCH }), [report]);
}

#[test]
fn a_new_leader_finds_nothing_of_the_former() {
    let mut tm = Tm::running();
    tm.request(1, OTHER, 1);
    tm.order(LeaderOrder::Deploy { job: OTHER, tasks: vec![(att(0, 0), 1)] });
    tm.on(disconnected(1));
    tm.tick_at(100);
    let epoch = LeaderEpoch { counter: 4, random: 0 };
    let cause = "the job's worker was killed: another JobManager leads now".to_owned();
    let report = tm.slot_report(&[None, None]);
    let sequence = tm.machine.sequence;
    let silence = |job, ahead| Do::TellJobMaster {
        job,
        sequence: sequence + ahead,
        message: WorkerMessage::Report { tasks: Vec::new(), allocations: Vec::new() },
    };
    assert_eq!(
        tm.on(TaskManagerEvent::Registered { attempt: 2, epoch }),
        [
            Do::KillWorker { job: JOB, incarnation: 1, cause: cause.clone() },
            Do::Discard { job: OTHER, attempt: att(0, 0) },
            Do::KillWorker { job: OTHER, incarnation: 2, cause },
            report,
            silence(JOB, 2),
            silence(OTHER, 3),
        ]
    );
    // The same job under the new leader: its first attempt is news, and waits until the former worker is gone.
    let order = |tm: &mut Tm, order| tm.on(TaskManagerEvent::Leader { epoch, order });
    order(&mut tm, LeaderOrder::RequestSlot { index: 0, job: JOB, allocation: grant(7) });
    let told = tm.tell_status(1, status(att(0, 0), ExecutionState::Deploying));
    assert_eq!(order(&mut tm, LeaderOrder::Deploy { job: JOB, tasks: vec![(att(0, 0), 0)] }), [told]);
    assert_eq!(tm.task(1, status(att(0, 0), ExecutionState::Running)), []);
    assert_eq!(tm.ended(1, WorkerEnd::Signalled(9)), [start(3)]);
    assert_eq!(tm.on(TaskManagerEvent::WorkerReady { job: JOB, incarnation: 3 }), [deploy(3, &[att(0, 0)])]);
}

#[test]
fn a_leader_that_was_replaced_is_not_followed_again() {
    let mut tm = Tm::registered();
    tm.on(disconnected(1));
    tm.tick_at(100);
    let former = LeaderEpoch { counter: 2, random: 1 };
    assert_eq!(tm.on(TaskManagerEvent::Registered { attempt: 2, epoch: former }), [Do::Disconnect]);
    assert_eq!(tm.machine.leader(), Some(EPOCH));
    assert_eq!(tm.tick_at(10_100), [Do::Connect { attempt: 3, timeout: Duration::from_millis(100) }]);
}

#[test]
fn a_shutdown_ends_the_workers_first() {
    let mut tm = Tm::running();
    let cause = || "SIGTERM".to_owned();
    assert_eq!(
        tm.on(TaskManagerEvent::ShutDown { cause: cause() }),
        [Do::Leave { cause: cause() }, Do::StopWorker { job: JOB, incarnation: 1 }]
    );
    // Nothing else counts now.
    assert_eq!(tm.request(1, OTHER, 5), []);
    assert_eq!(tm.task(1, status(att(0, 0), ExecutionState::Canceled)), []);
    assert_eq!(tm.ended(1, WorkerEnd::Exited(0)), [Do::Exit(Exit::Wanted(cause()))]);
    assert_eq!(tm.machine.next_deadline(), None);
}

#[test]
fn a_shutdown_does_not_wait_for_ever() {
    let mut tm = Tm::running();
    tm.on(TaskManagerEvent::ShutDown { cause: "SIGTERM".to_owned() });
    let cause = "its TaskManager ends".to_owned();
    assert_eq!(
        tm.tick_at(3_000),
        [Do::KillWorker { job: JOB, incarnation: 1, cause }, Do::Exit(Exit::Wanted("SIGTERM".to_owned()))]
    );
}

#[test]
fn without_workers_a_shutdown_is_at_once() {
    let mut tm = Tm::new(TaskManagerSettings::default());
    tm.on(TaskManagerEvent::Start);
    let exit = Do::Exit(Exit::Wanted("SIGTERM".to_owned()));
    assert_eq!(tm.on(TaskManagerEvent::ShutDown { cause: "SIGTERM".to_owned() }), [exit]);
}

#[test]
fn a_dismissal_is_a_shutdown() {
    let mut tm = Tm::registered();
    let cause = || "the cluster has more slots than it may".to_owned();
    assert_eq!(
        tm.order(LeaderOrder::Dismiss { cause: cause() }),
        [Do::Leave { cause: cause() }, Do::Exit(Exit::Wanted(cause()))]
    );
}

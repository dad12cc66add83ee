//! Containers that run, end, and are given back.

use super::*;

#[test]
fn a_container_that_ends_is_fenced_and_replaced() {
    let mut attempt = Attempt::with_workers(6200, 2);
    assert!(attempt.ledger.admits(id(2)));
    assert_eq!(attempt.ledger.host_of(id(2)), Some("host-2"));
    attempt.tick(10_200);
    let commands = attempt.answer(10_300, tells_of(2, -104));
    assert_eq!(commands, [fence_completed(2, -104, true), beat(attempt.number, &[ask(ONE, 1)], &[])]);
    assert!(!attempt.ledger.admits(id(2)));
    assert_eq!(attempt.ledger.host_of(id(2)), None);
}

#[test]
fn workers_that_nobody_needs_go_when_they_were_idle_for_long_enough() {
    let mut attempt = Attempt::with_workers(6200, 3);
    for (ms, number) in [(6300, 4), (6400, 2), (6500, 3)] {
        assert_eq!(attempt.on(ms, ContainerEvent::WorkerIdle { container: id(number) }), []);
    }
    // They stay while they are wanted, whatever they do.
    assert_eq!(attempt.deadline(), Some(at(10_200)));
    assert_eq!(attempt.want(6600, 1), []);
    // A busy moment begins the time anew; being idle is told once.
    attempt.on(6700, ContainerEvent::WorkerBusy { container: id(4) });
    attempt.on(6800, ContainerEvent::WorkerIdle { container: id(4) });
    attempt.on(6900, ContainerEvent::WorkerIdle { container: id(2) });
    for ms in (10_200..36_400).step_by(5000) {
        attempt.tick(ms);
        assert_eq!(attempt.answer(ms, brings([])), []);
    }
    assert_eq!(attempt.deadline(), Some(at(36_400)));
    assert_eq!(attempt.tick(36_400), [fence(2, ReleaseReason::Idle), beat(attempt.number, &[], &[2])]);
    attempt.answer(36_400, tells_of(2, -100));
    assert_eq!(attempt.tick(36_500), [fence(3, ReleaseReason::Idle), beat(attempt.number, &[], &[3])]);
    attempt.answer(36_500, tells_of(3, -100));
    // One is wanted.
    assert_eq!(attempt.tick(40_000), []);
    let overview = attempt.ledger.overview();
    assert_eq!((overview.registered, overview.leaving), (1, 0));
}

#[test]
fn a_worker_on_its_way_is_kept_when_the_need_ends() {
    let mut attempt = Attempt::registered();
    attempt.want(100, 1);
    attempt.answer(100, brings([]));
    attempt.tick(200);
    attempt.answer(200, brings([2]));
    assert_eq!(attempt.want(300, 0), []);
    // It came while it was wanted; the next job finds it, or it goes as an idle one.
    attempt.run(400, [2]);
    for ms in [5200, 10_200, 15_200, 20_200, 25_200, 30_200] {
        attempt.tick(ms);
        attempt.answer(ms, brings([]));
    }
    assert_eq!(attempt.tick(30_400), [fence(2, ReleaseReason::Idle), beat(attempt.number, &[], &[2])]);
}

#[test]
fn a_worker_that_is_lost_is_replaced_at_once_and_explained_by_yarn() {
    let mut attempt = Attempt::with_workers(6200, 1);
    let commands = attempt.on(6300, ContainerEvent::WorkerLost { container: id(2) });
    assert_eq!(commands, [beat(attempt.number, &[ask(ONE, 1)], &[])]);
    assert_eq!(attempt.answer(6350, tells_of(2, 137)), [fence_completed(2, 137, true)]);
    assert_eq!(attempt.ledger.overview().leaving, 0);
}

#[test]
fn a_worker_that_is_lost_and_lives_is_released_after_a_moment() {
    let mut attempt = Attempt::with_workers(6200, 1);
    attempt.want(6200, 0);
    assert_eq!(attempt.on(6300, ContainerEvent::WorkerLost { container: id(2) }), [beat(attempt.number, &[], &[])]);
    let mut ms = 6300;
    loop {
        assert_eq!(attempt.answer(ms, brings([])), []);
        ms = attempt.deadline().unwrap().0 / 1_000_000;
        let commands = attempt.tick(ms);
        if ms == 11_300 {
            assert_eq!(commands, [fence(2, ReleaseReason::Lost), beat(attempt.number, &[], &[2])]);
            assert!(!attempt.ledger.admits(id(2)));
            break;
        }
        // Its word is waited for at the pace of one that waits.
        assert!(ms < 11_300 && commands == [beat(attempt.number, &[], &[])], "{ms} {commands:?}");
    }
}

#[test]
fn a_worker_that_comes_back_in_time_is_one_again() {
    let mut attempt = Attempt::with_workers(6200, 1);
    attempt.on(6300, ContainerEvent::WorkerLost { container: id(2) });
    attempt.on(6310, ContainerEvent::WorkerLost { container: id(2) });
    attempt.answer(6320, brings([]));
    assert!(attempt.ledger.admits(id(2)));
    // What was asked for in its place is taken back.
    let commands = attempt.on(6350, ContainerEvent::WorkerRegistered { container: id(2) });
    assert_eq!(commands, [beat(attempt.number, &[ask(ONE, 0)], &[])]);
    assert_eq!(attempt.ledger.overview().registered, 1);
}

#[test]
fn what_is_to_be_taken_away_goes_if_it_is_idle() {
    let mut attempt = Attempt::with_workers(6200, 2);
    attempt.on(6300, ContainerEvent::WorkerIdle { container: id(2) });
    attempt.tick(10_200);
    let answer = HeartbeatAnswer { preempted: vec![id(2), id(3), id(77)], ..brings([]) };
    let commands = attempt.answer(10_200, answer);
    assert_eq!(commands, [fence(2, ReleaseReason::Preempted)]);
    assert_eq!(attempt.tick(10_250), [beat(attempt.number, &[ask(ONE, 1)], &[2])]);
}

#[test]
fn a_worker_that_does_not_register_in_time_is_given_back() {
    let mut attempt = Attempt::registered();
    attempt.want(100, 1);
    attempt.answer(100, brings([]));
    attempt.tick(200);
    attempt.answer(200, brings([2]));
    attempt.on(300, ContainerEvent::Started { container: id(2) });
    let (ms, commands) = loop {
        let ms = attempt.deadline().unwrap().0 / 1_000_000;
        let commands = attempt.tick(ms);
        if commands.len() > 1 {
            break (ms, commands);
        }
        attempt.answer(ms, brings([]));
    };
    assert_eq!(ms, 300_200);
    assert_eq!(commands, [fence(2, ReleaseReason::NotRegistered), beat(attempt.number, &[ask(ONE, 1)], &[2])]);
    // Too late.
    attempt.on(ms, ContainerEvent::WorkerRegistered { container: id(2) });
    assert!(!attempt.ledger.admits(id(2)));
}

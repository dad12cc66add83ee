//! A ResourceManager that knows nothing any more, and an attempt that finds workers of the one before.

use super::*;

#[test]
fn a_resourcemanager_that_forgot_is_told_everything() {
    let mut attempt = Attempt::with_workers(6200, 2);
    attempt.on(6200, ContainerEvent::HostBlocked { host: "bad".to_owned() });
    attempt.answer(6200, brings([]));
    attempt.want(6300, 4);
    let (lost, number) = (attempt.on(6310, ContainerEvent::WorkerLost { container: id(3) }), attempt.number);
    assert_eq!(lost, []);
    attempt.on(7000, ContainerEvent::HeartbeatFailed { number });
    let commands = attempt.on(7100, ContainerEvent::Resynced { inherited: Vec::new() });
    let expected = ContainerHeartbeat {
        number: number + 1,
        asks: vec![ask(ONE, 3)],
        block: vec!["bad".to_owned()],
        ..ContainerHeartbeat::default()
    };
    assert_eq!(commands, [ContainerCommand::Heartbeat(expected)]);
    // What the former one said counts no more.
    assert_eq!(attempt.on(7110, ContainerEvent::Answered { number, answer: brings([50]) }), []);
    assert_eq!(attempt.on(7110, ContainerEvent::HeartbeatFailed { number }), []);
    assert_eq!(attempt.ledger.overview().registered, 1);
}

#[test]
fn releases_are_repeated_until_yarn_confirms_them() {
    let mut attempt = Attempt::registered();
    attempt.want(100, 1);
    attempt.answer(100, brings([]));
    attempt.tick(200);
    assert_eq!(attempt.answer(260, brings([2, 3, 4])), [start(2), beat(4, &[], &[3, 4])]);
    attempt.answer(270, tells_of(3, -100));
    let commands = attempt.on(300, ContainerEvent::Resynced { inherited: Vec::new() });
    assert_eq!(commands, [beat(5, &[], &[4])]);
    attempt.answer(310, brings([]));
    assert_eq!(attempt.on(400, ContainerEvent::Resynced { inherited: Vec::new() }), [beat(6, &[], &[4])]);
    attempt.answer(410, brings([]));
    attempt.run(410, [2]);
    // One of which nothing is heard is forgotten some day.
    let mut ms = 410;
    while attempt.ledger.overview().leaving > 0 {
        ms = attempt.deadline().unwrap().0 / 1_000_000;
        assert!(ms <= 600_260, "{ms}");
        attempt.tick(ms);
        attempt.answer(ms, brings([]));
    }
    assert_eq!(ms, 600_260);
}

fn with_recovery(recovery_timeout: Duration) -> ContainerSettings {
    ContainerSettings { recovery_timeout, ..ContainerSettings::default() }
}

#[test]
fn workers_of_an_earlier_attempt_are_waited_for_as_long_as_is_set() {
    let mut attempt = Attempt::new(with_recovery(Duration::from_secs(10)));
    attempt.want(0, 3);
    let commands = attempt.on(0, ContainerEvent::Registered { inherited: granted([2, 3]) });
    assert_eq!(commands, [beat(1, &[ask(ONE, 1)], &[])]);
    assert!(attempt.ledger.admits(id(2)));
    attempt.answer(0, brings([]));
    attempt.on(100, ContainerEvent::WorkerRegistered { container: id(2) });
    attempt.answer(100, brings([]));
    let mut asked = Vec::new();
    while let Some(deadline) = attempt.deadline().filter(|deadline| *deadline <= at(10_000)) {
        let ms = deadline.0 / 1_000_000;
        for command in attempt.tick(ms) {
            if let ContainerCommand::Heartbeat(heartbeat) = command
                && !heartbeat.asks.is_empty()
            {
                asked.push((ms, heartbeat.asks));
            }
        }
        attempt.answer(ms, brings([]));
    }
    assert_eq!(asked, [(10_000, vec![ask(ONE, 2)])]);
    // It is still welcome, and the request for another in its place is taken back.
    let commands = attempt.on(10_100, ContainerEvent::WorkerRegistered { container: id(3) });
    assert_eq!(commands, [beat(attempt.number, &[ask(ONE, 1)], &[])]);
}

#[test]
fn by_default_others_are_asked_for_beside_them() {
    let mut attempt = Attempt::new(with_recovery(Duration::ZERO));
    attempt.want(0, 1);
    let commands = attempt.on(0, ContainerEvent::Registered { inherited: granted([2]) });
    assert_eq!(commands, [beat(1, &[ask(ONE, 1)], &[])]);
    attempt.answer(0, brings([]));
    let (ms, commands) = loop {
        let ms = attempt.deadline().unwrap().0 / 1_000_000;
        let commands = attempt.tick(ms);
        if commands.len() > 1 {
            break (ms, commands);
        }
        attempt.answer(ms, brings([]));
    };
    assert_eq!(ms, 300_000);
    assert_eq!(commands, [fence(2, ReleaseReason::NotRegistered), beat(attempt.number, &[], &[2])]);
}

#[test]
fn those_of_a_sort_that_is_not_wanted_any_more_go_back() {
    let mut attempt = Attempt::new(with_recovery(Duration::ZERO));
    let stranger = GrantedContainer { profile: ProfileId(9), ..granted([2]).remove(0) };
    let commands = attempt.on(0, ContainerEvent::Registered { inherited: vec![stranger] });
    assert_eq!(commands, [fence(2, ReleaseReason::NotWanted), beat(1, &[], &[2])]);
    assert!(!attempt.ledger.admits(id(2)));
}

#[test]
fn more_of_them_may_be_told_of_later() {
    let mut attempt = Attempt::registered();
    attempt.tick(5000);
    let answer = HeartbeatAnswer { inherited: granted([7]), ..brings([]) };
    assert_eq!(attempt.answer(5000, answer), []);
    assert!(attempt.ledger.admits(id(7)));
    assert_eq!(attempt.answer(5000, tells_of(7, 1)), []);
    attempt.tick(10_000);
    assert_eq!(attempt.answer(10_000, tells_of(7, 1)), [fence_completed(7, 1, false)]);
}

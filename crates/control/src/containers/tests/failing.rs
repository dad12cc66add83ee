//! Workers that do not start.

use super::*;

/// Lets a single wanted worker fail again and again at once, and gives the times of its starts within so many milliseconds.
fn crash_loop(settings: ContainerSettings, until: u64) -> Vec<u64> {
    let mut attempt = Attempt::new(settings);
    attempt.on(0, ContainerEvent::Registered { inherited: Vec::new() });
    attempt.want(0, 1);
    let (mut starts, mut ms, mut next) = (Vec::new(), 0, 100);
    let mut answer = brings([]);
    while ms < until {
        for command in attempt.answer(ms, std::mem::take(&mut answer)) {
            if let ContainerCommand::Start { container, .. } = command {
                starts.push(ms);
                // It ends as soon as it starts, and the next heartbeat brings another if one is asked for.
                answer.completed.push(completed(container.number, 1));
            }
        }
        answer.cluster_nodes = 10;
        if attempt.ledger.overview().asked > 0 {
            answer.granted = granted([next]);
            next += 1;
        }
        ms = attempt.deadline().map_or(ms + 10, |deadline| deadline.0 / 1_000_000).max(ms + 1);
        attempt.tick(ms);
    }
    starts
}

#[test]
fn ten_starts_fail_in_the_first_minute_and_not_one_more() {
    let starts = crash_loop(ContainerSettings::default(), 120_000);
    let within = |from, to| starts.iter().filter(|ms| (from..to).contains(*ms)).count();
    assert_eq!(within(0, 60_000), 10, "{starts:?}");
    assert!((9..=10).contains(&within(60_000, 120_000)), "{starts:?}");
}

#[test]
fn the_shortest_pause_holds_too() {
    let settings = ContainerSettings {
        max_start_failures: 2,
        start_retry_interval: Duration::from_secs(90),
        ..ContainerSettings::default()
    };
    let starts = crash_loop(settings, 150_000);
    assert_eq!(starts.iter().filter(|ms| **ms < 90_000).count(), 2, "{starts:?}");
    assert!(starts.len() > 2, "{starts:?}");
}

#[test]
fn a_pause_takes_back_what_is_asked_and_gives_back_what_still_comes() {
    let settings = ContainerSettings { max_start_failures: 1, ..ContainerSettings::default() };
    let mut attempt = Attempt::new(settings);
    attempt.want(0, 3);
    attempt.on(0, ContainerEvent::Registered { inherited: Vec::new() });
    attempt.answer(0, brings([]));
    attempt.tick(100);
    attempt.answer(100, brings([2]));
    attempt.tick(200);
    let commands = attempt.answer(260, tells_of(2, 1));
    let paused = ContainerCommand::StartsPaused { until: at(60_260), failures: 1 };
    assert_eq!(commands, [paused, fence_completed(2, 1, false), beat(4, &[ask(ONE, 0)], &[])]);
    assert_eq!(attempt.answer(320, brings([3])), [beat(5, &[ask(ONE, 0)], &[3])]);
    attempt.answer(320, tells_of(3, -100));
    // Those that run stay, and when the pause is over the rest is asked for.
    for ms in (5320..60_260).step_by(5000) {
        assert_eq!(attempt.tick(ms).len(), 1);
        attempt.answer(ms, brings([]));
    }
    assert_eq!(attempt.deadline(), Some(at(60_260)));
    assert_eq!(attempt.tick(60_260), [beat(attempt.number, &[ask(ONE, 3)], &[])]);
}

#[test]
fn what_the_cluster_does_is_no_failure_of_a_start() {
    let settings = ContainerSettings { max_start_failures: 1, ..ContainerSettings::default() };
    for status in [-100, -102, -106, -107, -108] {
        let mut attempt = Attempt::new(settings.clone());
        attempt.want(0, 1);
        attempt.on(0, ContainerEvent::Registered { inherited: Vec::new() });
        attempt.answer(0, brings([]));
        attempt.tick(100);
        attempt.answer(100, brings([2]));
        attempt.tick(5100);
        let commands = attempt.answer(5200, tells_of(2, status));
        assert_eq!(commands, [fence_completed(2, status, false), beat(4, &[ask(ONE, 1)], &[])], "{status}");
    }
}

#[test]
fn a_container_that_its_node_refuses_goes_back_and_counts() {
    let settings = ContainerSettings { max_start_failures: 1, ..ContainerSettings::default() };
    for (failure, counts) in [(StartFailure::Refused, true), (StartFailure::Outdated, false)] {
        let mut attempt = Attempt::new(settings.clone());
        attempt.want(0, 1);
        attempt.on(0, ContainerEvent::Registered { inherited: Vec::new() });
        attempt.answer(0, brings([]));
        attempt.tick(100);
        attempt.answer(100, brings([2]));
        let cause = || "no".to_owned();
        let event = ContainerEvent::StartFailed { container: id(2), failure, cause: cause() };
        let commands = attempt.on(160, event.clone());
        assert_eq!(commands.first(), Some(&fence(2, ReleaseReason::NotStarted { cause: cause() })));
        let asks: &[_] = if counts { &[] } else { &[ask(ONE, 1)] };
        assert_eq!(commands.last(), Some(&beat(3, asks, &[2])));
        assert_eq!(commands.len(), if counts { 3 } else { 2 }, "{commands:?}");
        assert_eq!(attempt.on(170, event), []);
    }
}

#[test]
fn a_late_word_of_failure_about_a_worker_that_runs_changes_nothing() {
    let mut attempt = Attempt::with_workers(6200, 1);
    let (container, cause) = (id(2), String::new());
    let event = ContainerEvent::StartFailed { container, failure: StartFailure::Refused, cause };
    assert_eq!(attempt.on(6300, event), []);
    assert_eq!(attempt.ledger.overview().registered, 1);
}

/// Lets workers fail at one host, each alone.
fn fail_at_host(attempt: &mut Attempt, ms: u64, numbers: &[u64], nodes: u32) -> Vec<ContainerCommand> {
    let mut all = Vec::new();
    for (number, ms) in numbers.iter().zip((ms..).step_by(12_000)) {
        attempt.tick(ms);
        all.extend(attempt.answer(ms, HeartbeatAnswer { cluster_nodes: nodes, ..brings([*number]) }));
        all.extend(attempt.tick(ms + 5000));
        all.extend(attempt.answer(ms + 5050, HeartbeatAnswer { cluster_nodes: nodes, ..tells_of(*number, 1) }));
        all.extend(attempt.answer(ms + 5060, HeartbeatAnswer { cluster_nodes: nodes, ..brings([]) }));
    }
    all
}

#[test]
fn a_host_where_starts_fail_in_a_row_is_avoided_for_a_while() {
    let mut attempt = Attempt::registered();
    attempt.want(50, 1);
    attempt.answer(50, brings([]));
    let commands = fail_at_host(&mut attempt, 1000, &[12, 22, 32], 10);
    let avoided = ContainerCommand::HostAvoided { host: "host-2".to_owned(), until: at(30_050 + 600_000) };
    assert!(commands.contains(&avoided), "{commands:?}");
    let told = |command: &&ContainerCommand| match command {
        ContainerCommand::Heartbeat(heartbeat) => heartbeat.block == ["host-2"] && heartbeat.asks == [ask(ONE, 1)],
        _ => false,
    };
    assert_eq!(commands.iter().filter(told).count(), 1, "{commands:?}");
    // One that comes from there all the same goes back.
    attempt.tick(31_000);
    assert_eq!(attempt.answer(31_000, brings([42])), []);
    assert_eq!(attempt.tick(31_050), [beat(attempt.number, &[ask(ONE, 1)], &[42])]);
    attempt.answer(31_050, brings([]));
    // It is used again when the time is over.
    let mut unblocked = Vec::new();
    while let Some(deadline) = attempt.deadline().filter(|deadline| *deadline < at(650_000)) {
        let ms = deadline.0 / 1_000_000;
        for command in attempt.tick(ms) {
            if let ContainerCommand::Heartbeat(heartbeat) = command
                && !heartbeat.unblock.is_empty()
            {
                unblocked.push((ms, heartbeat.unblock));
            }
        }
        attempt.answer(ms, brings([]));
    }
    assert_eq!(unblocked, [(630_050, vec!["host-2".to_owned()])]);
}

#[test]
fn where_most_hosts_fail_it_is_not_the_hosts() {
    let mut attempt = Attempt::registered();
    attempt.want(50, 1);
    attempt.answer(50, brings([]));
    let commands = fail_at_host(&mut attempt, 1000, &[12, 22, 32], 2);
    let avoided = |command: &ContainerCommand| matches!(command, ContainerCommand::HostAvoided { .. });
    assert!(!commands.iter().any(avoided), "{commands:?}");
}

#[test]
fn hosts_are_blocked_and_unblocked_from_outside() {
    let mut attempt = Attempt::registered();
    let host = || "bad".to_owned();
    let news = |number, block: &[&str], unblock: &[&str]| {
        let texts = |hosts: &[&str]| hosts.iter().map(|host| (*host).to_owned()).collect();
        let (block, unblock) = (texts(block), texts(unblock));
        ContainerCommand::Heartbeat(ContainerHeartbeat { number, block, unblock, ..ContainerHeartbeat::default() })
    };
    assert_eq!(attempt.on(60, ContainerEvent::HostBlocked { host: host() }), [news(2, &["bad"], &[])]);
    assert_eq!(attempt.on(70, ContainerEvent::HostUnblocked { host: host() }), []);
    assert_eq!(attempt.on(80, ContainerEvent::HostBlocked { host: host() }), []);
    assert_eq!(attempt.answer(200, brings([])), []);
    assert_eq!(attempt.on(300, ContainerEvent::HostUnblocked { host: host() }), [news(3, &[], &["bad"])]);
}

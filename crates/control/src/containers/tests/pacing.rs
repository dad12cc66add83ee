//! When heartbeats are sent.

use super::*;

#[test]
fn an_idle_attempt_beats_every_five_seconds() {
    let mut attempt = Attempt::registered();
    assert_eq!(attempt.deadline(), Some(at(5000)));
    assert_eq!(attempt.tick(4999), []);
    assert_eq!(attempt.tick(5000), [beat(2, &[], &[])]);
    // One at a time.
    assert_eq!(attempt.deadline(), None);
    assert_eq!(attempt.tick(6000), []);
    attempt.answer(6000, brings([]));
    assert_eq!(attempt.deadline(), Some(at(10_000)));
}

#[test]
fn a_changed_number_is_said_at_once_but_not_within_50_ms_of_the_last() {
    let mut attempt = Attempt::registered();
    assert_eq!(attempt.want(20, 1), []);
    assert_eq!(attempt.want(30, 2), []);
    assert_eq!(attempt.deadline(), Some(at(50)));
    assert_eq!(attempt.tick(50), [beat(2, &[ask(ONE, 2)], &[])]);
    // While one is under way the next waits for its answer.
    assert_eq!(attempt.want(110, 3), []);
    assert_eq!(attempt.answer(120, brings([])), [beat(3, &[ask(ONE, 3)], &[])]);
}

#[test]
fn one_that_waits_is_eager_for_two_and_a_half_seconds_and_then_ever_slower() {
    let mut attempt = Attempt::registered();
    attempt.want(50, 2);
    attempt.answer(50, brings([]));
    let mut ms = 50;
    // The heartbeat at 2550 is the first that is not eager.
    let waits = [100; 25].into_iter().chain([200, 400, 500, 500]);
    for wait in waits {
        ms += wait;
        assert_eq!(attempt.deadline(), Some(at(ms)));
        assert_eq!(attempt.tick(ms - 1), []);
        assert!(matches!(attempt.tick(ms)[..], [ContainerCommand::Heartbeat(_)]));
        attempt.answer(ms, brings([]));
    }
    // A container that comes is a sign that more do.
    attempt.tick(ms + 500);
    attempt.answer(ms + 500, brings([2]));
    for eager in [600, 700] {
        assert_eq!(attempt.deadline(), Some(at(ms + eager)));
        attempt.tick(ms + eager);
        attempt.answer(ms + eager, brings([]));
    }
    attempt.tick(ms + 800);
    attempt.answer(ms + 800, brings([3]));
    assert_eq!(attempt.deadline(), Some(at(ms + 5800)));
}

#[test]
fn a_heartbeat_without_an_answer_is_sent_again_unchanged() {
    let mut attempt = Attempt::registered();
    assert_eq!(attempt.want(100, 2), [beat(2, &[ask(ONE, 2)], &[])]);
    assert_eq!(attempt.want(150, 3), []);
    assert_eq!(attempt.on(200, ContainerEvent::HeartbeatFailed { number: 2 }), []);
    assert_eq!(attempt.on(200, ContainerEvent::HeartbeatFailed { number: 2 }), []);
    assert_eq!(attempt.deadline(), Some(at(1200)));
    assert_eq!(attempt.tick(1200), [beat(2, &[ask(ONE, 2)], &[])]);
    assert_eq!(attempt.answer(1250, brings([])), [beat(3, &[ask(ONE, 3)], &[])]);
}

#[test]
fn an_answer_counts_once_however_late_it_comes() {
    let mut attempt = Attempt::registered();
    attempt.want(100, 2);
    attempt.answer(100, brings([]));
    assert_eq!(attempt.tick(200), [beat(3, &[], &[])]);
    attempt.on(300, ContainerEvent::HeartbeatFailed { number: 3 });
    // The answer to the first sending comes before the second is sent.
    let answer = |answer| ContainerEvent::Answered { number: 3, answer };
    assert_eq!(attempt.on(400, answer(brings([2])))[..1], [start(2)]);
    assert_eq!(attempt.ledger.overview().asked, 1);
    assert_eq!(attempt.on(410, answer(brings([2]))), []);
    assert_eq!(attempt.on(410, ContainerEvent::Answered { number: 1, answer: brings([9]) }), []);
    assert_eq!(attempt.ledger.overview().starting, 1);
    assert_eq!(attempt.ledger.overview().asked, 1);
}

#[test]
fn the_pace_keeps_within_the_time_after_which_yarn_gives_up() {
    let mut configuration = weft_common::Configuration::new();
    let default = ContainerSettings::from_configuration(&configuration, Duration::from_secs(600)).unwrap();
    assert_eq!(default, ContainerSettings::default());
    let short = ContainerSettings::from_configuration(&configuration, Duration::from_secs(6)).unwrap();
    assert_eq!((short.pace.idle, short.pace.waiting), (Duration::from_secs(2), Duration::from_millis(500)));
    configuration
        .apply_dynamic(["yarn.heartbeat.interval=2", "yarn.heartbeat.container-request-interval=40"])
        .expect("assignments");
    let pace = ContainerSettings::from_configuration(&configuration, Duration::from_secs(600)).unwrap().pace;
    assert_eq!((pace.idle, pace.waiting), (Duration::from_secs(2), Duration::from_millis(40)));
    assert_eq!((pace.waiting_first, pace.shortest), (Duration::from_millis(40), Duration::from_millis(40)));
}

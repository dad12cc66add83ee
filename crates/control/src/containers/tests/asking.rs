//! What is asked for, and what comes.

use super::*;

#[test]
fn what_is_wanted_is_asked_for_once_and_counted_down_by_yarn() {
    let mut attempt = Attempt::registered();
    assert_eq!(attempt.want(100, 3), [beat(2, &[ask(ONE, 3)], &[])]);
    assert_eq!(attempt.answer(110, brings([])), []);
    assert_eq!(attempt.tick(200), [beat(3, &[], &[])]);
    assert_eq!(attempt.answer(210, brings([2, 3])), [start(2), start(3)]);
    assert_eq!(attempt.ledger.overview().asked, 1);
    // Nothing is said of those that came.
    assert_eq!(attempt.tick(300), [beat(4, &[], &[])]);
    assert_eq!(attempt.answer(310, brings([4])), [start(4)]);
    let overview = attempt.ledger.overview();
    assert_eq!((overview.wanted, overview.asked, overview.starting, overview.surplus), (3, 0, 3, 0));
}

#[test]
fn a_higher_need_replaces_the_number_and_a_lower_one_too() {
    let mut attempt = Attempt::registered();
    attempt.want(100, 3);
    attempt.answer(100, brings([]));
    assert_eq!(attempt.want(150, 5), [beat(3, &[ask(ONE, 5)], &[])]);
    attempt.answer(150, brings([]));
    assert_eq!(attempt.want(200, 1), [beat(4, &[ask(ONE, 1)], &[])]);
    attempt.answer(200, brings([]));
    assert_eq!(attempt.want(250, 0), [beat(5, &[ask(ONE, 0)], &[])]);
}

#[test]
fn profiles_have_a_number_each() {
    let mut attempt = Attempt::registered();
    attempt.on(10, ContainerEvent::WorkersWanted { profile: TWO, workers: 2 });
    assert_eq!(attempt.want(100, 1), [beat(2, &[ask(ONE, 1), ask(TWO, 2)], &[])]);
    attempt.answer(100, brings([]));
    attempt.tick(200);
    let of_two = GrantedContainer { profile: TWO, ..granted([2]).remove(0) };
    let answer = HeartbeatAnswer { granted: vec![of_two], ..brings([]) };
    let started = ContainerCommand::Start { container: id(2), profile: TWO };
    assert_eq!(attempt.answer(200, answer), [started]);
    assert_eq!(attempt.ledger.overview().asked, 2);
}

#[test]
fn what_comes_beyond_the_need_goes_back_with_the_next_heartbeat() {
    let mut attempt = Attempt::registered();
    attempt.want(100, 2);
    attempt.answer(100, brings([]));
    attempt.tick(200);
    let commands = attempt.answer(260, brings([2, 3, 4, 5]));
    assert_eq!(commands, [start(2), start(3), beat(4, &[], &[4, 5])]);
    let overview = attempt.ledger.overview();
    assert_eq!((overview.starting, overview.leaving, overview.surplus), (2, 2, 2));
    // YARN confirms, and nothing is left of them.
    let mut answer = tells_of(4, -100);
    answer.completed.push(completed(5, -100));
    assert_eq!(attempt.answer(300, answer), []);
    assert_eq!(attempt.ledger.overview().leaving, 0);
}

#[test]
fn of_a_sort_that_nobody_knows_all_are_surplus() {
    let mut attempt = Attempt::registered();
    let stranger = GrantedContainer { profile: ProfileId(9), ..granted([2]).remove(0) };
    attempt.tick(5000);
    assert_eq!(attempt.answer(5000, HeartbeatAnswer { granted: vec![stranger], ..brings([]) }), []);
    assert_eq!(attempt.tick(5050), [beat(3, &[], &[2])]);
}

/// YARN-1902: the containers were given before the number arrived, which then stands in full beside them.
#[test]
fn a_number_that_crossed_containers_is_said_again() {
    let mut attempt = Attempt::registered();
    attempt.want(100, 3);
    attempt.answer(100, brings([]));
    assert_eq!(attempt.want(150, 4), [beat(3, &[ask(ONE, 4)], &[])]);
    let commands = attempt.answer(210, brings([2, 3]));
    assert_eq!(commands, [start(2), start(3), beat(4, &[ask(ONE, 2)], &[])]);
    // It may cross more of them: also said when nothing is missing any more.
    let commands = attempt.answer(270, brings([4, 5]));
    assert_eq!(commands, [start(4), start(5), beat(5, &[ask(ONE, 0)], &[])]);
    assert_eq!(attempt.answer(330, brings([])), []);
    assert_eq!(attempt.deadline(), Some(at(270 + 5000)));
}

#[test]
fn a_container_counts_once_however_often_it_is_told() {
    let mut attempt = Attempt::registered();
    attempt.want(100, 3);
    attempt.answer(100, brings([]));
    attempt.tick(200);
    assert_eq!(attempt.answer(200, brings([2, 2])), [start(2)]);
    assert_eq!(attempt.ledger.overview().starting, 1);
}

#[test]
fn one_that_came_and_ended_between_two_heartbeats_is_asked_for_again() {
    let mut attempt = Attempt::registered();
    attempt.want(100, 1);
    attempt.answer(100, brings([]));
    attempt.tick(200);
    let both = HeartbeatAnswer { completed: vec![completed(2, -100)], ..brings([2]) };
    assert_eq!(attempt.answer(260, both), [beat(4, &[ask(ONE, 1)], &[])]);
    assert_eq!(attempt.ledger.overview().starting, 0);
}

#[test]
fn nothing_is_said_before_the_attempt_is_registered_and_after_its_end() {
    let mut attempt = Attempt::new(ContainerSettings::default());
    assert_eq!(attempt.want(0, 2), []);
    assert_eq!(attempt.deadline(), None);
    let first = attempt.on(10, ContainerEvent::Registered { inherited: Vec::new() });
    assert_eq!(first, [beat(1, &[ask(ONE, 2)], &[])]);
    assert_eq!(attempt.on(20, ContainerEvent::Ended), []);
    assert_eq!(attempt.answer(30, brings([2])), []);
    assert_eq!(attempt.tick(60_000), []);
    assert_eq!(attempt.deadline(), None);
}

/// A node that is lost takes containers with it that were given and never told of. YARN has counted them down.
#[test]
fn one_that_ended_before_it_was_told_of_is_asked_for_again() {
    let mut attempt = Attempt::registered();
    attempt.want(100, 2);
    attempt.answer(100, brings([]));
    attempt.tick(200);
    assert_eq!(attempt.answer(260, tells_of(2, -100)), [beat(4, &[ask(ONE, 2)], &[])]);
    assert_eq!(attempt.answer(300, brings([])), []);
    assert_eq!(attempt.tick(360), [beat(5, &[], &[])]);
}

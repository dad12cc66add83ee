//! Every partition call, end to end, from three subtasks to three.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use super::support::{assert_says, environment, failure_of, signal, sorted};
use weft::prelude::*;

const RECORDS: i64 = 3000;

/// (producing subtask, consuming subtask, record) of every record of a job whose consumers have this parallelism.
fn routes(
    consumers: u32,
    partition: impl FnOnce(DataStream<(u32, i64)>) -> DataStream<(u32, i64)>,
) -> Vec<(u32, u32, i64)> {
    let env = environment(&[("parallelism.default", "3")]);
    let numbers = env.from_sequence(0, RECORDS - 1).map_with(|context| {
        let subtask = context.subtask();
        move |n| (subtask, n)
    });
    let routes = partition(numbers).map_with(|context| {
        let subtask = context.subtask();
        move |(from, n)| (from, subtask, n)
    });
    let routes = routes.set_parallelism(consumers).collect();
    let result = env.execute("routes").expect("it succeeds");
    routes.of(&result).expect("it was collected")
}

/// How many records each consumer got.
fn loads(routes: &[(u32, u32, i64)]) -> BTreeMap<u32, usize> {
    routes.iter().fold(BTreeMap::new(), |mut loads, (_, to, _)| {
        *loads.entry(*to).or_default() += 1;
        loads
    })
}

#[track_caller]
fn assert_each_once(routes: &[(u32, u32, i64)]) {
    let records = sorted(routes.iter().map(|(_, _, n)| *n));
    assert!(records.iter().copied().eq(0..RECORDS), "{} records", records.len());
}

#[test]
fn global_sends_everything_to_the_first() {
    let routes = routes(3, DataStream::global);
    assert_each_once(&routes);
    assert_eq!(loads(&routes), [(0, 3000)].into());
}

#[test]
fn shuffle_reaches_all() {
    let routes = routes(3, DataStream::shuffle);
    assert_each_once(&routes);
    let loads = loads(&routes);
    assert!(loads.len() == 3 && loads.values().all(|n| (800..1200).contains(n)), "{loads:?}");
}

#[test]
fn rebalance_deals_out_evenly() {
    let routes = routes(3, DataStream::rebalance);
    assert_each_once(&routes);
    let loads = loads(&routes);
    assert!(loads.len() == 3 && loads.values().all(|n| (998..=1002).contains(n)), "{loads:?}");
}

#[test]
fn rescale_stays_nearby() {
    let routes = routes(6, DataStream::rescale);
    assert_each_once(&routes);
    assert!(routes.iter().all(|(from, to, _)| to / 2 == *from));
    // A reader that is quick may have taken another's split; each that read anything serves its two.
    let producers: BTreeSet<u32> = routes.iter().map(|(from, _, _)| *from).collect();
    assert_eq!(loads(&routes).len(), 2 * producers.len());
}

#[test]
fn broadcast_sends_everything_to_everyone() {
    let routes = routes(3, DataStream::broadcast);
    assert_eq!(loads(&routes), [(0, 3000), (1, 3000), (2, 3000)].into());
    for subtask in 0..3 {
        let of_one: Vec<_> = routes.iter().copied().filter(|(_, to, _)| *to == subtask).collect();
        assert_each_once(&of_one);
    }
}

#[test]
fn forward_keeps_to_the_subtask() {
    let routes = routes(3, DataStream::forward);
    assert_each_once(&routes);
    assert!(routes.iter().all(|(from, to, _)| from == to));
}

#[test]
fn a_key_is_at_home_in_one_subtask() {
    let routes = routes(3, |numbers| numbers.key_by_value(|(_, n)| n % 100).into_stream());
    assert_each_once(&routes);
    let homes: BTreeMap<i64, u32> = routes.iter().map(|(_, to, n)| (n % 100, *to)).collect();
    assert!(routes.iter().all(|(_, to, n)| homes[&(n % 100)] == *to));
    assert_eq!(loads(&routes).len(), 3);
}

#[test]
fn a_function_may_choose() {
    let routes = routes(3, |numbers| numbers.partition_custom(|(_, n)| n, |n, of| *n as usize / 7 % of));
    assert_each_once(&routes);
    assert!(routes.iter().all(|(_, to, n)| *n as usize / 7 % 3 == *to as usize));
}

#[test]
fn a_function_that_chooses_a_subtask_that_is_not_there_fails_the_job() {
    let env = environment(&[("parallelism.default", "3")]);
    env.from_sequence(0, 9).name("numbers").partition_custom(|n| n, |_, of| of).map(|n| n).name("readers").discard();
    let failure = failure_of(&env, "astray");
    assert_says(&failure, &["job `astray` failed", "numbers", "3"]);
}

#[test]
fn parallelism_changes_deal_out_without_being_asked() {
    let routes = routes(2, |numbers| numbers);
    assert_each_once(&routes);
    assert_eq!(loads(&routes), [(0, 1500), (1, 1500)].into());
}

#[test]
fn a_record_for_another_subtask_of_the_same_slot_does_not_wait_for_the_next() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let env = environment(&[]);
    let (arrived, arrives) = signal();
    env.socket_text_stream("127.0.0.1", listener.local_addr().unwrap().port())
        .rebalance()
        .map(move |line| arrived.send(line.to_string()).is_ok())
        .set_parallelism(2)
        .discard();
    let mut job = env.execute_async("one by one").unwrap();
    let (mut peer, _) = listener.accept().unwrap();
    for n in 0..4 {
        peer.write_all(format!("{n}\n").as_bytes()).unwrap();
        assert_eq!(arrives.wait(), n.to_string());
    }
    drop(peer);
    job.wait().unwrap();
}

//! Slots: wanted, shared, missing.

use super::support::{assert_says, cluster, environment, failure_of, program_in, signal};
use super::until::until;
use weft::prelude::*;

const SCARCE: [(&str, &str); 2] = [("taskmanager.numberOfTaskSlots", "1"), ("slot.request.timeout", "200 ms")];

#[test]
fn a_job_without_its_slots_fails_with_needed_free_and_pending() {
    let env = environment(&SCARCE);
    env.from_sequence(0, 9).set_parallelism(2).discard();
    let failure = failure_of(&env, "too large");
    assert_says(&failure, &["NoResourceAvailable", "slot.request.timeout (0.2 s)", "needed 2", "0 free and 0 pending"]);
}

#[test]
fn operators_of_one_group_share_a_slot_and_those_of_two_do_not() {
    let env = environment(&SCARCE);
    let pipeline = |group: &str| {
        let numbers = env.from_sequence(0, 9).rebalance().map(|n| n);
        numbers.slot_sharing_group(group).collect()
    };
    let shared = pipeline("default");
    let result = env.execute("shared").unwrap();
    assert_eq!(shared.of(&result).unwrap().len(), 10);
    pipeline("apart");
    assert_says(&failure_of(&env, "apart"), &["needed 2 (1 for group apart, 1 for group default)", "held 1"]);
}

#[test]
fn a_job_waits_for_the_slots_of_another() {
    let cluster = cluster(&[("taskmanager.numberOfTaskSlots", "1")]);
    let (seen, sees) = signal();
    let first = program_in(&cluster);
    first.generate_at_rate(1000.0, |n| n).map(move |n| seen.send(n).is_ok()).discard();
    let mut first = first.execute_async("first").unwrap();
    sees.wait();
    let second = program_in(&cluster);
    let numbers = second.from_sequence(1, 3).collect();
    let mut second = second.execute_async("second").unwrap();
    until("the second job waits", || (second.status() == "RUNNING").then_some(()));
    first.cancel();
    assert!(first.wait().is_err());
    assert_eq!(numbers.of(&second.wait().unwrap()).unwrap(), [1, 2, 3]);
}

#[test]
fn a_cluster_without_a_number_of_slots_grows_with_its_jobs() {
    let cluster = cluster(&[("slot.request.timeout", "10 s")]);
    for parallelism in [1, 4, 2, 8] {
        let env = program_in(&cluster);
        env.set_parallelism(parallelism);
        let numbers = env.from_sequence(1, 100).key_by_value(|n| n % 7).reduce(|all, n| *all += n).collect();
        let result = env.execute("growing").unwrap();
        assert_eq!(numbers.of(&result).unwrap().len(), 100);
    }
}

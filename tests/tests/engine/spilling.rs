//! Functions that push more than there is room for.

use super::support::{assert_says, environment, failure_of};
use weft::prelude::*;

/// Pushes so many records of a kilobyte out of one, into a pool of a megabyte.
fn push(
    records: u64,
    settings: &[(&str, &str)],
    dir: &std::path::Path,
) -> (StreamExecutionEnvironment, Collected<u64>) {
    let mut all = vec![("taskmanager.memory.network.min", "1 mb"), ("io.tmp.dirs", dir.to_str().expect("plain names"))];
    all.extend(settings);
    let env = environment(&all);
    let lengths = env
        .from_elements([records])
        .flat_map(|n, out| (0..n).for_each(|i| out.emit(format!("{i:01000}"))))
        .name("push")
        .map(|line| line.parse::<u64>().expect("a number"))
        .collect();
    (env, lengths)
}

#[test]
fn what_does_not_fit_goes_to_a_file_and_comes_back_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let (env, numbers) = push(20_000, &[], dir.path());
    let result = env.execute("spill").unwrap();
    assert!(numbers.of(&result).unwrap().into_iter().eq(0..20_000));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn the_limit_of_the_file_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let (env, _) = push(20_000, &[("exchange.spill.max-size", "5 mb")], dir.path());
    let failure = failure_of(&env, "spill");
    let limit = [
        "operator `push`",
        "exchange.spill.max-size = 5242880 bytes",
        "use flat_map_iter",
        dir.path().to_str().unwrap(),
    ];
    assert_says(&failure, &limit);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_directory_that_is_not_there_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("missing");
    let (env, _) = push(20_000, &[], &missing);
    assert_says(&failure_of(&env, "spill"), &["operator `push`", missing.to_str().unwrap(), "set io.tmp.dirs"]);
}

#[test]
fn a_record_above_the_largest_size_is_named() {
    let env = environment(&[("exchange.max-record-size", "1 mb"), ("parallelism.default", "2")]);
    env.from_elements([2usize << 20]).map(|n| "x".repeat(n)).name("large").rebalance().map(|s| s.len()).discard();
    assert_says(&failure_of(&env, "large"), &["job `large` failed", "large", "exchange.max-record-size"]);
}

#[test]
fn a_record_larger_than_a_channel_travels_in_pieces() {
    let env = environment(&[("taskmanager.memory.network.min", "256 kb"), ("parallelism.default", "3")]);
    let lengths = env
        .from_elements([5usize << 20, 10, 3 << 20])
        .map(|n| "x".repeat(n))
        .key_by_value(String::len)
        .reduce(|_, _| ())
        .map(|s| s.len())
        .collect();
    let result = env.execute("pieces").unwrap();
    assert_eq!(super::support::sorted(lengths.of(&result).unwrap()), [10, 3 << 20, 5 << 20]);
}

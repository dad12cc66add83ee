//! Counting words: the same result however the records travel.

use super::support::{environment, sorted};
use weft::prelude::*;

const HAMLET: [&str; 2] = ["to be or not to be", "that is the question"];

fn running_counts(settings: &[(&str, &str)], chained: bool) -> Vec<(Str, u64)> {
    let env = environment(settings);
    if !chained {
        env.disable_operator_chaining();
    }
    let counts = env
        .from_collection(HAMLET.map(Str::from))
        .flat_map(|line, out| line.split_whitespace().for_each(|w| out.emit((line.share(w), 1u64))))
        .key_by(|(word, _)| word)
        .sum(|(_, n)| n)
        .collect();
    let result = env.execute("word count").expect("it succeeds");
    counts.of(&result).expect("it was collected")
}

fn expected() -> Vec<(Str, u64)> {
    let running = [("to", 1), ("be", 1), ("or", 1), ("not", 1), ("to", 2), ("be", 2)];
    let then = [("that", 1), ("is", 1), ("the", 1), ("question", 1)];
    running.into_iter().chain(then).map(|(word, n)| (Str::from(word), n)).collect()
}

#[test]
fn one_subtask_keeps_the_order_of_the_text() {
    assert_eq!(running_counts(&[], true), expected());
    assert_eq!(running_counts(&[], false), expected());
    assert_eq!(running_counts(&[("exchange.batch.max-records", "1")], false), expected());
}

#[test]
fn several_subtasks_make_the_same_updates() {
    for parallelism in ["2", "3", "4"] {
        for settings in [
            vec![("parallelism.default", parallelism)],
            vec![("parallelism.default", parallelism), ("exchange.batch.max-records", "1")],
            vec![("parallelism.default", parallelism), ("execution.buffer-timeout.interval", "0 ms")],
            vec![("parallelism.default", parallelism), ("pipeline.operator-chaining.enabled", "false")],
        ] {
            let counts = running_counts(&settings, true);
            assert_eq!(sorted(counts), sorted(expected()), "{settings:?}");
        }
    }
}

#[test]
fn batch_mode_tells_each_word_once() {
    let env = environment(&[("parallelism.default", "2"), ("execution.runtime-mode", "AUTOMATIC")]);
    let counts = env
        .from_collection(HAMLET.map(Str::from))
        .flat_map(|line, out| line.split_whitespace().for_each(|w| out.emit((line.share(w), 1u64))))
        .key_by(|(word, _)| word)
        .sum(|(_, n)| n)
        .collect();
    let result = env.execute("word count").unwrap();
    let expected = [("be", 2), ("is", 1), ("not", 1), ("or", 1), ("question", 1), ("that", 1), ("the", 1), ("to", 2)];
    assert_eq!(sorted(counts.of(&result).unwrap()), expected.map(|(word, n)| (Str::from(word), n)));
}

#[test]
fn plain_strings_are_keys_as_well() {
    let env = environment(&[("parallelism.default", "2")]);
    let counts = env
        .from_collection(["a", "b", "a"].map(String::from))
        .map(|word| (word, 1i32))
        .key_by(|(word, _)| word)
        .reduce(|all, one| all.1 += one.1)
        .collect();
    let result = env.execute("strings").unwrap();
    let expected = [("a", 1), ("a", 2), ("b", 1)].map(|(word, n)| (word.to_owned(), n));
    assert_eq!(sorted(counts.of(&result).unwrap()), expected);
}

//! Counting words: the same result however the records travel.

use super::support::environment;
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

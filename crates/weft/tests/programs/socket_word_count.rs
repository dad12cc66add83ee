//! `socket_word_count`, as documented.

use std::collections::BTreeMap;

use crate::peer::Conversation;
use crate::run::without_prefix;

/// Adds up lines like `(to,3)` by word.
fn totals(printed: &str) -> BTreeMap<String, u64> {
    let mut totals = BTreeMap::new();
    for line in printed.lines().map(without_prefix) {
        let (word, count) = line.trim_matches(['(', ')']).split_once(',').expect("a word and its count");
        *totals.entry(word.to_owned()).or_default() += count.parse::<u64>().expect("a count");
    }
    totals
}

/// Says three things, each after the counts of the one before were printed; then hangs up.
fn counted(arguments: &[&str]) -> BTreeMap<String, u64> {
    let mut conversation = Conversation::start(arguments);
    for said in 1..=3 {
        conversation.say("to be or not to be");
        let whole_lines = |printed: &str| printed.rfind('\n').map(|end| totals(&printed[..end]));
        conversation.program.until_stdout("the count of what was said", |printed| {
            (whole_lines(printed)?.get("be") == Some(&(2 * said))).then_some(())
        });
    }
    let Conversation { program, peer } = conversation;
    drop(peer);
    totals(&program.wait().succeeded().stdout)
}

fn expected() -> BTreeMap<String, u64> {
    [("be", 6), ("not", 3), ("or", 3), ("to", 6)].map(|(w, n)| (w.to_owned(), n)).into()
}

#[test]
fn counts_of_each_period_add_up_and_the_program_ends_with_its_peer() {
    assert_eq!(counted(&["--every", "1"]), expected());
}

#[test]
fn at_any_parallelism() {
    assert_eq!(counted(&["--every", "1", "--parallelism", "3"]), expected());
}

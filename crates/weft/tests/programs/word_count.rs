//! `word_count`, as documented.

use std::collections::BTreeMap;

use crate::run::{file, outcome, word_count};

const HAMLET: &str = "to be or not to be that is the\n";
const RUNNING: [&str; 9] =
    ["(to,1)", "(be,1)", "(or,1)", "(not,1)", "(to,2)", "(be,2)", "(that,1)", "(is,1)", "(the,1)"];

/// A text in which nothing is regular, and what a straightforward program counts in it.
fn text(lines: usize) -> (String, BTreeMap<String, u64>) {
    let (mut text, mut counts) = (String::new(), BTreeMap::new());
    let mut dice = 7u64;
    for _ in 0..lines {
        for _ in 0..dice % 9 {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let word = format!(
                "w{}{}",
                (dice >> 33) % 97,
                if dice.is_multiple_of(5) { "-longer-than-can-be-kept-inline" } else { "" }
            );
            text.push_str(&word);
            text.push(' ');
            *counts.entry(word).or_default() += 1;
        }
        dice = dice.rotate_left(7) + 1;
        text.push('\n');
    }
    (text, counts)
}

fn lines_of(counts: &BTreeMap<String, u64>) -> Vec<String> {
    let mut lines: Vec<_> = counts.iter().map(|(word, n)| format!("({word},{n})")).collect();
    lines.sort();
    lines
}

#[test]
fn running_counts_come_in_the_order_of_the_text() {
    let dir = tempfile::tempdir().unwrap();
    let input = file(dir.path(), "hamlet.txt", HAMLET);
    let printed = outcome(&mut word_count(&input)).succeeded().stdout;
    assert_eq!(printed.lines().collect::<Vec<_>>(), RUNNING);
}

#[test]
fn final_counts_come_once() {
    let dir = tempfile::tempdir().unwrap();
    let input = file(dir.path(), "hamlet.txt", HAMLET);
    let printed = outcome(word_count(&input).arg("--final")).succeeded();
    assert_eq!(printed.sorted_lines(), ["(be,2)", "(is,1)", "(not,1)", "(or,1)", "(that,1)", "(the,1)", "(to,2)"]);
}

#[test]
fn every_parallelism_prints_the_same_updates_and_several_subtasks_say_who_they_are() {
    let dir = tempfile::tempdir().unwrap();
    let input = file(dir.path(), "hamlet.txt", HAMLET.repeat(200));
    let alone = outcome(&mut word_count(&input)).succeeded();
    assert!(alone.stdout.lines().all(|line| line.starts_with('(')));
    for parallelism in 2..=4 {
        let together = outcome(word_count(&input).args(["--parallelism", &parallelism.to_string()])).succeeded();
        assert_eq!(together.sorted_lines(), alone.sorted_lines(), "p={parallelism}");
        for line in together.stdout.lines() {
            let subtask: u32 = line.split_once("> (").expect("a prefix").0.parse().expect("a number");
            assert!((1..=parallelism).contains(&subtask), "{line}");
        }
    }
}

#[test]
fn files_hold_together_what_a_plain_program_counts() {
    let dir = tempfile::tempdir().unwrap();
    let (text, counts) = text(3000);
    let input = file(dir.path(), "book.txt", text);
    for parallelism in ["1", "2", "3"] {
        let output = dir.path().join(format!("out-{parallelism}"));
        let mut command = word_count(&input);
        command.args(["--final", "-p", parallelism, "--output"]).arg(&output);
        assert_eq!(outcome(&mut command).succeeded().stdout, "");
        let mut lines = Vec::new();
        for part in std::fs::read_dir(&output).unwrap() {
            let part = part.unwrap();
            let name = part.file_name().into_string().unwrap();
            assert!(name.starts_with("part-"), "nothing but parts: {name}");
            lines.extend(std::fs::read_to_string(part.path()).unwrap().lines().map(str::to_owned));
        }
        lines.sort();
        assert_eq!(lines, lines_of(&counts), "p={parallelism}");
    }
}

#[test]
fn a_directory_is_read_whole_and_an_empty_text_has_no_words() {
    let dir = tempfile::tempdir().unwrap();
    let books = dir.path().join("books");
    std::fs::create_dir_all(books.join("old")).unwrap();
    file(&books, "a.txt", "to be");
    file(&books.join("old"), "b.txt", "or not to be\n");
    file(&books, ".hidden", "not this");
    file(&books, "empty.txt", "");
    let counted = outcome(word_count(&books).args(["--final", "-p", "2"])).succeeded();
    assert_eq!(counted.sorted_lines(), ["(be,2)", "(not,1)", "(or,1)", "(to,2)"]);
    assert_eq!(outcome(&mut word_count(&books.join("empty.txt"))).succeeded().stdout, "");
}

//! Counting words.

use std::collections::BTreeMap;

use crate::{Case, Stage, lines};
use weft::prelude::*;

pub(crate) const CASES: &[Case] = &[
    Case::new("running-word-counts", running, every_count).robust(),
    Case::new("final-word-counts", last, last_counts).with(&[("execution.runtime-mode", "BATCH")]).robust(),
    Case::new("word-counts-of-a-file", of_a_file, every_count).robust(),
    Case::new("plain-strings-as-keys", strings, every_count).robust(),
];

const LINES: u32 = 400;

fn text() -> impl Iterator<Item = String> {
    let words = ["to", "be", "or", "not", "that", "is", "the", "question"];
    let word = move |n: u32| words.get(n as usize % words.len()).copied().unwrap_or_default();
    (0..LINES).map(move |n| format!("{} {}  {}", word(n), word(n / 8), n % 50))
}

fn counts(words: DataStream<Str>) -> DataStream<(Str, u64)> {
    words.map(|word| (word, 1u64)).key_by(|(word, _)| word).sum(|(_, count)| count)
}

fn words(lines: DataStream<Str>) -> DataStream<Str> {
    lines.flat_map(|line, out| line.split_whitespace().for_each(|word| out.emit(line.share(word))))
}

fn running(stage: &Stage) -> weft::Result<Vec<String>> {
    let text = stage.env.from_collection(text().map(Str::from));
    let counts = counts(words(stage.slowly(text, LINES).rebalance())).collect();
    let result = stage.env.execute("running word counts")?;
    Ok(lines(counts.of(&result)?))
}

fn last(stage: &Stage) -> weft::Result<Vec<String>> {
    let text = stage.env.from_collection(text().map(Str::from));
    let counts = counts(words(stage.slowly(text, LINES).rebalance())).collect();
    let result = stage.env.execute("final word counts")?;
    Ok(lines(counts.of(&result)?))
}

/// From the file system to the file system.
fn of_a_file(stage: &Stage) -> weft::Result<Vec<String>> {
    let (input, output) = (stage.path("text"), stage.path("counts"));
    if !stage.env.is_replay() {
        let text: String = text().map(|line| line + "\n").collect();
        std::fs::write(&input, text).map_err(|e| weft::Error::user(format!("cannot write the text: {e}")))?;
    }
    let text = stage.slowly(stage.env.read_text_file(&input), LINES);
    let counted = counts(words(text)).map(|counted| format!("{counted:?}"));
    counted.sink_to(FileSink::text(&output));
    stage.env.execute("word counts of a file")?;
    crate::stage::lines_of_finished(&output)
}

fn strings(stage: &Stage) -> weft::Result<Vec<String>> {
    let text = stage.env.from_collection(text());
    let counts = stage
        .slowly(text, LINES)
        .flat_map(|line: String, out| line.split_whitespace().for_each(|word| out.emit((word.to_owned(), 1i32))))
        .key_by(|(word, _)| word)
        .reduce(|all, one| all.1 += one.1)
        .collect();
    let result = stage.env.execute("plain strings as keys")?;
    Ok(lines(counts.of(&result)?))
}

fn totals() -> BTreeMap<String, u64> {
    let mut totals = BTreeMap::new();
    for line in text() {
        line.split_whitespace().for_each(|word| *totals.entry(word.to_owned()).or_default() += 1);
    }
    totals
}

fn last_counts() -> Vec<String> {
    lines(totals())
}

/// Every word with every count it has had.
fn every_count() -> Vec<String> {
    lines(totals().into_iter().flat_map(|(word, total)| (1..=total).map(move |count| (word.clone(), count))))
}

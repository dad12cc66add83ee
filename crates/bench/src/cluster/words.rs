//! Word count in two slots: of one TaskManager, where records cross between threads, and of two, where they cross over TCP.

use super::Bench;
use super::figure::{Figure, Floor};
use super::process::{children_of, cpu_of_ended_children, until};
use super::testbed::Testbed;
use crate::text;
use anyhow::{Context, Result, ensure};

pub(super) fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let directory =
        tempfile::tempdir().context("making a directory for the generated text: set TMPDIR to one with space")?;
    let input = directory.path().join("text");
    text::generate(bench.bytes, &input)?;
    let file = input.to_str().context("the temporary directory's name is not UTF-8")?;
    let one = Testbed::start(&bench.programs, 1, 2, &[])?;
    let two = Testbed::start(&bench.programs, 2, 1, &[])?;
    let mut cpu = [const { Vec::new() }; 2];
    let mut words = Vec::new();
    for run in 0..bench.runs {
        for (found, testbed) in cpu.iter_mut().zip([&one, &two]) {
            bench.say(format!("word count, {run}"));
            let (seconds, counted) = count(bench, testbed, file)?;
            found.push(seconds);
            words.push(counted);
        }
    }
    words.dedup();
    ensure!(words.len() == 1, "word counts of one text came to {words:?}");
    let [one, two] = cpu;
    let relations = one.iter().zip(&two).map(|(one, two)| one / two).collect();
    Ok(vec![
        Figure::median("word count, CPU on 1 TaskManager ÷ on 2 over TCP", relations, "", Floor::AtLeast(0.8))?,
        Figure::median("word count on 1 TaskManager × 2, CPU of its worker", one, "s", Floor::None)?,
        Figure::median("word count on 2 TaskManagers × 1, CPU of workers", two, "s", Floor::None)?,
    ])
}

/// CPU seconds of the workers, and how many words they counted.
fn count(bench: &Bench, testbed: &Testbed, file: &str) -> Result<(f64, u64)> {
    let ended = || testbed.task_managers().map(cpu_of_ended_children).sum::<Result<f64>>();
    let before = ended()?;
    let said = testbed.run(&bench.programs, &["words", "-p", "2", "--file", file])?;
    until("all workers have ended", || {
        let left = testbed.task_managers().map(children_of).collect::<Result<Vec<_>>>()?;
        Ok(left.iter().all(Vec::is_empty).then_some(()))
    })?;
    let words = said.lines().find_map(|line| line.strip_prefix("words ")?.parse().ok());
    Ok((ended()? - before, words.context("the word count did not say its result")?))
}

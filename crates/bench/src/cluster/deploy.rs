//! A thousand subtasks: four vertices of 250 in 250 slots.

use super::Bench;
use super::figure::{Figure, Floor};
use super::submission::Submission;
use super::tasks;
use super::testbed::Testbed;
use anyhow::Result;

pub(super) fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let one = Testbed::start(&bench.programs, 1, 250, &["taskmanager.memory.process.size=4g"])?;
    let one = on(bench, one, "1 TaskManager of 250 slots")?;
    let many = Testbed::start(&bench.programs, 25, 10, &[])?;
    let many = on(bench, many, "25 TaskManagers of 10 slots")?;
    Ok(vec![
        Figure::median("1,000 subtasks RUNNING on 1 TaskManager × 250", one, "s", Floor::AtMost(3.0))?,
        Figure::median("1,000 subtasks RUNNING on 25 TaskManagers × 10", many, "s", Floor::AtMost(5.0))?,
    ])
}

/// Seconds from the request to the last task RUNNING. The first time, which brings the program to every TaskManager, does not count.
fn on(bench: &Bench, testbed: Testbed, where_it_runs: &str) -> Result<Vec<f64>> {
    let rest = testbed.rest();
    testbed.run(&bench.programs, &["trivial"])?;
    let submission = Submission::of(&bench.programs, &["unchained", "-p", "250"])?;
    let mut found = Vec::new();
    for run in 0..=bench.runs {
        bench.say(format!("1,000 subtasks on {where_it_runs}, {run}"));
        testbed.await_free_slots()?;
        let submitted = submission.submit(rest)?;
        let running = tasks::await_running(rest, &submitted.job, 0)?;
        if run > 0 {
            found.push((running - submitted.at) as f64 / 1e3);
        }
        tasks::cancel(rest, &submitted.job)?;
    }
    Ok(found)
}

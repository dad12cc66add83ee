//! A trivial job on a cluster that has its program already.

use super::figure::{Figure, Floor};
use super::submission::Submission;
use super::tasks;
use super::testbed::Testbed;
use super::{Bench, SHORT};
use anyhow::Result;
use std::time::Instant;

pub(super) fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let testbed = Testbed::start(&bench.programs, 1, 1, &[])?;
    // The program is there from now on.
    testbed.run(&bench.programs, &["trivial"])?;
    let mut figures = submissions(bench, &testbed)?;
    let mut runs = Vec::new();
    for run in 0..bench.runs * SHORT {
        bench.say(format!("weft run, {run}"));
        testbed.await_free_slots()?;
        let start = Instant::now();
        testbed.run(&bench.programs, &["trivial"])?;
        runs.push(start.elapsed().as_secs_f64() * 1e3);
    }
    figures.push(Figure::median("weft run of a trivial job, start to exit", runs, "ms", Floor::AtMost(200.0))?);
    Ok(figures)
}

fn submissions(bench: &Bench, testbed: &Testbed) -> Result<Vec<Figure>> {
    let (submission, rest) = (Submission::of(&bench.programs, &["idle"])?, testbed.rest());
    let (mut from_request, mut from_acceptance) = (Vec::new(), Vec::new());
    for run in 0..bench.runs * SHORT {
        bench.say(format!("submitting a job, {run}"));
        testbed.await_free_slots()?;
        let submitted = submission.submit(rest)?;
        let running = tasks::await_running(rest, &submitted.job, 0)?;
        from_request.push((running - submitted.at) as f64);
        from_acceptance.push((running - tasks::accepted_at(rest, &submitted.job)?) as f64);
        tasks::cancel(rest, &submitted.job)?;
    }
    Ok(vec![
        Figure::median("POST of a trivial job to all tasks RUNNING", from_request, "ms", Floor::AtMost(60.0))?,
        Figure::median("its INITIALIZING to all tasks RUNNING", from_acceptance, "ms", Floor::None)?,
    ])
}

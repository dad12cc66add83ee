//! Many TaskManagers at once, on two nodes.

use super::Bench;
use super::master::Master;
use super::memory;
use super::session::Session;
use crate::cluster::submission::Submission;
use crate::figure::{Figure, Floor};
use anyhow::{Context, Result, ensure};

pub(super) fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let testbed = &bench.testbed;
    let empty = empty(bench)?;
    let session = Session::start(testbed, &testbed.weft)?;
    Submission::provide(&session.rest, &testbed.job)?;
    let parallelism = bench.task_managers.to_string();
    let submission = Submission::of_program(&testbed.job, &["--parallelism", &parallelism])?;
    let (mut all, mut last, mut launching, mut running) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut master, mut workers) = (Vec::new(), Vec::new());
    // The first run, which brings files to the nodes, does not count.
    for run in 0..=bench.runs {
        bench.say(format!("{parallelism} TaskManagers at once, {run}"));
        bench.spread(run);
        let job = session.run(&submission)?;
        let containers = session.task_managers()?;
        ensure!(containers.len() == bench.task_managers as usize, "{} TaskManagers have come", containers.len());
        let logs = bench.testbed.logs();
        let given = latest(&containers, |container| logs.handed_over(container))?;
        let started = latest(&containers, |container| logs.started(container))?;
        if run > 0 {
            launching.push((started - given) as f64 / 1e3);
            running.push((job.running - started) as f64 / 1e3);
            all.push((job.running - job.submitted) as f64 / 1e3);
            last.push((job.running - given) as f64 / 1e3);
            let held = memory::of_application(&session.application.to_string())?;
            master.push(held.job_manager.resident);
            workers.extend(held.task_managers.iter().map(|task_manager| task_manager.resident));
        }
        session.end(&job)?;
    }
    session.stop()?;
    Ok(vec![
        Figure::median("all TaskManagers at once: last one handed over to RUNNING", last, "s", Floor::AtMost(1.0))?,
        Figure::median("  of it: until the last process is started", launching, "s", Floor::None)?,
        Figure::median("  of it: from there to RUNNING", running, "s", Floor::None)?,
        Figure::median("as many empty containers: last handed over to processes", empty, "s", Floor::None)?,
        Figure::median("all TaskManagers at once: POST to RUNNING", all, "s", Floor::None)?,
        Figure::median("ApplicationMaster of them all, resident", master, "MB", Floor::AtMost(60.0))?,
        Figure::median("TaskManagers, resident", workers, "MB", Floor::AtMost(30.0))?,
    ])
}

/// Seconds from the last container that is handed over to the start of the last process, of empty containers.
fn empty(bench: &Bench) -> Result<Vec<f64>> {
    let mut master = Master::new(&bench.testbed)?;
    let mut found = Vec::new();
    for run in 0..bench.runs {
        bench.say(format!("{} empty containers at once, {run}", bench.task_managers));
        bench.spread(run);
        let running = master.run(bench.task_managers)?;
        let started: Result<Vec<i64>> = running.containers.iter().map(|container| master.started(*container)).collect();
        let started = started?.into_iter().max().context("containers were asked for")?;
        let names: Vec<String> = running.containers.iter().map(ToString::to_string).collect();
        let given = latest(&names, |container| bench.testbed.logs().handed_over(container))?;
        found.push((started - given) as f64 / 1e3);
        master.end(running)?;
    }
    master.finish()?;
    Ok(found)
}

/// The latest of moments, one for each container.
fn latest(containers: &[String], moment: impl Fn(&str) -> Result<i64>) -> Result<i64> {
    let moments: Result<Vec<i64>> = containers.iter().map(|container| moment(container)).collect();
    moments?.into_iter().max().context("there are no containers")
}

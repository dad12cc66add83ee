//! Streams without an end: what they write is looked at while they run, and then they are cancelled.

use std::path::Path;
use std::time::Duration;

use crate::stage::{lines_of_finished, names};
use crate::state::Sessions;
use crate::until::until;
use crate::{Case, Stage, lines};
use weft::prelude::*;

pub(crate) const CASES: &[Case] = &[
    Case::new("timers-by-the-clock", by_the_clock, || {
        let sessions = lines((0..10).map(|key| (key, 3)));
        sessions.into_iter().chain(["job `sessions` was cancelled".into()]).collect()
    }),
    Case::new("files-that-roll", rolling, || {
        ["a prefix of the numbers", "finished files only"].map(str::to_owned).to_vec()
    }),
    Case::new("a-cancelled-job-leaves-no-files", no_files, || {
        let end = ["job `endless` was cancelled", "CANCELED"].map(str::to_owned).into_iter();
        end.chain(lines([1, 2, 3])).collect()
    }),
];

/// Asks for the end of a job that has none; what is said of that end.
fn end(mut job: Box<dyn JobClient>) -> (String, String) {
    job.cancel();
    let said = job.wait().map_or_else(|error| error.to_string(), |_| "it ended by itself".to_owned());
    (said, job.status())
}

/// Thirty records of ten keys, and then nothing for an hour.
fn by_the_clock(stage: &Stage) -> weft::Result<Vec<String>> {
    let output = stage.path("sessions");
    let records = stage.env.generate_at_rate(30.0 * 1000.0, |n| n).set_parallelism(1).flat_map(|n, out| {
        if n < 30 {
            out.emit(n % 10);
        }
    });
    records
        .key_by(|n| n)
        .process(Sessions::after(300))
        .map(|session| format!("{session:?}"))
        .sink_to(FileSink::text(&output).rolling_every(Duration::from_millis(50)));
    let job = stage.env.execute_async("sessions")?;
    until("ten sessions", || (lines_of_finished(&output).ok()?.len() >= 10).then_some(()));
    let (said, _) = end(job);
    Ok(lines_of_finished(&output)?.into_iter().chain([said]).collect())
}

fn rolling(stage: &Stage) -> weft::Result<Vec<String>> {
    let output = stage.path("numbers");
    let numbers = stage.env.generate_at_rate(10_000.0, |n| n as i64).set_parallelism(1);
    let sink = FileSink::text(&output).rolling_every(Duration::from_millis(50));
    numbers.sink_to(sink).set_parallelism(1);
    let job = stage.env.execute_async("rolling")?;
    let finished = |output: &Path| names(output).iter().filter(|name| name.starts_with("part-")).count();
    until("three finished parts", || (finished(&output) >= 3).then_some(()));
    end(job);
    let mut numbers: Vec<usize> = lines_of_finished(&output)?.iter().filter_map(|line| line.parse().ok()).collect();
    numbers.sort_unstable();
    let prefix = !numbers.is_empty() && numbers.iter().copied().eq(0..numbers.len());
    let names = names(&output);
    let clean = names.iter().all(|name| name.starts_with("part-"));
    Ok(vec![
        if prefix { "a prefix of the numbers".into() } else { format!("gaps among {} numbers", numbers.len()) },
        if clean { "finished files only".into() } else { format!("{names:?}") },
    ])
}

/// A job is cancelled, and the program goes on with the next.
fn no_files(stage: &Stage) -> weft::Result<Vec<String>> {
    let output = stage.path("endless");
    stage.env.generate(u64::MAX, |n| n).sink_to(FileSink::text(&output));
    let job = stage.env.execute_async("endless")?;
    if !stage.env.is_replay() {
        until("an unfinished part", || (!names(&output).is_empty()).then_some(()));
    }
    let (said, status) = end(job);
    let numbers = stage.env.from_sequence(1, 3).collect();
    let numbers = numbers.of(&stage.env.execute("the next")?)?;
    Ok([said, status].into_iter().chain(lines(numbers)).chain(names(&output)).collect())
}

//! Part files, across failures.

use crate::stage::{lines_of_finished, names};
use crate::until::until;
use crate::{Case, Stage};
use weft::prelude::*;

pub(crate) const CASES: &[Case] = &[
    Case::new("what-earlier-attempts-wrote", written_twice, || {
        (0..WIDE).map(wide).chain(["part-0-0", "part-1-0"].map(str::to_owned)).collect()
    })
    .with(&[
        ("restart-strategy.type", "fixed-delay"),
        ("restart-strategy.fixed-delay.attempts", "2"),
        ("restart-strategy.fixed-delay.delay", "10 ms"),
    ]),
    Case::new("a-job-that-fails-leaves-no-files", half_written, || vec!["divided by zero".into()]).bearing_failures(),
];

const WIDE: i64 = 20_000;

/// Wide enough that what is written does not wait in memory.
fn wide(n: i64) -> String {
    format!("{n:0500}")
}

fn written_twice(stage: &Stage) -> weft::Result<Vec<String>> {
    stage.env.set_parallelism(2);
    let output = stage.path("out");
    let look = output.clone();
    let numbers = stage.env.from_sequence(0, WIDE - 1).rebalance().map_with(move |context| {
        let (attempt, look) = (context.attempt.attempt, look.clone());
        move |n: i64| {
            // Only when something was written is there anything to discard.
            if attempt == 0 && n > WIDE * 9 / 10 {
                until("an unfinished part", || names(&look).iter().any(|name| name.starts_with('.')).then_some(()));
                assert!(attempt > 0, "the first attempt fails");
            }
            wide(n)
        }
    });
    numbers.sink_to(FileSink::text(&output));
    stage.env.execute("written twice")?;
    Ok(lines_of_finished(&output)?.into_iter().chain(names(&output)).collect())
}

fn half_written(stage: &Stage) -> weft::Result<Vec<String>> {
    let output = stage.path("out");
    stage.env.from_sequence(0, 99_999).map(|n| 1 / (99_998 - n)).sink_to(FileSink::text(&output));
    let said = match stage.env.execute("half written") {
        Ok(_) => "it succeeded".to_owned(),
        Err(error) if error.to_string().contains("divide by zero") => "divided by zero".to_owned(),
        Err(error) => error.to_string(),
    };
    Ok([said].into_iter().chain(names(&output)).collect())
}

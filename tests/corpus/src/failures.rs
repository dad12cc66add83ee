//! Jobs that cannot succeed, and the one sentence that says why.

use crate::{Case, Stage};
use weft::prelude::*;

const THRICE: &[(&str, &str)] = &[
    ("restart-strategy.type", "fixed-delay"),
    ("restart-strategy.fixed-delay.attempts", "3"),
    ("restart-strategy.fixed-delay.delay", "10 ms"),
];

pub(crate) const CASES: &[Case] = &[
    Case::failing("a-panic", panic, &["operator `divide`", "(2/2)#0", "attempt to divide by zero", "failures.rs:"]),
    Case::failing(
        "an-error",
        error,
        &["operator `choosy`", "(1/1)#0", "record 42 is not wanted: invalid digit found in string"],
    ),
    Case::failing("an-error-on-opening", opening, &["operator `opening`", "the table is missing"]),
    Case::failing("a-panic-of-a-maker", making, &["operator `making`", "panicked: no function today"]),
    Case::failing("a-panic-of-a-key", key, &["job `key` failed", "attempt to divide by zero"]),
    Case::failing(
        "fails-for-ever",
        for_ever,
        &["operator `hopeless`", "(1/1)#3", "never", "not restarted again", "maxNumberRestartAttempts=3"],
    )
    .with(THRICE),
    Case::failing(
        "a-missing-file",
        missing_file,
        &["no-such-file: no such file", "not restarted: running again would not help"],
    )
    .with(THRICE),
    Case::failing("a-partition-that-is-not-there", astray, &["job `astray` failed", "numbers", "3"]),
    Case::failing(
        "two-operators-with-one-uid",
        one_uid,
        &["uid \"mine\"", "\"first\" (", "\"second\" (", "failures.rs:", "give each a uid of its own"],
    ),
    Case::failing("a-file-that-is-there-already", written_before, &["second", "already holds `part-"]),
];

/// Runs the job. There are no lines where there is an error.
fn fail(stage: &Stage, job: &str) -> weft::Result<Vec<String>> {
    stage.env.execute(job).map(|_| Vec::new())
}

fn panic(stage: &Stage) -> weft::Result<Vec<String>> {
    stage.env.set_parallelism(2);
    let divide = stage.env.from_sequence(0, 99).rebalance().map_with(|context| {
        let divisor = 1 - i64::from(context.subtask());
        move |n: i64| n / divisor
    });
    divide.name("divide").discard();
    fail(stage, "division")
}

#[derive(Debug, thiserror::Error)]
#[error("record {0} is not wanted")]
struct Unwanted(i64, #[source] std::num::ParseIntError);

fn error(stage: &Stage) -> weft::Result<Vec<String>> {
    let choosy = stage.env.from_sequence(0, 99).flat_map(|n: i64, out: &mut Collector<i64>| {
        if n == 42 {
            "x".parse::<u8>().map_err(|cause| Unwanted(n, cause))?;
        }
        out.emit(n);
        Ok::<(), Unwanted>(())
    });
    choosy.name("choosy").set_parallelism(1).discard();
    fail(stage, "errors")
}

#[derive(Clone)]
struct NoOpen;

impl ProcessFunction<i64> for NoOpen {
    type Out = i64;

    fn open(&mut self, _: &RuntimeContext) -> Result<(), BoxError> {
        Err("the table is missing".into())
    }

    fn process(&mut self, _: i64, _: &mut ProcessContext<'_>, _: &mut Collector<i64>) -> Result<(), BoxError> {
        Ok(())
    }
}

fn opening(stage: &Stage) -> weft::Result<Vec<String>> {
    stage.env.from_sequence(0, 9).process(NoOpen).name("opening").discard();
    fail(stage, "open")
}

#[expect(clippy::panic, reason = "user code may do that")]
fn making(stage: &Stage) -> weft::Result<Vec<String>> {
    let made = stage.env.from_sequence(0, 9).map_with(|_| -> fn(i64) -> i64 { panic!("no function today") });
    made.name("making").discard();
    fail(stage, "make")
}

fn key(stage: &Stage) -> weft::Result<Vec<String>> {
    stage.env.from_sequence(0, 9).key_by_value(|n| 1 / (n - 5)).reduce(|_, _| ()).name("keyed").discard();
    fail(stage, "key")
}

fn for_ever(stage: &Stage) -> weft::Result<Vec<String>> {
    let hopeless = stage.env.from_sequence(1, 10).flat_map(|_: i64, _: &mut Collector<i64>| Err("never"));
    hopeless.name("hopeless").set_parallelism(1).discard();
    fail(stage, "forever")
}

fn missing_file(stage: &Stage) -> weft::Result<Vec<String>> {
    stage.env.read_text_file(stage.path("no-such-file")).discard();
    fail(stage, "missing")
}

fn astray(stage: &Stage) -> weft::Result<Vec<String>> {
    let numbers = stage.env.from_sequence(0, 9).name("numbers").set_parallelism(1);
    numbers.partition_custom(|n| n, |_, of| of).map(|n| n).name("readers").set_parallelism(3).discard();
    fail(stage, "astray")
}

fn one_uid(stage: &Stage) -> weft::Result<Vec<String>> {
    let first = stage.env.from_sequence(0, 9).map(|n| n).name("first").uid("mine");
    first.map(|n| n).name("second").uid("mine").discard();
    fail(stage, "uids")
}

fn written_before(stage: &Stage) -> weft::Result<Vec<String>> {
    let output = stage.path("out");
    stage.env.from_sequence(0, 9).sink_to(FileSink::text(&output)).name("first");
    stage.env.execute("first")?;
    stage.env.from_sequence(0, 9).sink_to(FileSink::text(&output)).name("second");
    fail(stage, "second")
}

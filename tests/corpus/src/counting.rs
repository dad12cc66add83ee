//! What user functions count under a name.

use crate::{Case, Stage};
use weft::prelude::*;

pub(crate) const CASES: &[Case] = &[
    Case::new("accumulators-of-all-subtasks", all_subtasks, counted).robust(),
    Case::new("accumulators-of-the-attempt-that-counts", last_attempt, || vec!["100".into()]).with(&[
        ("restart-strategy.type", "fixed-delay"),
        ("restart-strategy.fixed-delay.attempts", "2"),
        ("restart-strategy.fixed-delay.delay", "1 ms"),
    ]),
    Case::failing(
        "an-accumulator-of-two-kinds",
        two_kinds,
        &["the accumulator `both` is a LongCounter in one place and a DoubleCounter in another"],
    ),
    Case::failing("an-accumulator-that-is-not-there", unknown, &["no accumulator `number`", "`numbers`"]),
];

/// Counts what it is given, in a handle that it asks for when it is opened.
#[derive(Clone, Default)]
struct Measures {
    lengths: Histogram,
    mean: Average,
}

impl ProcessFunction<i64> for Measures {
    type Out = i64;

    fn open(&mut self, context: &RuntimeContext) -> Result<(), BoxError> {
        self.lengths = context.accumulator("lengths");
        self.mean = context.accumulator("mean");
        Ok(())
    }

    fn process(&mut self, n: i64, _: &mut ProcessContext<'_>, out: &mut Collector<i64>) -> Result<(), BoxError> {
        self.lengths.add(n.to_string().len() as i32);
        self.mean.add(n as f64);
        out.emit(n);
        Ok(())
    }
}

fn all_subtasks(stage: &Stage) -> weft::Result<Vec<String>> {
    let numbers = stage.slowly(stage.env.from_sequence(1, 1000), 1000).rebalance().map_with(|context| {
        let (numbers, odd) = (context.accumulator::<LongCounter>("numbers"), context.accumulator::<IntCounter>("odd"));
        let least = context.accumulator::<LongMinimum>("least");
        let greatest = context.accumulator::<DoubleMaximum>("greatest");
        move |n: i64| {
            numbers.add(1);
            odd.add((n % 2) as i32);
            least.add(n);
            greatest.add(n as f64 / 2.0);
            n
        }
    });
    // In the same task, under the same name.
    let again = numbers.process(Measures::default()).filter_with(|context| {
        let numbers = context.accumulator::<LongCounter>("numbers");
        move |_: &i64| {
            numbers.add(1);
            true
        }
    });
    again.discard();
    let result = stage.env.execute("counting")?;
    let mut said = Vec::new();
    for name in ["numbers", "odd", "least", "greatest", "mean", "lengths"] {
        said.push(format!("{name} {}", result.accumulator(name)?));
    }
    Ok(said)
}

fn counted() -> Vec<String> {
    let lengths = "lengths {1: 9, 2: 90, 3: 900, 4: 1}";
    ["numbers 2000", "odd 500", "least 1", "greatest 500.0", "mean 500.5", lengths].map(str::to_owned).to_vec()
}

fn last_attempt(stage: &Stage) -> weft::Result<Vec<String>> {
    stage.env.set_parallelism(1);
    let counting = stage.env.from_sequence(1, 100).map_with(|context| {
        let (numbers, attempt) = (context.accumulator::<LongCounter>("numbers"), context.attempt.attempt);
        move |n: i64| {
            numbers.add(1);
            assert!(n < 50 || attempt == 2, "attempt {attempt} fails");
            n
        }
    });
    counting.discard();
    let result = stage.env.execute("thrice")?;
    Ok(vec![result.accumulator("numbers")?.to_string()])
}

fn two_kinds(stage: &Stage) -> weft::Result<Vec<String>> {
    let counting = stage.env.from_sequence(1, 100).map_with(|context| {
        let (long, double) = (context.accumulator::<LongCounter>("both"), context.accumulator::<DoubleCounter>("both"));
        move |n: i64| {
            long.add(n);
            double.add(0.5);
            n
        }
    });
    counting.discard();
    stage.env.execute("two kinds").map(|_| Vec::new())
}

fn unknown(stage: &Stage) -> weft::Result<Vec<String>> {
    let counting = stage.env.from_sequence(1, 100).map_with(|context| {
        let numbers = context.accumulator::<LongCounter>("numbers");
        move |n: i64| {
            numbers.add(n);
            n
        }
    });
    counting.discard();
    let result = stage.env.execute("asked for another")?;
    Ok(vec![result.accumulator("number")?.to_string()])
}

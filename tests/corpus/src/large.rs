//! Records, and numbers of them, that there is no room for at once.

use crate::{Case, Stage, lines};
use weft::prelude::*;

pub(crate) const CASES: &[Case] = &[
    Case::new("records-larger-than-a-channel", larger_than_a_channel, || lines([10usize, 3 << 20, 5 << 20])),
    Case::new("more-pushed-than-fits", pushed, || lines(["20000 numbers in order"])),
    Case::new("a-million-records", million, || lines([(500_000_500_000i64, 1_000_000i64)])),
];

fn larger_than_a_channel(stage: &Stage) -> weft::Result<Vec<String>> {
    let lengths = stage
        .env
        .from_elements([5usize << 20, 10, 3 << 20])
        .map(|n| "x".repeat(n))
        .key_by_value(String::len)
        .reduce(|_, _| ())
        .rebalance()
        .map(|s| s.len())
        .collect();
    let result = stage.env.execute("pieces")?;
    Ok(lines(lengths.of(&result)?))
}

/// Twenty megabytes out of one record, to another subtask, in their order.
fn pushed(stage: &Stage) -> weft::Result<Vec<String>> {
    stage.env.set_parallelism(1);
    let numbers = stage
        .env
        .from_elements([20_000u32])
        .flat_map(|n, out| (0..n).for_each(|i| out.emit(format!("{i:01000}"))))
        .partition_custom(|line| line, |_, of| of - 1)
        .map(|line| line.parse::<u32>().unwrap_or(u32::MAX))
        .set_parallelism(2)
        .global()
        .map(|n| n)
        .collect();
    let result = stage.env.execute("spill")?;
    let numbers = numbers.of(&result)?;
    let order = if numbers.is_sorted() { "in order" } else { "in disorder" };
    Ok(lines([format!("{} numbers {order}", numbers.len())]))
}

fn million(stage: &Stage) -> weft::Result<Vec<String>> {
    stage.env.set_runtime_mode(RuntimeMode::Batch);
    let numbers = stage.env.from_sequence(1, 1_000_000).rebalance().map(|n| (n % 1000, n, 1i64));
    let sums = numbers.key_by(|(key, _, _)| key).reduce(|all, one| {
        all.1 += one.1;
        all.2 += one.2;
    });
    let sums = sums.collect();
    let result = stage.env.execute("a million")?;
    let sums = sums.of(&result)?.into_iter();
    Ok(lines([sums.fold((0, 0), |all, (_, sum, count)| (all.0 + sum, all.1 + count))]))
}

//! Every partition call, end to end, in one job: who sent what to whom.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Case, Stage};
use weft::prelude::*;

pub(crate) const CASES: &[Case] = &[Case::new("partitions", partitions, all_well).robust()];

const RECORDS: i64 = 3000;
const ALL: [&str; 9] =
    ["global", "shuffle", "rebalance", "rescale", "broadcast", "forward", "key", "custom", "narrower"];

/// Producing subtask, consuming subtask, record.
type Route = (u32, u32, i64);

fn partitions(stage: &Stage) -> weft::Result<Vec<String>> {
    let (three, two) = (numbers(stage, 3), numbers(stage, 2));
    let routes = [
        routes(three.clone().global(), 3),
        routes(three.clone().shuffle(), 3),
        routes(three.clone().rebalance(), 3),
        routes(two.rescale(), 4),
        routes(three.clone().broadcast(), 3),
        routes(three.clone().forward(), 3),
        routes(three.clone().key_by_value(|(_, n)| n % 100).into_stream(), 3),
        routes(three.clone().partition_custom(|(_, n)| n, |n, of| *n as usize / 7 % of), 3),
        routes(three, 2),
    ];
    let result = stage.env.execute("partitions")?;
    let mut lines = Vec::new();
    for (name, routes) in ALL.iter().zip(routes) {
        let routes = routes.of(&result)?;
        match is_well(name, &routes) {
            true => lines.push(format!("{name} is well")),
            false => lines.push(format!("{name}: {} records, loads {:?}", routes.len(), loads(&routes))),
        }
    }
    Ok(lines)
}

fn all_well() -> Vec<String> {
    ALL.map(|name| format!("{name} is well")).to_vec()
}

/// All numbers, with the subtask that has them.
fn numbers(stage: &Stage, parallelism: u32) -> DataStream<(u32, i64)> {
    let numbers = stage.env.from_sequence(0, RECORDS - 1).set_parallelism(parallelism);
    let numbers = stage.slowly(numbers, RECORDS as u32).set_parallelism(parallelism);
    let from = numbers.map_with(|context| {
        let subtask = context.subtask();
        move |n| (subtask, n)
    });
    from.set_parallelism(parallelism)
}

fn routes(partitioned: DataStream<(u32, i64)>, consumers: u32) -> Collected<Route> {
    let routes = partitioned.map_with(|context| {
        let subtask = context.subtask();
        move |(from, n)| (from, subtask, n)
    });
    routes.set_parallelism(consumers).collect()
}

/// How many records each consumer got.
fn loads(routes: &[Route]) -> BTreeMap<u32, usize> {
    routes.iter().fold(BTreeMap::new(), |mut loads, (_, to, _)| {
        *loads.entry(*to).or_default() += 1;
        loads
    })
}

fn each_once<'a>(routes: impl IntoIterator<Item = &'a Route>) -> bool {
    let mut records: Vec<i64> = routes.into_iter().map(|(_, _, n)| *n).collect();
    records.sort_unstable();
    records.into_iter().eq(0..RECORDS)
}

/// Whether every consumer of three got a number of records in this range.
fn three_within(routes: &[Route], range: std::ops::RangeInclusive<usize>) -> bool {
    let loads = loads(routes);
    loads.len() == 3 && loads.values().all(|load| range.contains(load))
}

fn is_well(name: &str, routes: &[Route]) -> bool {
    match name {
        "global" => each_once(routes) && routes.iter().all(|(_, to, _)| *to == 0),
        "shuffle" => each_once(routes) && three_within(routes, 800..=1200),
        "rebalance" => each_once(routes) && three_within(routes, 998..=1002),
        "rescale" => each_once(routes) && stays_nearby(routes),
        "broadcast" => {
            let of = |subtask| routes.iter().filter(move |(_, to, _)| *to == subtask);
            three_within(routes, 3000..=3000) && (0..3).all(|subtask| each_once(of(subtask)))
        }
        "forward" => each_once(routes) && routes.iter().all(|(from, to, _)| from == to),
        "key" => {
            let homes: BTreeMap<i64, u32> = routes.iter().map(|(_, to, n)| (n % 100, *to)).collect();
            let at_home = routes.iter().all(|(_, to, n)| homes.get(&(n % 100)) == Some(to));
            each_once(routes) && at_home && loads(routes).len() == 3
        }
        "custom" => each_once(routes) && routes.iter().all(|(_, to, n)| *n as usize / 7 % 3 == *to as usize),
        _ => each_once(routes) && loads(routes) == BTreeMap::from([(0, 1500), (1, 1500)]),
    }
}

/// A reader that is quick may have taken another's split; each that read anything serves its two.
fn stays_nearby(routes: &[Route]) -> bool {
    let producers: BTreeSet<u32> = routes.iter().map(|(from, _, _)| *from).collect();
    routes.iter().all(|(from, to, _)| to / 2 == *from) && loads(routes).len() == 2 * producers.len()
}

//! Streams that meet and part: union, connect, side outputs.

use std::collections::BTreeMap;

use crate::{Case, Stage, lines};
use weft::prelude::*;

pub(crate) const CASES: &[Case] = &[
    Case::new("union", union, || lines([1, 1, 2, 2, 3, 3, 11, 12, 13, 21])).robust(),
    Case::new("two-readers-of-a-stream", fan_out, || lines((1..=100).map(|n| (n % 2 == 0, n)))).robust(),
    Case::new("connected-streams", connected, || {
        // A broadcast word comes once to each of the two subtasks.
        ["1", "2", "3", "a", "a", "b", "b"].map(str::to_owned).to_vec()
    })
    .robust(),
    Case::new("join-of-two-keyed-streams", join, sums_of_customers).robust(),
    Case::new("side-outputs", side_outputs, parts).robust(),
];

fn union(stage: &Stage) -> weft::Result<Vec<String>> {
    let env = &stage.env;
    let (one, two, three) = (env.from_sequence(1, 3), env.from_sequence(11, 13), env.from_elements([21i64]));
    let all = one.clone().union(two).union_all([three, one]);
    let all = stage.slowly(all, 10).collect();
    let result = env.execute("union")?;
    Ok(lines(all.of(&result)?))
}

fn fan_out(stage: &Stage) -> weft::Result<Vec<String>> {
    let numbers = stage.slowly(stage.env.from_sequence(1, 100), 100);
    let even = numbers.clone().filter(|n| n % 2 == 0).collect();
    let odd = numbers.rebalance().filter(|n| n % 2 == 1).collect();
    let result = stage.env.execute("fan-out")?;
    let even = even.of(&result)?.into_iter().map(|n| (true, n));
    Ok(lines(even.chain(odd.of(&result)?.into_iter().map(|n| (false, n)))))
}

fn connected(stage: &Stage) -> weft::Result<Vec<String>> {
    let numbers = stage.slowly(stage.env.from_sequence(1, 3), 3);
    let words = stage.env.from_elements(["a", "b"].map(Str::from));
    let both = numbers
        .rebalance()
        .connect(words.broadcast())
        .map(|n| n.to_string(), |word| word.to_string())
        .set_parallelism(2)
        .collect();
    let result = stage.env.execute("connect")?;
    both.of(&result)
}

/// Joins names with amounts, whichever comes first.
#[derive(Clone, Default)]
struct Join {
    name: Option<ValueHandle<Str>>,
    amounts: Option<ValueHandle<i64>>,
}

impl Join {
    fn tell(&self, context: &mut KeyedContext<'_, u32>, out: &mut Collector<(Str, i64)>) -> Result<(), BoxError> {
        let (name, amounts) = self.name.zip(self.amounts).ok_or("not open")?;
        let Some(name) = context.state(name)?.value().cloned() else { return Ok(()) };
        let mut amounts = context.state(amounts)?;
        if let Some(amount) = amounts.value().copied() {
            out.emit((name, amount));
            amounts.clear();
        }
        Ok(())
    }
}

impl KeyedCoProcessFunction<u32, (u32, Str), (u32, i64)> for Join {
    type Out = (Str, i64);

    fn open(&mut self, states: &mut KeyedState<u32>, _: &RuntimeContext) -> Result<(), BoxError> {
        self.name = Some(states.value_state("name")?);
        self.amounts = Some(states.value_state("amounts")?);
        Ok(())
    }

    fn process_first(
        &mut self,
        (_, name): (u32, Str),
        context: &mut KeyedContext<'_, u32>,
        out: &mut Collector<(Str, i64)>,
    ) -> Result<(), BoxError> {
        context.state(self.name.ok_or("not open")?)?.update(name);
        self.tell(context, out)
    }

    fn process_second(
        &mut self,
        (_, amount): (u32, i64),
        context: &mut KeyedContext<'_, u32>,
        out: &mut Collector<(Str, i64)>,
    ) -> Result<(), BoxError> {
        let mut amounts = context.state(self.amounts.ok_or("not open")?)?;
        let sum = amounts.value().copied().unwrap_or(0) + amount;
        amounts.update(sum);
        self.tell(context, out)
    }
}

fn customer(id: i64) -> Str {
    Str::from(format!("customer number {id} of fifty"))
}

fn join(stage: &Stage) -> weft::Result<Vec<String>> {
    let names = stage.env.from_collection((0..50).map(|id| (id as u32, customer(id))));
    let amounts = stage.slowly(stage.env.from_sequence(0, 499), 500).map(|n| ((n % 50) as u32, n));
    let joined = names.key_by(|(id, _)| id).connect(amounts.key_by(|(id, _)| id)).process(Join::default()).collect();
    let result = stage.env.execute("join")?;
    // How often a customer is told of depends on what came first; what comes of it in all does not.
    let mut sums = BTreeMap::<Str, i64>::new();
    for (name, amount) in joined.of(&result)? {
        *sums.entry(name).or_default() += amount;
    }
    Ok(lines(sums))
}

fn sums_of_customers() -> Vec<String> {
    lines((0..50).map(|id| (customer(id), (0..10).map(|i| id + 50 * i).sum::<i64>())))
}

/// Sends every third number on, and others aside.
#[derive(Clone)]
struct Sort;

impl ProcessFunction<i64> for Sort {
    type Out = i64;

    fn process(&mut self, n: i64, context: &mut ProcessContext<'_>, out: &mut Collector<i64>) -> Result<(), BoxError> {
        match n % 3 {
            0 => out.emit(n),
            1 => context.emit_to(&OutputTag::new("text"), Str::from(n.to_string()))?,
            _ => context.emit_to(&OutputTag::new("nobody reads this"), n)?,
        }
        Ok(())
    }
}

/// Side outputs have types and a parallelism of their own, and several readers.
fn side_outputs(stage: &Stage) -> weft::Result<Vec<String>> {
    let sorted_out = stage.slowly(stage.env.from_sequence(0, 99), 100).process(Sort);
    let lengths = sorted_out.side_output(&OutputTag::<Str>::new("text")).map(|s| s.len()).set_parallelism(3).collect();
    let text = sorted_out.side_output(&OutputTag::<Str>::new("text")).map(|s| s.to_string()).collect();
    let thirds = sorted_out.collect();
    let result = stage.env.execute("side outputs")?;
    let parts = [lines(thirds.of(&result)?), text.of(&result)?, lines(lengths.of(&result)?)];
    let name = |(name, lines): (&'static str, Vec<String>)| lines.into_iter().map(move |line| format!("{name} {line}"));
    Ok(["third", "text", "length"].into_iter().zip(parts).flat_map(name).collect())
}

fn parts() -> Vec<String> {
    let of = |n: i64| match n % 3 {
        0 => vec![format!("third {n}")],
        1 => vec![format!("text {n}"), format!("length {}", n.to_string().len())],
        _ => Vec::new(),
    };
    (0..100).flat_map(of).collect()
}

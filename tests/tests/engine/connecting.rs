//! Streams that meet and part: union, connect, side outputs.

use super::support::{environment, sorted};
use weft::prelude::*;

#[test]
fn a_union_has_the_records_of_all_its_streams() {
    let env = environment(&[("parallelism.default", "2")]);
    let (one, two, three) = (env.from_sequence(1, 3), env.from_sequence(11, 13), env.from_elements([21i64]));
    let all = one.clone().union(two).union_all([three, one]).map(|n| n).collect();
    let result = env.execute("union").unwrap();
    assert_eq!(sorted(all.of(&result).unwrap()), [1, 1, 2, 2, 3, 3, 11, 12, 13, 21]);
}

#[test]
fn two_readers_of_a_stream_get_all_of_it() {
    let env = environment(&[]);
    let numbers = env.from_sequence(1, 4);
    let (even, odd) = (numbers.clone().filter(|n| n % 2 == 0).collect(), numbers.filter(|n| n % 2 == 1).collect());
    let result = env.execute("fan-out").unwrap();
    assert_eq!((even.of(&result).unwrap(), odd.of(&result).unwrap()), (vec![2, 4], vec![1, 3]));
}

#[test]
fn connected_streams_of_two_types_meet_in_one_operator() {
    let env = environment(&[("parallelism.default", "2")]);
    let numbers = env.from_sequence(1, 3);
    let words = env.from_elements(["a", "b"].map(Str::from));
    let both = numbers.connect(words.broadcast()).map(|n| n.to_string(), |word| word.to_string()).collect();
    let result = env.execute("connect").unwrap();
    // A broadcast word comes once to each of the two subtasks.
    assert_eq!(sorted(both.of(&result).unwrap()), ["1", "2", "3", "a", "a", "b", "b"]);
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

#[test]
fn keys_of_two_streams_share_their_state() {
    let env = environment(&[("parallelism.default", "3")]);
    let names = env.from_collection((0..50u32).map(|id| (id, Str::from(format!("customer number {id} of fifty")))));
    let amounts = env.from_sequence(0, 499).map(|n| ((n % 50) as u32, n));
    let joined = names.key_by(|(id, _)| id).connect(amounts.key_by(|(id, _)| id)).process(Join::default()).collect();
    let result = env.execute("join").unwrap();
    let mut sums = std::collections::BTreeMap::<Str, i64>::new();
    for (name, amount) in joined.of(&result).unwrap() {
        *sums.entry(name).or_default() += amount;
    }
    assert_eq!(sums.len(), 50);
    assert_eq!(sums[&Str::from("customer number 7 of fifty")], (0..10).map(|i| 7 + 50 * i).sum::<i64>());
    assert_eq!(sums.values().sum::<i64>(), (0..500).sum::<i64>());
}

/// Sends even numbers on, and others aside.
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

#[test]
fn side_outputs_have_types_and_parallelism_of_their_own() {
    let env = environment(&[("parallelism.default", "2")]);
    let sorted_out = env.from_sequence(0, 9).process(Sort);
    let text = sorted_out.side_output(&OutputTag::<Str>::new("text")).map(|s| s.len()).set_parallelism(3).collect();
    let again = sorted_out.side_output(&OutputTag::<Str>::new("text")).map(|s| s.to_string()).collect();
    let thirds = sorted_out.collect();
    let result = env.execute("side outputs").unwrap();
    assert_eq!(sorted(thirds.of(&result).unwrap()), [0, 3, 6, 9]);
    assert_eq!(text.of(&result).unwrap(), [1, 1, 1]);
    assert_eq!(sorted(again.of(&result).unwrap()), ["1", "4", "7"]);
}

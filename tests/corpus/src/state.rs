//! Functions with state and timers of their key.

use crate::{Case, Stage, lines};
use weft::prelude::*;

pub(crate) const CASES: &[Case] = &[
    Case::new("timers-at-the-end-of-a-batch", at_the_end, || lines((0..10).map(|key| (key, 30))))
        .with(&[("execution.runtime-mode", "BATCH")])
        .robust(),
    Case::new("timers-at-the-end-of-a-stream", at_the_end, Vec::new).robust(),
    Case::new("state-outlives-buffers", outlives, || (0..KEYS).map(key).collect()).robust(),
    Case::new("largest-by-key", largest, || lines((0..10i64).map(|key| (key, 990 + key)))).robust(),
];

const KEYS: u32 = 4000;

/// Numbers the records of each key, and tells when it was quiet for a while.
#[derive(Clone, Default)]
pub(crate) struct Sessions {
    quiet_ms: i64,
    seen: Option<ValueHandle<u64>>,
    due: Option<ValueHandle<i64>>,
}

impl Sessions {
    pub(crate) fn after(quiet_ms: i64) -> Self {
        Sessions { quiet_ms, ..Sessions::default() }
    }
}

impl KeyedProcessFunction<u64, u64> for Sessions {
    type Out = (u64, u64);

    fn open(&mut self, states: &mut KeyedState<u64>, _: &RuntimeContext) -> Result<(), BoxError> {
        self.seen = Some(states.value_state("seen")?);
        self.due = Some(states.value_state("due")?);
        Ok(())
    }

    fn process(
        &mut self,
        _: u64,
        context: &mut KeyedContext<'_, u64>,
        _: &mut Collector<(u64, u64)>,
    ) -> Result<(), BoxError> {
        let mut seen = context.state(self.seen.ok_or("not open")?)?;
        let count = seen.value().copied().unwrap_or(0) + 1;
        seen.update(count);
        let time = context.processing_time() + self.quiet_ms;
        let mut due = context.state(self.due.ok_or("not open")?)?;
        let before = due.value().copied();
        due.update(time);
        before.into_iter().for_each(|before| context.delete_processing_time_timer(before));
        context.register_processing_time_timer(time);
        context.register_processing_time_timer(time);
        Ok(())
    }

    fn on_timer(
        &mut self,
        _: i64,
        context: &mut KeyedContext<'_, u64>,
        out: &mut Collector<(u64, u64)>,
    ) -> Result<(), BoxError> {
        let key = *context.key().ok_or("a timer has a key")?;
        let mut seen = context.state(self.seen.ok_or("not open")?)?;
        out.emit((key, seen.value().copied().unwrap_or(0)));
        seen.clear();
        context.state(self.due.ok_or("not open")?)?.clear();
        Ok(())
    }
}

/// Timers in an hour: those of a batch fire at its end, those of a stream never.
fn at_the_end(stage: &Stage) -> weft::Result<Vec<String>> {
    let numbers = stage.slowly(stage.env.generate(300, |n| n % 10), 300);
    let sessions = numbers.key_by(|n| n).process(Sessions::after(3_600_000)).collect();
    let result = stage.env.execute("timers at the end")?;
    Ok(lines(sessions.of(&result)?))
}

/// Counts every key in a state of its own.
#[derive(Clone, Default)]
struct Count(Option<ValueHandle<(Str, u64)>>);

impl KeyedProcessFunction<Str, Str> for Count {
    type Out = (Str, u64);

    fn open(&mut self, states: &mut KeyedState<Str>, _: &RuntimeContext) -> Result<(), BoxError> {
        self.0 = Some(states.value_state("count")?);
        Ok(())
    }

    fn process(
        &mut self,
        word: Str,
        context: &mut KeyedContext<'_, Str>,
        out: &mut Collector<(Str, u64)>,
    ) -> Result<(), BoxError> {
        let mut state = context.state(self.0.ok_or("not open")?)?;
        let count = state.value().map_or(0, |(_, n)| *n) + 1;
        state.update((word.clone(), count));
        out.emit((word, count));
        Ok(())
    }
}

fn key(n: u32) -> String {
    format!("key {n} is longer than what is kept inline")
}

fn outlives(stage: &Stage) -> weft::Result<Vec<String>> {
    let keys = stage.env.from_collection((0..5 * KEYS).map(|n| Str::from(key(n % KEYS))));
    let counts = stage
        .slowly(keys, 5 * KEYS)
        .flat_map(|line, out| out.emit(line.share(&line)))
        .key_by(|word| word)
        .process(Count::default())
        .filter(|(_, n)| *n == 5)
        .collect();
    let result = stage.env.execute("state")?;
    Ok(counts.of(&result)?.into_iter().map(|(key, _)| key.to_string()).collect())
}

/// What is reduced is the same whatever order it comes in.
fn largest(stage: &Stage) -> weft::Result<Vec<String>> {
    stage.env.set_runtime_mode(RuntimeMode::Batch);
    let numbers = stage.slowly(stage.env.from_sequence(0, 999), 1000);
    let largest = numbers.map(|n| (n % 10, n)).key_by(|(key, _)| key).reduce(|most, next| most.1 = most.1.max(next.1));
    let largest = largest.collect();
    let result = stage.env.execute("largest")?;
    Ok(lines(largest.of(&result)?))
}

//! Functions with state and timers of their key.

use super::support::{environment, signal, sorted};
use super::until::until;
use weft::prelude::*;

/// Numbers the records of each key, and tells when it was quiet for a while.
#[derive(Clone, Default)]
struct Sessions {
    quiet_ms: i64,
    seen: Option<ValueHandle<u64>>,
    due: Option<ValueHandle<i64>>,
}

impl Sessions {
    fn after(quiet_ms: i64) -> Self {
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

#[test]
fn timers_fire_once_when_the_wall_clock_reaches_them() {
    let env = environment(&[("parallelism.default", "3")]);
    let (told, tells) = signal();
    // Thirty records of ten keys, and then nothing for an hour.
    env.generate_at_rate(30.0 * 1000.0, |n| n)
        .set_parallelism(1)
        .flat_map(|n, out| {
            if n < 30 {
                out.emit(n % 10);
            }
        })
        .key_by(|n| n)
        .process(Sessions::after(300))
        .map(move |session| told.send(session).is_ok())
        .discard();
    let mut job = env.execute_async("sessions").unwrap();
    let mut sessions = Vec::new();
    until("ten sessions", || {
        sessions.extend(tells.told());
        (sessions.iter().map(|(_, count)| count).sum::<u64>() == 30).then_some(())
    });
    assert_eq!(sorted(sessions), (0..10).map(|key| (key, 3)).collect::<Vec<_>>());
    job.cancel();
    assert!(job.wait().is_err());
}

#[test]
fn timers_of_a_batch_fire_at_its_end_and_those_of_a_stream_never() {
    for (mode, expected) in
        [(RuntimeMode::Batch, (0..10).map(|key| (key, 3)).collect()), (RuntimeMode::Streaming, vec![])]
    {
        let env = environment(&[("parallelism.default", "2")]);
        env.set_runtime_mode(mode);
        let numbers = env.generate(30, |n| n % 10);
        let sessions = numbers.key_by(|n| n).process(Sessions::after(3_600_000)).collect();
        let result = env.execute("timers at the end").unwrap();
        assert_eq!(sorted(sessions.of(&result).unwrap()), expected, "{mode:?}");
    }
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

#[test]
fn state_outlives_the_buffers_its_values_came_in() {
    let env = environment(&[("parallelism.default", "3")]);
    let lines = (0..20_000u64).map(|n| Str::from(format!("key {} is longer than what is kept inline", n % 4000)));
    let counts = env
        .from_collection(lines)
        .rebalance()
        .flat_map(|line, out| out.emit(line.share(&line)))
        .key_by(|word| word)
        .process(Count::default())
        .filter(|(_, n)| *n == 5)
        .collect();
    let result = env.execute("state").unwrap();
    let keys = sorted(counts.of(&result).unwrap().into_iter().map(|(key, _)| key.to_string()));
    let expected = sorted((0..4000).map(|n| format!("key {n} is longer than what is kept inline")));
    assert_eq!(keys, expected);
}

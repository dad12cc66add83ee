//! Slow functions are interrupted after about five milliseconds, between records and between timers.

use std::sync::Arc;
use std::time::Duration;

use super::bench_test::{Bench, TestClock};
use super::{ByValue, CoFlatMap, FlatMap, FlatMapIter, KeyedContext, KeyedProcessFunction, KeyedProcessOperator};
use super::{ProcessContext, ProcessFunction, ProcessOperator, SidePorts};
use crate::output::Collector;
use crate::{BoxError, Operator};

/// Takes this long over every record and every timer.
#[derive(Clone)]
struct Slow {
    clock: Arc<TestClock>,
    cost: Duration,
}

impl Slow {
    fn work(&self, n: u64) -> u64 {
        self.clock.pass(self.cost);
        n
    }
}

impl ProcessFunction<u64> for Slow {
    type Out = u64;

    fn process(&mut self, n: u64, _: &mut ProcessContext<'_>, out: &mut Collector<u64>) -> Result<(), BoxError> {
        out.emit(self.work(n));
        Ok(())
    }
}

impl KeyedProcessFunction<u64, u64> for Slow {
    type Out = u64;

    fn process(&mut self, n: u64, c: &mut KeyedContext<'_, u64>, out: &mut Collector<u64>) -> Result<(), BoxError> {
        c.register_processing_time_timer(1000 + n as i64);
        out.emit(self.work(n));
        Ok(())
    }

    fn on_timer(&mut self, t: i64, _: &mut KeyedContext<'_, u64>, out: &mut Collector<u64>) -> Result<(), BoxError> {
        out.emit(self.work(t as u64));
        Ok(())
    }
}

fn benches(slow: &Slow) -> Vec<(&'static str, Bench)> {
    fn bench(slow: &Slow, operator: impl Operator + 'static) -> Bench {
        Bench::with_clock(slow.clock.clone(), operator)
    }
    let push = |slow: Slow| move |n: u64, out: &mut Collector<u64>| out.emit(slow.work(n));
    let pull = |slow: Slow| move |n: u64| [slow.work(n)];
    vec![
        ("flat map", bench(slow, FlatMap::new(push(slow.clone())))),
        ("flat map of an iterator", bench(slow, FlatMapIter::new(pull(slow.clone())))),
        ("flat map of two inputs", bench(slow, CoFlatMap::new(push(slow.clone()), push(slow.clone())))),
        ("process", bench(slow, ProcessOperator::new(slow.clone(), SidePorts::default()))),
        ("keyed process", bench(slow, keyed(slow))),
    ]
}

fn keyed(slow: &Slow) -> impl Operator + 'static {
    KeyedProcessOperator::new(ByValue(|n: &u64| *n), slow.clone(), SidePorts::default())
}

fn slow(cost: Duration) -> Slow {
    Slow { clock: Arc::default(), cost }
}

#[test]
fn a_slow_function_is_interrupted_after_every_record() {
    for (name, mut bench) in benches(&slow(Duration::from_millis(10))) {
        let out: Vec<u64> = bench.give(0, 0..100u64);
        assert!(out.into_iter().eq(0..100), "{name}");
        assert!((99..=101).contains(&bench.resumed), "{name} was resumed {} times", bench.resumed);
    }
}

#[test]
fn a_function_of_a_hundred_microseconds_is_interrupted_every_five_milliseconds_or_so() {
    for (name, mut bench) in benches(&slow(Duration::from_micros(100))) {
        let out: Vec<u64> = bench.give(0, 0..1000u64);
        assert_eq!(out.len(), 1000, "{name}");
        assert!((10..=20).contains(&bench.resumed), "{name} was resumed {} times", bench.resumed);
    }
}

#[test]
fn a_fast_function_is_not_interrupted() {
    for (name, mut bench) in benches(&slow(Duration::from_nanos(20))) {
        let out: Vec<u64> = bench.give(0, 0..1000u64);
        assert_eq!((out.len(), bench.resumed), (1000, 0), "{name}");
    }
}

/// 1500 due timers of 10 ms each held up everything else, a cancellation too, for as long as they took together.
#[test]
fn slow_timers_are_interrupted_one_by_one() {
    let slow = slow(Duration::ZERO);
    let mut bench = Bench::with_clock(slow.clock.clone(), keyed(&Slow { cost: Duration::from_millis(10), ..slow }));
    bench.give::<u64, u64>(0, 0..300u64);
    let before = bench.resumed;
    let fired: Vec<u64> = bench.at(60_000);
    assert!(fired.into_iter().eq(1000..1300), "all of them, in order");
    assert!((299..=301).contains(&(bench.resumed - before)), "{}", bench.resumed - before);
}

//! Operators without keys.

use super::bench_test::Bench;
use super::{CoFlatMap, CoMap, CoProcessFunction, CoProcessOperator, Filter, FlatMap, FlatMapIter, Map, OutputTag};
use super::{ProcessContext, ProcessFunction, ProcessOperator, SidePorts};
use crate::output::Collector;
use crate::{BoxError, OperatorContext, TaskError};

#[test]
fn one_record_out_at_most() {
    assert_eq!(Bench::new(Map::new(|n: u64| n.to_string())).give::<u64, String>(0, [1, 2]), ["1", "2"]);
    assert_eq!(Bench::new(Filter::new(|n: &u64| n.is_multiple_of(2))).give::<u64, u64>(0, 1..=6), [2, 4, 6]);
}

#[test]
fn a_pushing_function_is_interrupted_between_records() {
    let mut bench =
        Bench::full_after(4, FlatMap::new(|n: u64, out: &mut Collector<u64>| (0..n).for_each(|_| out.emit(n))));
    let emitted: Vec<u64> = bench.give(0, [3u64, 9, 1]);
    assert_eq!(emitted, [[3; 3].as_slice(), &[9; 9], &[1]].concat());
    assert!(bench.resumed > 0);
}

#[test]
fn a_pulling_function_is_interrupted_within_a_record() {
    let mut bench = Bench::full_after(10, FlatMapIter::new(|n: u64| 0..n));
    let emitted: Vec<u64> = bench.give(0, [95u64, 0, 3]);
    assert!(emitted.into_iter().eq((0..95).chain(0..3)));
    assert!(bench.resumed >= 9, "{}", bench.resumed);
}

#[test]
fn a_function_of_each_input() {
    let mut bench = Bench::new(CoMap::new(|n: u64| n.to_string(), |s: String| s + "!"));
    assert_eq!(bench.give::<_, String>(0, [7u64]), ["7"]);
    assert_eq!(bench.give::<_, String>(1, ["a".to_owned()]), ["a!"]);
}

#[test]
fn a_pushing_function_of_each_input() {
    let repeat = |n: u64, out: &mut Collector<u64>| (0..n).for_each(|_| out.emit(n));
    let parse = |text: String, out: &mut Collector<u64>| text.parse().map(|n| out.emit(n));
    let mut bench = Bench::full_after(2, CoFlatMap::new(repeat, parse));
    assert_eq!(bench.give::<_, u64>(0, [2u64, 0, 3]), [2, 2, 3, 3, 3]);
    assert!(bench.resumed > 0);
    assert_eq!(bench.give::<_, u64>(1, ["5".to_owned()]), [5]);
    let error = bench.try_give::<_, u64>(1, ["five".to_owned()]).unwrap_err();
    assert_eq!(error.to_string(), "invalid digit found in string");
}

/// Sends what is above a limit to a side output; on connected streams the second sets the limit.
struct Limit {
    limit: u64,
    tag: OutputTag<String>,
}

impl Limit {
    fn new() -> Self {
        Limit { limit: 0, tag: OutputTag::new("above") }
    }

    fn check(&mut self, n: u64, context: &mut ProcessContext<'_>, out: &mut Collector<u64>) -> Result<(), BoxError> {
        if n > self.limit {
            return context.emit_to(&self.tag, n.to_string());
        }
        out.emit(n);
        Ok(())
    }
}

impl ProcessFunction<u64> for Limit {
    type Out = u64;

    fn open(&mut self, context: &OperatorContext) -> Result<(), BoxError> {
        self.limit = u64::from(context.parallelism) * 2;
        Ok(())
    }

    fn process(&mut self, n: u64, context: &mut ProcessContext<'_>, out: &mut Collector<u64>) -> Result<(), BoxError> {
        self.check(n, context, out)
    }

    fn finish(&mut self, out: &mut Collector<u64>) -> Result<(), BoxError> {
        out.emit(self.limit);
        Ok(())
    }
}

impl CoProcessFunction<u64, u64> for Limit {
    type Out = u64;

    fn process_first(&mut self, n: u64, c: &mut ProcessContext<'_>, out: &mut Collector<u64>) -> Result<(), BoxError> {
        self.check(n, c, out)
    }

    fn process_second(&mut self, n: u64, _: &mut ProcessContext<'_>, _: &mut Collector<u64>) -> Result<(), BoxError> {
        self.limit = n;
        Ok(())
    }

    fn finish(&mut self, out: &mut Collector<u64>) -> Result<(), BoxError> {
        out.emit(self.limit);
        Ok(())
    }
}

fn above() -> SidePorts {
    let sides = SidePorts::default();
    assert!(sides.declare(&OutputTag::<String>::new("above")));
    sides
}

#[test]
fn a_process_function_is_opened_fed_and_finished() {
    let mut bench = Bench::new(ProcessOperator::new(Limit::new(), above()));
    assert_eq!(bench.give::<_, u64>(0, 1u64..=4), [1, 2]);
    assert_eq!(bench.port::<String>(1), ["3", "4"]);
    assert_eq!(bench.finish::<u64>(), [2]);
}

/// Only the main output held a function back: what went to a side output went to disk.
#[test]
fn a_full_side_output_interrupts_too() {
    let mut bench = Bench::full_after(4, ProcessOperator::new(Limit::new(), above()));
    assert_eq!(bench.give::<_, u64>(0, 3u64..=22), [0u64; 0]);
    assert!(bench.resumed >= 4, "{}", bench.resumed);
}

#[test]
fn a_co_process_function_shares_its_fields_between_both_streams() {
    let mut bench = Bench::new(CoProcessOperator::new(Limit::new(), above()));
    assert_eq!(bench.give::<_, u64>(1, [3u64]), [0u64; 0]);
    assert_eq!(bench.give::<_, u64>(0, 1u64..=4), [1, 2, 3]);
    assert_eq!(bench.port::<String>(1), ["4"]);
    assert_eq!(bench.finish::<u64>(), [3]);
}

#[test]
fn a_side_output_that_nobody_reads_swallows_its_records() {
    let mut bench = Bench::new(ProcessOperator::new(Limit::new(), SidePorts::default()));
    assert_eq!(bench.give::<_, u64>(0, 1u64..=4), [1, 2]);
}

#[test]
fn a_side_output_has_one_type() {
    let sides = above();
    assert!(sides.declare(&OutputTag::<String>::new("above")), "again");
    assert!(!sides.declare(&OutputTag::<u64>::new("above")));
    let sides = SidePorts::default();
    assert!(sides.declare(&OutputTag::<u64>::new("above")));
    let mut bench = Bench::new(ProcessOperator::new(Limit::new(), sides));
    let error: TaskError = bench.try_give::<_, u64>(0, [9u64]).unwrap_err();
    assert!(error.to_string().starts_with("side output `above` does not take records of type"), "{error}");
}

//! Operators of keyed streams.

use super::bench_test::Bench;
use super::{ByRef, ByValue, KeyedCoProcessFunction, KeyedCoProcessOperator, KeyedContext, KeyedProcessFunction};
use super::{KeyedProcessOperator, OutputTag, Rolling, SidePorts};
use crate::output::Collector;
use crate::{BoxError, Operator, OperatorContext, TaskError};
use weft_state::{KeyedState, ValueHandle};

type Word = (String, u64);

fn words(text: &str) -> Vec<Word> {
    text.split(' ').map(|word| (word.to_owned(), 1)).collect()
}

fn shown(words: Vec<Word>) -> String {
    words.into_iter().map(|(word, n)| format!("{word}{n}")).collect::<Vec<_>>().join(" ")
}

fn word(record: &Word) -> &String {
    &record.0
}

fn sum(final_only: bool) -> impl Operator {
    let add = |sum: &mut Word, next: &mut Word| {
        sum.1 += next.1;
        Ok::<(), TaskError>(())
    };
    Rolling::new(ByRef(word), add, final_only)
}

#[test]
fn streaming_emits_every_update_in_the_order_of_the_records() {
    let mut bench = Bench::new(sum(false));
    assert_eq!(shown(bench.give(0, words("to be or not to be"))), "to1 be1 or1 not1 to2 be2");
    assert_eq!(shown(bench.give(0, words("to to"))), "to3 to4");
    assert_eq!(shown(bench.finish()), "");
}

#[test]
fn batch_emits_each_key_once_in_the_order_in_which_keys_came() {
    let mut bench = Bench::batch_mode(sum(true));
    assert_eq!(shown(bench.give(0, words("to be or not to be"))), "");
    assert_eq!(shown(bench.give(0, words("to"))), "");
    assert_eq!(shown(bench.finish()), "to3 be2 or1 not1");
}

#[test]
fn final_values_beyond_one_batch_are_emitted_in_parts() {
    let mut bench = Bench::full_after(8, sum(true));
    let keys = || (0..50u64).map(|n| (n.to_string(), n));
    assert_eq!(bench.give::<_, Word>(0, keys()), []);
    assert!(bench.finish::<Word>().into_iter().eq(keys()));
    assert!(bench.resumed >= 5, "{}", bench.resumed);
}

/// Tells how often a key was seen, and a second after the first record of a key that its time is over.
#[derive(Default)]
struct Session {
    seen: Option<ValueHandle<u64>>,
    over: Option<OutputTag<String>>,
}

impl Session {
    fn open_state(&mut self, states: &mut KeyedState<String>) -> Result<(), BoxError> {
        self.seen = Some(states.value_state("seen")?);
        self.over = Some(OutputTag::new("over"));
        Ok(())
    }

    fn see(&mut self, by: u64, c: &mut KeyedContext<'_, String>, out: &mut Collector<Word>) -> Result<(), BoxError> {
        let key = c.key().expect("a record has a key").clone();
        let mut seen = c.state(self.seen.expect("registered in open"))?;
        let count = seen.value().copied().unwrap_or_default() + by;
        seen.update(count);
        if count == by {
            c.register_processing_time_timer(c.processing_time() + 1000);
        }
        out.emit((key, count));
        Ok(())
    }

    fn end(&mut self, time: i64, c: &mut KeyedContext<'_, String>, out: &mut Collector<Word>) -> Result<(), BoxError> {
        let key = c.key().expect("a timer has a key").clone();
        c.state(self.seen.expect("registered in open"))?.clear();
        if let Some(over) = &self.over {
            c.emit_to(over, key.clone())?;
        }
        out.emit((key, time as u64));
        Ok(())
    }
}

impl KeyedProcessFunction<String, Word> for Session {
    type Out = Word;

    fn open(&mut self, states: &mut KeyedState<String>, _: &OperatorContext) -> Result<(), BoxError> {
        self.open_state(states)
    }

    fn process(
        &mut self,
        w: Word,
        c: &mut KeyedContext<'_, String>,
        out: &mut Collector<Word>,
    ) -> Result<(), BoxError> {
        self.see(w.1, c, out)
    }

    fn on_timer(
        &mut self,
        t: i64,
        c: &mut KeyedContext<'_, String>,
        out: &mut Collector<Word>,
    ) -> Result<(), BoxError> {
        self.end(t, c, out)
    }
}

impl KeyedCoProcessFunction<String, Word, u64> for Session {
    type Out = Word;

    fn open(&mut self, states: &mut KeyedState<String>, _: &OperatorContext) -> Result<(), BoxError> {
        self.open_state(states)
    }

    fn process_first(
        &mut self,
        w: Word,
        c: &mut KeyedContext<'_, String>,
        out: &mut Collector<Word>,
    ) -> Result<(), BoxError> {
        self.see(w.1, c, out)
    }

    fn process_second(
        &mut self,
        n: u64,
        c: &mut KeyedContext<'_, String>,
        out: &mut Collector<Word>,
    ) -> Result<(), BoxError> {
        self.see(n, c, out)
    }

    fn on_timer(
        &mut self,
        t: i64,
        c: &mut KeyedContext<'_, String>,
        out: &mut Collector<Word>,
    ) -> Result<(), BoxError> {
        self.end(t, c, out)
    }
}

fn session() -> impl Operator {
    let sides = SidePorts::default();
    assert!(sides.declare(&OutputTag::<String>::new("over")));
    KeyedProcessOperator::new(ByRef(word), Session::default(), sides)
}

#[test]
fn state_and_timers_belong_to_the_key_of_the_record() {
    let mut bench = Bench::new(session());
    assert_eq!(shown(bench.give(0, words("a b a"))), "a1 b1 a2");
    assert_eq!(shown(bench.at(400)), "");
    assert_eq!(shown(bench.give(0, words("c a"))), "c1 a3");
    let mut over: Vec<Word> = bench.at(1000);
    over.sort();
    assert_eq!(shown(over), "a1000 b1000", "timers of one time fire in no order in particular");
    let mut sides: Vec<String> = bench.port(1);
    sides.sort();
    assert_eq!(sides, ["a", "b"]);
    assert_eq!(shown(bench.give(0, words("a c"))), "a1 c2", "the timer cleared a's state");
    assert_eq!(shown(bench.at(5000)), "c1400 a2000", "timers fire in the order of their times");
    assert_eq!(shown(bench.at(9000)), "");
}

#[test]
fn timers_that_are_still_due_at_the_end_fire_in_batch_mode_only() {
    let mut bench = Bench::new(session());
    bench.give::<_, Word>(0, words("a"));
    assert_eq!(shown(bench.finish()), "");
    let mut bench = Bench::batch_mode(session());
    bench.give::<_, Word>(0, words("a"));
    assert_eq!(shown(bench.finish()), "a1000");
}

#[test]
fn firing_goes_on_where_it_was_interrupted() {
    let mut bench = Bench::full_after(4, session());
    let keys: Vec<Word> = (0..30).map(|n| (format!("k{n:02}"), 1)).collect();
    assert_eq!(bench.give::<_, Word>(0, keys.clone()), keys);
    let resumed = bench.resumed;
    assert!(resumed > 0);
    let mut fired: Vec<Word> = bench.at(2000);
    fired.sort();
    assert!(fired.into_iter().map(|(key, _)| key).eq(keys.into_iter().map(|(key, _)| key)));
    assert!(bench.resumed > resumed);
    assert_eq!(shown(bench.at(9000)), "");
}

#[test]
fn connected_keyed_streams_share_state_by_key() {
    let second = ByValue(|n: &u64| if n.is_multiple_of(2) { "even".to_owned() } else { "odd".to_owned() });
    let operator = KeyedCoProcessOperator::new(ByRef(word), second, Session::default(), SidePorts::default());
    let mut bench = Bench::new(operator);
    assert_eq!(shown(bench.give(0, words("even odd even"))), "even1 odd1 even2");
    assert_eq!(shown(bench.give(1, [10u64, 5, 1])), "even12 odd6 odd7");
    assert_eq!(shown(bench.give(0, words("odd"))), "odd8");
    let mut over: Vec<Word> = bench.at(1000);
    over.sort();
    assert_eq!(shown(over), "even1000 odd1000");
    assert_eq!(shown(bench.give(1, [2u64])), "even2");
}

use super::*;
use std::collections::BTreeMap;
use weft_common::accumulator::Accumulator;

#[test]
fn handles_of_one_name_share_a_cell_that_reports_read() {
    let accumulators = Accumulators::default();
    let lines = accumulators.get::<LongCounter>("lines");
    lines.add(3);
    accumulators.get::<LongCounter>("lines").add(-1);
    accumulators.get::<LongCounter>("words");
    let report = accumulators.report();
    let expected =
        [("lines", 2), ("words", 0)].map(|(name, n)| (name.to_owned(), Accumulator::LongCounter(n).encode()));
    assert_eq!(report, expected);
    lines.add(1);
    assert_eq!(accumulators.report().first().unwrap().1, Accumulator::LongCounter(3).encode());
    accumulators.check().unwrap();
}

#[test]
fn another_kind_of_the_same_name_is_a_mistake_of_the_user() {
    let accumulators = Accumulators::default();
    accumulators.get::<LongCounter>("lines").add(1);
    accumulators.get::<DoubleCounter>("lines").add(0.5);
    let error = accumulators.check().unwrap_err();
    assert_eq!(error.kind(), weft_common::ErrorKind::User);
    assert!(error.message().contains("`lines` is a LongCounter in one place and a DoubleCounter"), "{error}");
    assert_eq!(accumulators.report(), [("lines".to_owned(), Accumulator::LongCounter(1).encode())]);
}

#[test]
fn every_kind_counts() {
    let (int, double, average) = (IntCounter::default(), DoubleCounter::default(), Average::default());
    int.add(i32::MAX);
    int.add(1);
    double.add(0.5);
    double.add(0.25);
    average.add(1.0);
    average.add(2.0);
    assert_eq!(int.value(), Accumulator::IntCounter(i32::MIN));
    assert_eq!(double.value(), Accumulator::DoubleCounter(0.75));
    assert_eq!(average.value(), Accumulator::Average { sum: 3.0, count: 2 });
}

#[test]
fn extremes_begin_with_what_any_number_beats() {
    let (least, greatest) = (LongMinimum::default(), LongMaximum::default());
    assert_eq!(least.value(), Accumulator::LongMinimum(i64::MAX));
    assert_eq!(greatest.value(), Accumulator::LongMaximum(i64::MIN));
    for n in [3, -4, 5] {
        least.add(n);
        greatest.add(n);
    }
    assert_eq!((least.value(), greatest.value()), (Accumulator::LongMinimum(-4), Accumulator::LongMaximum(5)));
    let (least, greatest) = (DoubleMinimum::default(), DoubleMaximum::default());
    for x in [0.5, f64::NAN, -0.5] {
        least.add(x);
        greatest.add(x);
    }
    assert_eq!((least.value(), greatest.value()), (Accumulator::DoubleMinimum(-0.5), Accumulator::DoubleMaximum(0.5)));
}

#[test]
fn a_histogram_has_values_of_any_size() {
    let histogram = Histogram::default();
    [0, 1023, 1024, -5, 0, i32::MAX, -5].into_iter().for_each(|value| histogram.add(value));
    let expected = BTreeMap::from([(-5, 2), (0, 2), (1023, 1), (1024, 1), (i32::MAX, 1)]);
    assert_eq!(histogram.value(), Accumulator::Histogram(expected));
}

#[test]
fn another_thread_reads_while_one_counts() {
    let accumulators = Accumulators::default();
    let counter = accumulators.get::<LongCounter>("n");
    std::thread::scope(|scope| {
        scope.spawn(|| (0..100_000).for_each(|_| counter.add(1)));
        let mut last = 0;
        while last < 100_000 {
            let (_, bytes) = accumulators.report().pop().unwrap();
            let now = Accumulator::decode(&bytes).unwrap().as_i64().unwrap();
            assert!(now >= last, "{now} after {last}");
            last = now;
        }
    });
}

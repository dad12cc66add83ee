//! What a pushing function may emit: in memory, on disk, in order.

use super::*;

fn limits(memory_bytes: usize, spill_bytes: u64) -> OutputLimits {
    OutputLimits { batch_records: 10, memory_bytes, spill_bytes, ..OutputLimits::default() }
}

fn rows(collector: &mut Collector<u64>) -> Vec<u64> {
    collector.seal();
    let mut rows = Vec::new();
    while let Some(batch) = collector.pop_batch().unwrap() {
        rows.extend(batch.rows);
    }
    rows
}

#[test]
fn what_goes_to_disk_comes_back_in_its_place() {
    let mut collector = Collector::new(limits(300, 1 << 20));
    (0..1000).for_each(|row| collector.emit(row));
    assert!(collector.spill.is_some() && collector.ready_bytes <= 300);
    assert_eq!(rows(&mut collector), (0..1000).collect::<Vec<_>>());
    assert!(collector.spill.is_none(), "the file is given back once it is read");
    (0..5).for_each(|row| collector.emit(row));
    assert_eq!(rows(&mut collector), [0, 1, 2, 3, 4]);
}

#[test]
fn what_is_emitted_while_the_file_is_read_comes_after_it() {
    let mut collector = Collector::new(limits(100, 1 << 20));
    (0..100).for_each(|row| collector.emit(row));
    let first = collector.pop_batch().unwrap().unwrap().rows;
    (100..200).for_each(|row| collector.emit(row));
    assert_eq!([first, rows(&mut collector)].concat(), (0..200).collect::<Vec<_>>());
}

#[test]
fn a_file_above_its_limit_is_an_error_that_says_so() {
    let mut collector = Collector::new(limits(100, 500));
    (0..1000).for_each(|row| collector.emit(row));
    let error = collector.pop_batch().unwrap_err().to_string();
    assert!(error.contains("exchange.spill.max-size"), "{error}");
}

/// Rows without times were gathered with rows that had them, which then had the times of others.
#[test]
fn a_small_batch_is_not_gathered_with_records_that_have_event_times() {
    let mut collector = Collector::new(limits(1 << 20, 0));
    collector.set_time(Some(5));
    collector.emit_batch(Batch::of(vec![1]));
    collector.emit(2);
    collector.emit_batch(Batch::of(vec![3]));
    collector.seal();
    let mut batches = Vec::new();
    while let Some(batch) = collector.pop_batch().unwrap() {
        batches.push((batch.rows, batch.times));
    }
    assert_eq!(batches, [(vec![1], None), (vec![2], Some(vec![5])), (vec![3], None)]);
}

#[test]
fn event_times_are_those_of_the_record_in_hand() {
    let mut collector = Collector::new(limits(1 << 20, 0));
    collector.set_time(Some(5));
    collector.emit(1);
    collector.set_time(Some(6));
    collector.emit(2);
    collector.set_time(None);
    collector.emit(3);
    collector.seal();
    let times = |collector: &mut Collector<u64>| collector.pop_batch().unwrap().map(|batch| (batch.rows, batch.times));
    assert_eq!(times(&mut collector), Some((vec![1, 2], Some(vec![5, 6]))));
    assert_eq!(times(&mut collector), Some((vec![3], None)));
}

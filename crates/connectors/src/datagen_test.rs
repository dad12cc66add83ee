use super::*;
use crate::test_context::{self, ManualClock};

type Numbers = DataGenReader<fn(u64) -> u64>;

fn reader(per_second: f64, parallelism: u32) -> (Numbers, ManualClock) {
    let clock = ManualClock::default();
    let mut context = test_context::operator(parallelism, 0, 0);
    context.clock = Arc::new(clock.clone());
    let function: fn(u64) -> u64 = |i| i;
    (DataGen::new(per_second, function).reader(&context).expect("a reader"), clock)
}

/// What comes when the reader is polled as a slot would: at the times it asks for, until `ms`.
fn run(reader: &mut Numbers, clock: &ManualClock, ms: u64) -> Vec<u64> {
    let mut rows = Vec::new();
    loop {
        match reader.poll().expect("no I/O") {
            SourcePoll::Batch(batch) => rows.extend(batch.rows),
            SourcePoll::End => return rows,
            SourcePoll::Pending => {
                let now = clock.now().wall_ms;
                let next = reader.next_time().expect("a pending reader says when");
                assert!(next > now);
                if next > ms as i64 {
                    return rows;
                }
                clock.advance_ms((next - now) as u64);
            }
        }
    }
}

#[test]
fn the_rate_is_met_within_ten_percent() {
    for (per_second, seconds) in [(1.0, 20), (7.0, 10), (1_000.0, 3), (333_333.0, 2), (5_000_000.0, 1)] {
        let (mut reader, clock) = reader(per_second, 1);
        reader.add_split(Stride { first: 0, step: 1, end: u64::MAX }).expect("no I/O");
        let made = run(&mut reader, &clock, seconds * 1000).len() as f64;
        let expected = per_second * seconds as f64;
        assert!((made - expected).abs() <= expected * 0.1, "{made} instead of {expected}");
    }
}

#[test]
fn subtasks_share_rate_and_numbers() {
    let (mut reader, clock) = reader(100.0, 2);
    reader.add_split(Stride { first: 1, step: 2, end: 40 }).expect("no I/O");
    let made = run(&mut reader, &clock, 10_000);
    assert!(made.iter().copied().eq((1..40).step_by(2)));
    let took = clock.now().wall_ms;
    assert!((360..=440).contains(&took), "20 records at 50 a second took {took} ms");
}

#[test]
fn a_long_pause_is_not_made_up_for_at_once() {
    let (mut reader, clock) = reader(10.0, 1);
    reader.add_split(Stride { first: 0, step: 1, end: u64::MAX }).expect("no I/O");
    clock.advance_ms(3_600_000);
    let SourcePoll::Batch(batch) = reader.poll().expect("no I/O") else { panic!("records are due") };
    assert_eq!(batch.len(), 10);
    assert_eq!(reader.poll().expect("no I/O"), SourcePoll::Pending);
}

#[test]
fn each_subtask_gets_its_own_stride_and_gets_it_back() {
    let source = DataGen::new(1.0, |i: u64| i).limit(10);
    assert_eq!(source.boundedness(), Boundedness::Bounded);
    let mut enumerator = source.enumerator(&test_context::coordinator(2, None)).expect("no I/O");
    let second = Stride { first: 1, step: 2, end: 10 };
    assert_eq!(enumerator.next_split(1).expect("no I/O"), NextSplit::Split(second));
    assert_eq!(enumerator.next_split(1).expect("no I/O"), NextSplit::NoMore);
    enumerator.add_back(vec![second]);
    assert_eq!(enumerator.next_split(1).expect("no I/O"), NextSplit::Split(second));
}

use super::{Scattered, Scratch};
use proptest::prelude::*;
use std::sync::Arc;
use weft_record::Batch;

proptest! {
    /// Whatever is taken, skipped or left: every row is dropped exactly once, and comes in order with its side entries.
    #[test]
    fn rows_leave_once_and_in_order(
        two: bool, destinations in prop::collection::vec(0u32..5, 0..100), taken in prop::collection::vec((0usize..5, 0usize..30), 0..10),
    ) {
        let outputs = if two { 2 } else { 5 };
        let destinations: Vec<u32> = destinations.iter().map(|destination| destination % outputs).collect();
        let token = Arc::new(());
        let rows: Vec<_> = (0..destinations.len()).map(|row| (row, Arc::clone(&token))).collect();
        let times = Some((0..destinations.len() as i64).collect());
        let hashes = Some((0..destinations.len() as u64).collect());
        let mut scratch = Scratch::default();
        let mut scattered = Scattered::new(Batch { rows, times, hashes }, &destinations, outputs as usize, &mut scratch);
        let mut kept = Vec::new();
        let mut next = [0; 5];
        for (destination, count) in taken {
            let own = (0..destinations.len()).filter(|row| destinations[*row] as usize == destination);
            for row in own.skip(next[destination]).take(count) {
                next[destination] += 1;
                let mut run = scattered.run(destination).expect("a row is left");
                prop_assert_eq!(run.head().map(|(value, hash, time)| (value.0, hash, time)), Some((row, row as u64, row as i64)));
                if row % 3 == 0 {
                    run.skip();
                } else if row % 3 == 1 {
                    let mut shown = Vec::new();
                    run.show_while(|value, hash, time| {
                        shown.push((value.0, hash, time));
                        shown.len() == 1
                    });
                    prop_assert_eq!(shown.first(), Some(&(row, row as u64, row as i64)));
                    prop_assert_eq!(shown.get(1).map(|shown| shown.0), run.head().map(|head| head.0.0));
                } else {
                    let mut one = Batch { rows: Vec::new(), times: Some(Vec::new()), hashes: Some(Vec::new()) };
                    run.take(1, &mut one);
                    prop_assert_eq!((one.times, one.hashes), (Some(vec![row as i64]), Some(vec![row as u64])));
                    kept.extend(one.rows);
                }
            }
        }
        let gone: usize = next.iter().sum();
        prop_assert_eq!(scattered.is_done(), gone == destinations.len());
        prop_assert_eq!(Arc::strong_count(&token), 1 + destinations.len() - gone + kept.len());
        drop(scattered);
        prop_assert_eq!(Arc::strong_count(&token), 1 + kept.len());
    }
}

#[test]
fn rows_for_no_output_are_left_behind() {
    let mut scratch = Scratch::default();
    let mut scattered = Scattered::new(Batch::of(vec![1, 2, 3]), &[0, 9, 1], 3, &mut scratch);
    let mut rows = Batch::of(Vec::new());
    for output in [0, 1] {
        scattered.run(output).expect("a row").take(5, &mut rows);
    }
    assert_eq!(rows.rows, [1, 3]);
    assert!(scattered.is_done() && scattered.run(0).is_none());
    scattered.recycle(&mut scratch);
    let mut whole = Scattered::whole(Batch::of(vec![4, 5]), 1, 2, &mut scratch);
    assert!(whole.run(0).is_none() && whole.has_left(1));
    assert_eq!(whole.run(1).map(|run| run.len()), Some(2));
}

#[test]
fn a_row_whose_drop_panics_is_gone() {
    struct Touchy(Arc<()>, bool);
    impl Drop for Touchy {
        fn drop(&mut self) {
            assert!(!self.1, "touched");
        }
    }
    let token = Arc::new(());
    let rows = [false, true, false].map(|touchy| Touchy(Arc::clone(&token), touchy)).into();
    let mut scattered = Scattered::whole(Batch::of(rows), 0, 1, &mut Scratch::default());
    let mut run = scattered.run(0).expect("rows");
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run.show_while(|_, _, _| true)));
    assert!(panicked.is_err());
    assert_eq!((run.len(), Arc::strong_count(&token)), (1, 2));
    drop(scattered);
    assert_eq!(Arc::strong_count(&token), 1);
}

//! Side arrays keep step with the rows; estimates are near.

use super::Batch;
use crate::Str;

#[test]
fn splitting_splits_the_side_arrays() {
    let mut batch = Batch { rows: vec!['a', 'b', 'c'], times: Some(vec![1, 2, 3]), hashes: Some(vec![4, 5, 6]) };
    let rest = batch.split_off(1);
    assert_eq!(batch, Batch { rows: vec!['a'], times: Some(vec![1]), hashes: Some(vec![4]) });
    assert_eq!(rest, Batch { rows: vec!['b', 'c'], times: Some(vec![2, 3]), hashes: Some(vec![5, 6]) });
}

#[test]
fn plain_rows_are_estimated_by_their_size() {
    let batch = Batch { rows: vec![(1u64, 2u64); 10], times: Some(vec![0; 10]), hashes: None };
    assert_eq!(batch.estimated_bytes(), 240);
}

#[test]
fn heap_is_estimated_from_a_sample() {
    let long = Str::from("forty bytes of text, neither more nor les");
    for n in [1, 15, 16, 17, 100, 1000] {
        let batch = Batch::of(vec![(long.clone(), 1u64); n]);
        assert_eq!(batch.estimated_bytes(), n * (32 + long.len()), "{n} rows");
    }
    assert_eq!(Batch::<Str>::of(vec![]).estimated_bytes(), 0);
}

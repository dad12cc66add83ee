use super::*;

fn splits(enumerator: &mut RangeEnumerator) -> Vec<IndexRange> {
    let next = || match enumerator.next_split(0) {
        Ok(NextSplit::Split(split)) => Some(split),
        _ => None,
    };
    std::iter::from_fn(next).collect()
}

fn ranges(count: u64, parts: u32) -> Vec<(u64, u64)> {
    splits(&mut RangeEnumerator::new(count, parts)).iter().map(|r| (r.from, r.to)).collect()
}

#[test]
fn ranges_are_contiguous_and_nearly_equal() {
    type Ranges = &'static [(u64, u64)];
    let table: &[(u64, u32, Ranges)] = &[
        (0, 4, &[]),
        (1, 4, &[(0, 1)]),
        (10, 1, &[(0, 10)]),
        (10, 4, &[(0, 3), (3, 6), (6, 8), (8, 10)]),
        (u64::MAX, 2, &[(0, u64::MAX / 2 + 1), (u64::MAX / 2 + 1, u64::MAX)]),
    ];
    for (count, parts, expected) in table {
        assert_eq!(ranges(*count, *parts), *expected, "{count} in {parts}");
    }
}

#[test]
fn a_lost_reader_s_ranges_are_handed_out_again_first() {
    let mut enumerator = RangeEnumerator::new(6, 3);
    let lost: Vec<_> = splits(&mut enumerator).into_iter().take(2).collect();
    enumerator.add_back(lost.clone());
    assert_eq!(splits(&mut enumerator), lost);
}

#[test]
fn batches_are_full_and_in_order() {
    let mut reader = RangeReader::new(|range| range.collect());
    reader.add_split(IndexRange { from: 5, to: 2500 }).expect("no I/O");
    reader.add_split(IndexRange { from: 0, to: 1 }).expect("no I/O");
    let mut sizes = Vec::new();
    let mut rows = Vec::new();
    while let SourcePoll::Batch(batch) = reader.poll().expect("no I/O") {
        sizes.push(batch.len());
        rows.extend(batch.rows);
    }
    assert_eq!(sizes, [1024, 1024, 447, 1]);
    assert!(rows.into_iter().eq((5..2500).chain([0])));
}

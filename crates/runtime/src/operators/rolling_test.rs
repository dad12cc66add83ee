use super::*;
use crate::operators::{ByRef, ByValue};
use weft_record::Str;

type Row = (Str, u64);

/// What comes out, batch after batch.
fn run<S: KeySelector<Row>>(
    selector: S,
    accumulate: impl FnMut(&mut Row, &mut Row) -> Result<(), TaskError>,
    final_only: bool,
    batches: &[&[(&str, u64)]],
) -> Vec<(String, u64)> {
    let mut operator = Rolling::new(selector, accumulate, final_only);
    let mut out = operator.outputs(&OutputLimits::default());
    let mut emitted = Vec::new();
    for batch in batches {
        let rows = batch.iter().map(|(key, n)| (Str::from(*key), *n)).collect();
        assert_eq!(operator.process(0, AnyBatch::new(Batch::of(rows)), &mut out).unwrap(), Flow::Done);
    }
    assert_eq!(operator.finish(&mut out).unwrap(), Flow::Done);
    out.seal();
    while let Some(batch) = out.pop(0).unwrap() {
        let batch = typed::<Row>(batch).unwrap();
        emitted.extend(batch.rows.into_iter().map(|(key, n)| (key.as_str().to_owned(), n)));
    }
    emitted
}

fn owned(rows: &[(&str, u64)]) -> Vec<(String, u64)> {
    rows.iter().map(|(key, n)| ((*key).to_owned(), *n)).collect()
}

fn key(row: &Row) -> &Str {
    &row.0
}

fn add(kept: &mut Row, row: &mut Row) -> Result<(), TaskError> {
    kept.1 += row.1;
    Ok(())
}

/// Renames the key at each record but the first.
fn add_and_rename(kept: &mut Row, row: &mut Row) -> Result<(), TaskError> {
    kept.0 = Str::from(format!("{}+", kept.0).as_str());
    add(kept, row)
}

#[test]
fn keys_borrowed_and_computed_are_treated_alike() {
    let batches: &[&[(&str, u64)]] = &[&[("a", 1), ("b", 10), ("a", 2)], &[("a", 3), ("b", 20)]];
    let updates = owned(&[("a", 1), ("b", 10), ("a", 3), ("a", 6), ("b", 30)]);
    assert_eq!(run(ByRef(key), add, false, batches), updates);
    assert_eq!(run(ByValue(|row: &Row| row.0.clone()), add, false, batches), updates);
    assert_eq!(run(ByRef(key), add, true, batches), owned(&[("a", 6), ("b", 30)]));
}

/// A function may change the field that is the key; the state stays under the key the records come with.
#[test]
fn a_key_changed_by_the_function_keeps_its_state() {
    let batches: &[&[(&str, u64)]] =
        &[&[("a", 1), ("a+", 100), ("a", 2), ("a", 3), ("b", 10)], &[("a", 4), ("a+", 200)]];
    let updates = owned(&[("a", 1), ("a+", 100), ("a+", 3), ("a++", 6), ("b", 10), ("a+++", 10), ("a++", 300)]);
    assert_eq!(run(ByRef(key), add_and_rename, false, batches), updates);
    assert_eq!(run(ByValue(|row: &Row| row.0.clone()), add_and_rename, false, batches), updates);
    let ends = owned(&[("b", 10), ("a+++", 10), ("a++", 300)]);
    assert_eq!(run(ByRef(key), add_and_rename, true, batches), ends);
}

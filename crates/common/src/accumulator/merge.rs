//! What subtasks reported, by name.

use super::{Accumulator, AccumulatorError};
use std::collections::BTreeMap;

/// Every accumulator of these reports, `(name, bytes)`, merged over subtasks; an error for a name that has no value.
pub fn merge<'a>(
    reports: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> BTreeMap<String, Result<Accumulator, AccumulatorError>> {
    let mut merged = BTreeMap::new();
    for (name, bytes) in reports {
        let read = Accumulator::decode(bytes).ok_or_else(|| AccumulatorError::Unreadable { name: name.to_owned() });
        let together = match (merged.remove(name), read) {
            (None, read) => read,
            (Some(Ok(before)), Ok(read)) => both(name, &before, &read),
            // The first error stays.
            (Some(Err(error)), _) | (Some(Ok(_)), Err(error)) => Err(error),
        };
        merged.insert(name.to_owned(), together);
    }
    merged
}

/// The same reports with fewer entries: one for each name and kind. Merged, they come to the same, errors included; so they
/// can travel on.
pub fn compact<'a>(reports: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<(String, Vec<u8>)> {
    let mut merged: BTreeMap<(&str, &str), Accumulator> = BTreeMap::new();
    let mut unreadable: BTreeMap<&str, &[u8]> = BTreeMap::new();
    for (name, bytes) in reports {
        let Some(read) = Accumulator::decode(bytes) else {
            unreadable.insert(name, bytes);
            continue;
        };
        let key = (name, read.kind());
        let together = merged.get(&key).and_then(|before| before.merge(&read)).unwrap_or(read);
        merged.insert(key, together);
    }
    let readable = merged.into_iter().map(|((name, _), value)| (name.to_owned(), value.encode()));
    readable.chain(unreadable.into_iter().map(|(name, bytes)| (name.to_owned(), bytes.to_vec()))).collect()
}

fn both(name: &str, before: &Accumulator, read: &Accumulator) -> Result<Accumulator, AccumulatorError> {
    let kinds = || AccumulatorError::Kinds { name: name.to_owned(), first: before.kind(), second: read.kind() };
    before.merge(read).ok_or_else(kinds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Accumulator::*;

    fn borrowed(reports: &[(String, Vec<u8>)]) -> impl Iterator<Item = (&str, &[u8])> {
        reports.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
    }

    fn reports() -> Vec<(String, Vec<u8>)> {
        let of = |name: &str, value: Accumulator| (name.to_owned(), value.encode());
        vec![
            of("lines", LongCounter(1)),
            of("longest", LongMaximum(80)),
            of("both", LongCounter(1)),
            of("lines", LongCounter(2)),
            of("longest", LongMaximum(70)),
            of("both", DoubleCounter(1.0)),
            of("both", LongCounter(1)),
            of("broken", LongCounter(3)),
            ("broken".to_owned(), vec![1, 2]),
            of("broken", LongCounter(3)),
        ]
    }

    #[test]
    fn names_are_merged_and_those_without_value_say_why() {
        let merged = merge(borrowed(&reports()));
        assert_eq!(merged.get("lines"), Some(&Ok(LongCounter(3))));
        assert_eq!(merged.get("longest"), Some(&Ok(LongMaximum(80))));
        let error = merged.get("both").unwrap().as_ref().unwrap_err();
        let sentence = "the accumulator `both` is a LongCounter in one place and a DoubleCounter in another: give them different names";
        assert_eq!(error.to_string(), sentence);
        assert_eq!(merged.get("broken"), Some(&Err(AccumulatorError::Unreadable { name: "broken".to_owned() })));
        assert_eq!(merged.len(), 4);
    }

    #[test]
    fn fewer_reports_come_to_the_same() {
        let compact = compact(borrowed(&reports()));
        assert_eq!(compact.len(), 6, "{compact:?}");
        let (all, fewer) = (merge(borrowed(&reports())), merge(borrowed(&compact)));
        assert!(fewer.get("both").is_some_and(Result::is_err));
        for name in ["lines", "longest", "broken"] {
            assert_eq!(all.get(name), fewer.get(name));
        }
    }
}

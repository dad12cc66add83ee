//! The bytes of an accumulator.

use super::Accumulator;
use std::collections::BTreeMap;

impl Accumulator {
    /// As subtasks report it.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Accumulator::LongCounter(n) => number(1, n.to_le_bytes()),
            Accumulator::DoubleCounter(x) => number(2, x.to_le_bytes()),
            Accumulator::LongMinimum(n) => number(3, n.to_le_bytes()),
            Accumulator::LongMaximum(n) => number(4, n.to_le_bytes()),
            Accumulator::DoubleMinimum(x) => number(5, x.to_le_bytes()),
            Accumulator::DoubleMaximum(x) => number(6, x.to_le_bytes()),
            Accumulator::Average { sum, count } => {
                let mut bytes = number(7, sum.to_le_bytes());
                bytes.extend(count.to_le_bytes());
                bytes
            }
            Accumulator::IntCounter(n) => number(8, n.to_le_bytes()),
            Accumulator::Histogram(counts) => histogram(counts),
        }
    }

    /// From what a subtask reported; `None` for bytes that are no accumulator this version knows.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (kind, mut rest) = bytes.split_first()?;
        let bytes = &mut rest;
        let value = match kind {
            1 => Accumulator::LongCounter(i64::from_le_bytes(take(bytes)?)),
            2 => Accumulator::DoubleCounter(f64::from_le_bytes(take(bytes)?)),
            3 => Accumulator::LongMinimum(i64::from_le_bytes(take(bytes)?)),
            4 => Accumulator::LongMaximum(i64::from_le_bytes(take(bytes)?)),
            5 => Accumulator::DoubleMinimum(f64::from_le_bytes(take(bytes)?)),
            6 => Accumulator::DoubleMaximum(f64::from_le_bytes(take(bytes)?)),
            7 => {
                Accumulator::Average { sum: f64::from_le_bytes(take(bytes)?), count: u64::from_le_bytes(take(bytes)?) }
            }
            8 => Accumulator::IntCounter(i32::from_le_bytes(take(bytes)?)),
            9 => Accumulator::Histogram(counts(bytes)?),
            _ => return None,
        };
        bytes.is_empty().then_some(value)
    }
}

fn number<const N: usize>(kind: u8, number: [u8; N]) -> Vec<u8> {
    [&[kind], &number[..]].concat()
}

fn histogram(counts: &BTreeMap<i32, u64>) -> Vec<u8> {
    let values = u32::try_from(counts.len()).unwrap_or(u32::MAX);
    let mut bytes = number(9, values.to_le_bytes());
    for (value, count) in counts.iter().take(values as usize) {
        bytes.extend(value.to_le_bytes());
        bytes.extend(count.to_le_bytes());
    }
    bytes
}

/// Nothing is set aside for what the bytes only claim to hold.
fn counts(bytes: &mut &[u8]) -> Option<BTreeMap<i32, u64>> {
    let values = u32::from_le_bytes(take(bytes)?);
    let mut counts = BTreeMap::new();
    for _ in 0..values {
        let value = i32::from_le_bytes(take(bytes)?);
        if counts.last_key_value().is_some_and(|(last, _)| *last >= value) {
            return None;
        }
        counts.insert(value, u64::from_le_bytes(take(bytes)?));
    }
    Some(counts)
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Accumulator::*;

    /// What is written here is read by clusters of other versions.
    fn golden() -> Vec<(Accumulator, Vec<u8>)> {
        vec![
            (LongCounter(-2), vec![1, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            (DoubleCounter(1.5), vec![2, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f]),
            (LongMinimum(i64::MAX), vec![3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
            (LongMaximum(258), vec![4, 2, 1, 0, 0, 0, 0, 0, 0]),
            (DoubleMinimum(f64::INFINITY), vec![5, 0, 0, 0, 0, 0, 0, 0xf0, 0x7f]),
            (DoubleMaximum(-0.5), vec![6, 0, 0, 0, 0, 0, 0, 0xe0, 0xbf]),
            (Average { sum: 1.5, count: 3 }, vec![7, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 3, 0, 0, 0, 0, 0, 0, 0]),
            (IntCounter(-2), vec![8, 0xfe, 0xff, 0xff, 0xff]),
            (
                Histogram(BTreeMap::from([(-1, 2), (7, 1)])),
                vec![9, 2, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0],
            ),
        ]
    }

    #[test]
    fn the_format_is_what_it_was() {
        for (value, bytes) in golden() {
            assert_eq!(value.encode(), bytes, "{value:?}");
            assert_eq!(Accumulator::decode(&bytes), Some(value));
        }
    }

    #[test]
    fn what_is_cut_longer_or_unknown_is_nothing() {
        for (value, bytes) in golden() {
            for length in 0..bytes.len() {
                assert_eq!(Accumulator::decode(bytes.get(..length).unwrap()), None, "{value:?} cut to {length}");
            }
            assert_eq!(Accumulator::decode(&[&bytes[..], &[0]].concat()), None, "{value:?}");
        }
        for kind in [0, 10, 255] {
            assert_eq!(Accumulator::decode(&[kind, 0, 0, 0, 0, 0, 0, 0, 0]), None);
        }
    }

    #[test]
    fn a_histogram_that_lies_is_nothing() {
        let mut claims = vec![9, 0xff, 0xff, 0xff, 0xff];
        assert_eq!(Accumulator::decode(&claims), None, "four billion values that are not there");
        let twice = [&[7, 0, 0, 0][..], &[1, 0, 0, 0, 0, 0, 0, 0]].concat();
        claims = [&[9, 2, 0, 0, 0][..], &twice, &twice].concat();
        assert_eq!(Accumulator::decode(&claims), None, "one value twice");
    }
}

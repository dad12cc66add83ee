//! Accumulators: what the subtasks of a job add up for its user.
//!
//! Subtasks report each as bytes, `[kind: u8] [value]`, numbers little-endian; whoever shows them merges those of the same name.

use std::fmt;

/// The value of an accumulator, of one subtask or of several merged.
#[derive(Clone, Debug, PartialEq)]
pub enum Accumulator {
    /// A sum of whole numbers.
    LongCounter(i64),
    /// A sum.
    DoubleCounter(f64),
    /// The least whole number.
    LongMinimum(i64),
    /// The greatest whole number.
    LongMaximum(i64),
    /// The least number.
    DoubleMinimum(f64),
    /// The greatest number.
    DoubleMaximum(f64),
    /// A mean.
    Average {
        /// The sum.
        sum: f64,
        /// Of how many numbers.
        count: u64,
    },
}

impl Accumulator {
    /// As subtasks report it.
    pub fn encode(&self) -> Vec<u8> {
        let (kind, number) = match *self {
            Accumulator::LongCounter(n) => (1, n.to_le_bytes()),
            Accumulator::DoubleCounter(x) => (2, x.to_le_bytes()),
            Accumulator::LongMinimum(n) => (3, n.to_le_bytes()),
            Accumulator::LongMaximum(n) => (4, n.to_le_bytes()),
            Accumulator::DoubleMinimum(x) => (5, x.to_le_bytes()),
            Accumulator::DoubleMaximum(x) => (6, x.to_le_bytes()),
            Accumulator::Average { sum, .. } => (7, sum.to_le_bytes()),
        };
        let mut bytes = [&[kind], &number[..]].concat();
        if let Accumulator::Average { count, .. } = self {
            bytes.extend(count.to_le_bytes());
        }
        bytes
    }

    /// From what a subtask reported; `None` for bytes that are no accumulator this version knows.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        let (number, rest) = rest.split_first_chunk()?;
        let (long, double) = (i64::from_le_bytes(*number), f64::from_le_bytes(*number));
        let average = || Some(Accumulator::Average { sum: double, count: u64::from_le_bytes(rest.try_into().ok()?) });
        match (kind, rest.is_empty()) {
            (1, true) => Some(Accumulator::LongCounter(long)),
            (2, true) => Some(Accumulator::DoubleCounter(double)),
            (3, true) => Some(Accumulator::LongMinimum(long)),
            (4, true) => Some(Accumulator::LongMaximum(long)),
            (5, true) => Some(Accumulator::DoubleMinimum(double)),
            (6, true) => Some(Accumulator::DoubleMaximum(double)),
            (7, false) => average(),
            _ => None,
        }
    }

    /// The two as one; `None` when they are of different kinds.
    pub fn merge(&self, other: &Self) -> Option<Self> {
        use Accumulator::*;
        Some(match (self, other) {
            (LongCounter(a), LongCounter(b)) => LongCounter(a.wrapping_add(*b)),
            (DoubleCounter(a), DoubleCounter(b)) => DoubleCounter(a + b),
            (LongMinimum(a), LongMinimum(b)) => LongMinimum(*a.min(b)),
            (LongMaximum(a), LongMaximum(b)) => LongMaximum(*a.max(b)),
            (DoubleMinimum(a), DoubleMinimum(b)) => DoubleMinimum(a.min(*b)),
            (DoubleMaximum(a), DoubleMaximum(b)) => DoubleMaximum(a.max(*b)),
            (Average { sum, count }, Average { sum: more, count: others }) => {
                Average { sum: sum + more, count: count.saturating_add(*others) }
            }
            _ => return None,
        })
    }

    /// The name of its kind, as clients of the REST API know it.
    pub fn kind(&self) -> &'static str {
        match self {
            Accumulator::LongCounter(_) => "LongCounter",
            Accumulator::DoubleCounter(_) => "DoubleCounter",
            Accumulator::LongMinimum(_) => "LongMinimum",
            Accumulator::LongMaximum(_) => "LongMaximum",
            Accumulator::DoubleMinimum(_) => "DoubleMinimum",
            Accumulator::DoubleMaximum(_) => "DoubleMaximum",
            Accumulator::Average { .. } => "AverageAccumulator",
        }
    }
}

impl fmt::Display for Accumulator {
    /// Its value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Accumulator::LongCounter(n) | Accumulator::LongMinimum(n) | Accumulator::LongMaximum(n) => write!(f, "{n}"),
            Accumulator::DoubleCounter(x) | Accumulator::DoubleMinimum(x) | Accumulator::DoubleMaximum(x) => {
                write!(f, "{x:?}")
            }
            Accumulator::Average { sum, count } => write!(f, "{:?}", sum / (*count).max(1) as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> Vec<(Accumulator, Accumulator, &'static str)> {
        use Accumulator::*;
        vec![
            (LongCounter(5), LongCounter(-7), "-2"),
            (DoubleCounter(0.5), DoubleCounter(1.5), "2.0"),
            (LongMinimum(5), LongMinimum(-7), "-7"),
            (LongMaximum(5), LongMaximum(-7), "5"),
            (DoubleMinimum(0.5), DoubleMinimum(1.5), "0.5"),
            (DoubleMaximum(0.5), DoubleMaximum(1.5), "1.5"),
            (Average { sum: 3.0, count: 1 }, Average { sum: 1.0, count: 3 }, "1.0"),
        ]
    }

    #[test]
    fn they_are_read_as_written_and_merged_by_kind() {
        for (a, b, merged) in samples() {
            assert_eq!(Accumulator::decode(&a.encode()), Some(a.clone()));
            assert_eq!(a.merge(&b).map(|merged| merged.to_string()).as_deref(), Some(merged), "{a:?} {b:?}");
            for (other, ..) in samples() {
                assert_eq!(a.merge(&other).is_some(), a.kind() == other.kind());
            }
        }
    }

    #[test]
    fn what_is_cut_longer_or_unknown_is_none() {
        for (a, ..) in samples() {
            let bytes = a.encode();
            assert_eq!(Accumulator::decode(&bytes[..bytes.len() - 1]), None);
            assert_eq!(Accumulator::decode(&[&bytes[..], &[0]].concat()), None);
        }
        assert_eq!(Accumulator::decode(&[99, 0, 0, 0, 0, 0, 0, 0, 0]), None);
        assert_eq!(Accumulator::decode(&[]), None);
    }
}

//! What an accumulator has come to.

use std::collections::BTreeMap;
use std::fmt;

/// The value of an accumulator, of one subtask or of several merged.
#[derive(Clone, Debug, PartialEq)]
pub enum Accumulator {
    /// A sum of whole numbers; it wraps around.
    LongCounter(i64),
    /// A sum.
    DoubleCounter(f64),
    /// The least whole number; the largest there is before the first.
    LongMinimum(i64),
    /// The greatest whole number; the smallest there is before the first.
    LongMaximum(i64),
    /// The least number; infinite before the first.
    DoubleMinimum(f64),
    /// The greatest number; negative and infinite before the first.
    DoubleMaximum(f64),
    /// A mean.
    Average {
        /// The sum.
        sum: f64,
        /// Of how many numbers.
        count: u64,
    },
    /// A sum of small whole numbers; it wraps around.
    IntCounter(i32),
    /// How often each value came.
    Histogram(BTreeMap<i32, u64>),
}

impl Accumulator {
    /// The two as one; `None` when they are of different kinds.
    pub fn merge(&self, other: &Self) -> Option<Self> {
        use Accumulator::*;
        Some(match (self, other) {
            (LongCounter(a), LongCounter(b)) => LongCounter(a.wrapping_add(*b)),
            (IntCounter(a), IntCounter(b)) => IntCounter(a.wrapping_add(*b)),
            (DoubleCounter(a), DoubleCounter(b)) => DoubleCounter(a + b),
            (LongMinimum(a), LongMinimum(b)) => LongMinimum(*a.min(b)),
            (LongMaximum(a), LongMaximum(b)) => LongMaximum(*a.max(b)),
            (DoubleMinimum(a), DoubleMinimum(b)) => DoubleMinimum(a.min(*b)),
            (DoubleMaximum(a), DoubleMaximum(b)) => DoubleMaximum(a.max(*b)),
            (Average { sum, count }, Average { sum: more, count: others }) => {
                Average { sum: sum + more, count: count.saturating_add(*others) }
            }
            (Histogram(a), Histogram(b)) => Histogram(add(a.clone(), b)),
            _ => return None,
        })
    }

    /// The name of its kind, as clients of the REST API know it.
    pub fn kind(&self) -> &'static str {
        match self {
            Accumulator::LongCounter(_) => "LongCounter",
            Accumulator::IntCounter(_) => "IntCounter",
            Accumulator::DoubleCounter(_) => "DoubleCounter",
            Accumulator::LongMinimum(_) => "LongMinimum",
            Accumulator::LongMaximum(_) => "LongMaximum",
            Accumulator::DoubleMinimum(_) => "DoubleMinimum",
            Accumulator::DoubleMaximum(_) => "DoubleMaximum",
            Accumulator::Average { .. } => "AverageAccumulator",
            Accumulator::Histogram(_) => "Histogram",
        }
    }

    /// Its value if it is a whole number.
    pub fn as_i64(&self) -> Option<i64> {
        match *self {
            Accumulator::LongCounter(n) | Accumulator::LongMinimum(n) | Accumulator::LongMaximum(n) => Some(n),
            Accumulator::IntCounter(n) => Some(n.into()),
            _ => None,
        }
    }

    /// Its value if it is one number; that of an average is the mean, 0 of nothing.
    pub fn as_f64(&self) -> Option<f64> {
        match *self {
            Accumulator::DoubleCounter(x) | Accumulator::DoubleMinimum(x) | Accumulator::DoubleMaximum(x) => Some(x),
            Accumulator::Average { sum, count } => Some(sum / count.max(1) as f64),
            _ => self.as_i64().map(|n| n as f64),
        }
    }

    /// How often each value came, if it is a histogram.
    pub fn as_histogram(&self) -> Option<&BTreeMap<i32, u64>> {
        match self {
            Accumulator::Histogram(counts) => Some(counts),
            _ => None,
        }
    }
}

fn add(mut sum: BTreeMap<i32, u64>, more: &BTreeMap<i32, u64>) -> BTreeMap<i32, u64> {
    for (value, count) in more {
        let sum = sum.entry(*value).or_default();
        *sum = sum.saturating_add(*count);
    }
    sum
}

impl fmt::Display for Accumulator {
    /// Its value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Accumulator::LongCounter(n) | Accumulator::LongMinimum(n) | Accumulator::LongMaximum(n) => write!(f, "{n}"),
            Accumulator::IntCounter(n) => write!(f, "{n}"),
            Accumulator::DoubleCounter(x) | Accumulator::DoubleMinimum(x) | Accumulator::DoubleMaximum(x) => {
                write!(f, "{x:?}")
            }
            Accumulator::Average { sum, count } => write!(f, "{:?}", sum / (*count).max(1) as f64),
            Accumulator::Histogram(counts) => f.debug_map().entries(counts).finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Accumulator::*;

    #[test]
    fn values_of_one_kind_are_merged() {
        let histogram = |counts: &[(i32, u64)]| Histogram(counts.iter().copied().collect());
        let cases = [
            (LongCounter(5), LongCounter(-7), LongCounter(-2), "-2"),
            (IntCounter(i32::MAX), IntCounter(1), IntCounter(i32::MIN), "-2147483648"),
            (DoubleCounter(0.5), DoubleCounter(1.5), DoubleCounter(2.0), "2.0"),
            (LongMinimum(5), LongMinimum(-7), LongMinimum(-7), "-7"),
            (LongMaximum(5), LongMaximum(-7), LongMaximum(5), "5"),
            (DoubleMinimum(0.5), DoubleMinimum(f64::INFINITY), DoubleMinimum(0.5), "0.5"),
            (DoubleMaximum(0.5), DoubleMaximum(1.5), DoubleMaximum(1.5), "1.5"),
            (Average { sum: 3.0, count: 1 }, Average { sum: 1.0, count: 3 }, Average { sum: 4.0, count: 4 }, "1.0"),
            (histogram(&[(1, 2), (3, 1)]), histogram(&[(3, 4)]), histogram(&[(1, 2), (3, 5)]), "{1: 2, 3: 5}"),
        ];
        for (a, b, merged, shown) in &cases {
            assert_eq!(a.merge(b).as_ref(), Some(merged));
            assert_eq!(merged.to_string(), *shown);
            for (other, ..) in &cases {
                assert_eq!(a.merge(other).is_some(), a.kind() == other.kind());
            }
        }
    }

    #[test]
    fn values_as_numbers() {
        assert_eq!(IntCounter(-3).as_i64(), Some(-3));
        assert_eq!(LongMaximum(4).as_f64(), Some(4.0));
        assert_eq!(Average { sum: 3.0, count: 2 }.as_f64(), Some(1.5));
        assert_eq!(Average { sum: 0.0, count: 0 }.as_f64(), Some(0.0));
        assert_eq!(DoubleCounter(1.0).as_i64(), None);
        assert_eq!(Histogram(BTreeMap::new()).as_f64(), None);
    }
}

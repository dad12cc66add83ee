//! One metric.

use std::fmt;

/// A name and a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Metric {
    pub(crate) name: &'static str,
    pub(crate) value: MetricValue,
}

/// A value of a metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum MetricValue {
    Count(u64),
    /// A whole number that can be negative.
    Signed(i64),
    Real(f64),
    Flag(bool),
}

impl Metric {
    pub(crate) fn count(name: &'static str, value: u64) -> Self {
        Metric { name, value: MetricValue::Count(value) }
    }

    pub(crate) fn signed(name: &'static str, value: i64) -> Self {
        Metric { name, value: MetricValue::Signed(value) }
    }

    pub(crate) fn real(name: &'static str, value: f64) -> Self {
        Metric { name, value: MetricValue::Real(value) }
    }

    pub(crate) fn flag(name: &'static str, value: bool) -> Self {
        Metric { name, value: MetricValue::Flag(value) }
    }
}

impl MetricValue {
    /// As a number, to be aggregated; `None` for a flag.
    pub(crate) fn number(self) -> Option<f64> {
        match self {
            MetricValue::Count(n) => Some(n as f64),
            MetricValue::Signed(n) => Some(n as f64),
            MetricValue::Real(x) => Some(x),
            MetricValue::Flag(_) => None,
        }
    }
}

impl fmt::Display for MetricValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MetricValue::Count(n) => write!(f, "{n}"),
            MetricValue::Signed(n) => write!(f, "{n}"),
            MetricValue::Real(x) => write!(f, "{x:?}"),
            MetricValue::Flag(flag) => write!(f, "{flag}"),
        }
    }
}

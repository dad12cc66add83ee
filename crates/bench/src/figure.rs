//! A figure beside its floor.

use crate::row::median;
use anyhow::{Context, Result};
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// What was found.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    figure: Cow<'static, str>,
    value: f64,
    unit: &'static str,
    floor: Floor,
    /// The lowest and the highest that runs came to.
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<(f64, f64)>,
}

/// What a figure has to keep to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Floor {
    AtMost(f64),
    AtLeast(f64),
    /// It explains another one.
    None,
}

pub(crate) const HEADER: &str =
    "figure                                                          found            floor  met  range";

impl Figure {
    pub(crate) fn new(figure: impl Into<Cow<'static, str>>, value: f64, unit: &'static str, floor: Floor) -> Self {
        Figure { figure: figure.into(), value, unit, floor, range: None }
    }

    /// The middle of what several runs came to, with how far they were apart.
    pub(crate) fn median(figure: &'static str, values: Vec<f64>, unit: &'static str, floor: Floor) -> Result<Self> {
        let range = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)));
        let value = median(values).with_context(|| format!("nothing was measured of: {figure}"))?;
        Ok(Figure { range: Some(range), ..Figure::new(figure, value, unit, floor) })
    }

    pub(crate) fn value(&self) -> f64 {
        self.value
    }

    /// The figure as a line of a report: for people, or as JSON.
    pub(crate) fn line(&self, bench: &'static str, json: bool) -> serde_json::Result<String> {
        if json { serde_json::to_string(&Line { bench, figure: self }) } else { Ok(self.to_string()) }
    }

    fn met(&self) -> &'static str {
        let met = match self.floor {
            Floor::AtMost(floor) => self.value <= floor,
            Floor::AtLeast(floor) => self.value >= floor,
            Floor::None => return "",
        };
        if met { "yes" } else { "no" }
    }
}

/// A figure with the benchmark that it is of.
#[derive(Serialize)]
struct Line<'a> {
    bench: &'static str,
    #[serde(flatten)]
    figure: &'a Figure,
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let floor = match self.floor {
            Floor::AtMost(floor) => format!("≤ {floor} {}", self.unit),
            Floor::AtLeast(floor) => format!("≥ {floor} {}", self.unit),
            Floor::None => String::new(),
        };
        let found = format!("{} {}", rounded(self.value), self.unit);
        let range = self.range.map(|(low, high)| format!("{} to {}", rounded(low), rounded(high))).unwrap_or_default();
        let line = format!("{:<56} {found:>12} {floor:>16}  {:<3}  {range}", self.figure, self.met());
        f.write_str(line.trim_end())
    }
}

fn rounded(value: f64) -> String {
    format!("{value:.*}", if value < 10.0 { 2 } else { 1 })
}

impl Serialize for Floor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Floor::AtMost(floor) | Floor::AtLeast(floor) => serializer.serialize_some(floor),
            Floor::None => serializer.serialize_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_whether_a_floor_is_met() {
        let line = |value, floor| Figure::new("a figure", value, "ms", floor).to_string();
        assert!(line(20.0, Floor::AtMost(20.0)).ends_with("20.0 ms          ≤ 20 ms  yes"));
        assert!(line(20.1, Floor::AtMost(20.0)).ends_with("no"));
        assert!(line(0.79, Floor::AtLeast(0.8)).ends_with("0.79 ms         ≥ 0.8 ms  no"));
        assert!(line(1.0, Floor::None).ends_with("1.00 ms"));
    }

    #[test]
    fn a_median_says_how_far_the_runs_were_apart() {
        let median = Figure::median("a", vec![12.0, 1.5, 3.0], "s", Floor::AtMost(2.0)).unwrap();
        assert!(median.to_string().ends_with("3.00 s            ≤ 2 s  no   1.50 to 12.0"), "{median}");
        assert!(median.line("yarn", true).unwrap().ends_with(r#""floor":2.0,"range":[1.5,12.0]}"#));
        assert!(Figure::median("a", vec![], "s", Floor::None).is_err());
    }

    #[test]
    fn json_has_the_form_every_figure_keeps() {
        let json = |floor| Figure::new("a", 1.5, "s", floor).line("cluster", true).unwrap();
        let expected = |floor| format!(r#"{{"bench":"cluster","figure":"a","value":1.5,"unit":"s","floor":{floor}}}"#);
        assert_eq!(json(Floor::AtMost(2.0)), expected("2.0"));
        assert_eq!(json(Floor::AtLeast(0.5)), expected("0.5"));
        assert_eq!(json(Floor::None), expected("null"));
    }
}

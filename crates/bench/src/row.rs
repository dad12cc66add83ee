//! One row of a report: what is to be measured, and what was.

use crate::usage::Usage;
use crate::workload::Workload;
use crate::{engine, hand};
use anyhow::{Context, Result};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Instant;

/// Who does the work.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Who {
    /// The hand-written program.
    Hand,
    /// The engine.
    Weft,
}

/// What one child process measures.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct RowSpec {
    pub(crate) who: Who,
    pub(crate) parallelism: usize,
    pub(crate) workload: Workload,
}

impl RowSpec {
    /// The opposite of its JSON, the form in which a child process is told.
    pub(crate) fn parse(json: &str) -> Result<Self> {
        serde_json::from_str(json).context("reading the description of a row")
    }
}

impl fmt::Display for RowSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.who {
            Who::Hand => write!(f, "{} by hand", self.workload.name()),
            Who::Weft => write!(f, "{} by weft, p = {}", self.workload.name(), self.parallelism),
        }
    }
}

/// What was measured. Its JSON is the form every benchmark reports in.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Row {
    /// The workload's name.
    pub(crate) bench: String,
    pub(crate) who: Who,
    pub(crate) parallelism: usize,
    /// Records taken in.
    pub(crate) records: u64,
    /// Bytes of input, see [`Workload::bytes`].
    pub(crate) bytes: u64,
    /// From the start of the program to its result.
    pub(crate) wall_s: f64,
    /// User and system time of the process, from its birth.
    pub(crate) cpu_s: f64,
    /// The most memory that was ever resident.
    pub(crate) peak_rss_bytes: u64,
}

impl Row {
    /// Does the work in this process, which should have done nothing else before.
    pub(crate) fn measure(spec: &RowSpec) -> Result<Self> {
        let start = Instant::now();
        let records = match spec.who {
            Who::Hand => hand::run(&spec.workload)?,
            Who::Weft => engine::run(&spec.workload, spec.parallelism)?,
        };
        let (wall, usage) = (start.elapsed(), Usage::of_this_process()?);
        Ok(Row {
            bench: spec.workload.name().to_owned(),
            who: spec.who,
            parallelism: spec.parallelism,
            records,
            bytes: spec.workload.bytes()?,
            wall_s: wall.as_secs_f64(),
            cpu_s: usage.cpu.as_secs_f64(),
            peak_rss_bytes: usage.peak_rss_bytes,
        })
    }

    /// The median of each figure over runs of one row; `None` of no runs.
    pub(crate) fn median(runs: &[Row]) -> Option<Row> {
        let of = |figure: fn(&Row) -> f64| median(runs.iter().map(figure).collect());
        let first = runs.first()?;
        Some(Row {
            wall_s: of(|r| r.wall_s)?,
            cpu_s: of(|r| r.cpu_s)?,
            peak_rss_bytes: of(|r| r.peak_rss_bytes as f64)? as u64,
            ..first.clone()
        })
    }
}

/// The middle one, or the mean of the two in the middle.
pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    let lower = *values.get((values.len() - 1) / 2)?;
    Some((lower + upper) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0]), Some(3.0));
        assert_eq!(median(vec![9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![9.0, 1.0, 2.0, 4.0]), Some(3.0));
    }

    #[test]
    fn each_figure_has_its_own_median() {
        let row = |wall_s, cpu_s, peak_rss_bytes| Row {
            bench: "chain".to_owned(),
            who: Who::Hand,
            parallelism: 1,
            records: 7,
            bytes: 56,
            wall_s,
            cpu_s,
            peak_rss_bytes,
        };
        let median = Row::median(&[row(1.0, 6.0, 30), row(2.0, 5.0, 10), row(3.0, 4.0, 20)]);
        assert_eq!(median, Some(row(2.0, 5.0, 20)));
    }

    #[test]
    fn json_has_the_form_every_benchmark_keeps() {
        let spec = RowSpec { who: Who::Hand, parallelism: 1, workload: Workload::Chain { records: 1000 } };
        let json = serde_json::to_string(&Row::measure(&spec).unwrap()).unwrap();
        let keys = ["bench", "who", "parallelism", "records", "bytes", "wall_s", "cpu_s", "peak_rss_bytes"];
        let places: Vec<_> = keys.iter().map(|key| json.find(&format!("\"{key}\":")).unwrap()).collect();
        assert!(places.is_sorted(), "{json}");
        assert!(
            json.starts_with(r#"{"bench":"chain","who":"hand","parallelism":1,"records":1000,"bytes":8000,"#),
            "{json}"
        );
    }

    #[test]
    fn a_child_is_told_its_row_as_json() {
        let workload = Workload::WordCount { input: "a b/c".into() };
        let spec = RowSpec { who: Who::Weft, parallelism: 2, workload };
        assert_eq!(RowSpec::parse(&serde_json::to_string(&spec).unwrap()).unwrap(), spec);
    }
}

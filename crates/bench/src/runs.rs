//! Measuring a workload's rows in turn, each in a process of its own.

use crate::args::Plan;
use crate::row::{Row, RowSpec, Who};
use crate::workload::Workload;
use anyhow::{Context, Result, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use std::env;
use std::process::{Command, Stdio};
use std::thread;

/// The median of every row the plan asks for: by hand, then by the engine with rising parallelism.
pub(crate) fn measure(workload: &Workload, plan: &Plan) -> Result<Vec<Row>> {
    let specs = specs(workload, plan, thread::available_parallelism()?.get());
    let mut runs: Vec<Vec<Row>> = vec![Vec::new(); specs.len()];
    let progress = progress(specs.len() as u64 * u64::from(plan.runs))?;
    for _ in 0..plan.runs {
        for (spec, runs) in specs.iter().zip(&mut runs) {
            progress.set_message(spec.to_string());
            runs.push(in_child(spec).with_context(|| format!("measuring {spec}"))?);
            progress.inc(1);
        }
    }
    progress.finish_and_clear();
    let rows: Vec<Row> = runs.iter().filter_map(|runs| Row::median(runs)).collect();
    same_work(&rows)?;
    Ok(rows)
}

fn specs(workload: &Workload, plan: &Plan, cores: usize) -> Vec<RowSpec> {
    let mut all = vec![(Who::Hand, 1), (Who::Weft, 1)];
    if cores > 1 {
        all.push((Who::Weft, cores));
    }
    let asked = all.into_iter().filter(|(who, _)| plan.who.contains(who));
    asked.map(|(who, parallelism)| RowSpec { who, parallelism, workload: workload.clone() }).collect()
}

/// Runs this binary again for one row and reads the row from the last line it prints.
fn in_child(spec: &RowSpec) -> Result<Row> {
    let binary = env::current_exe().context("finding this program's own file")?;
    let child = Command::new(binary)
        .args(["row", &serde_json::to_string(spec)?])
        .stdin(Stdio::null())
        .output()
        .context("starting a child process")?;
    if !child.status.success() {
        let said = String::from_utf8_lossy(&child.stderr);
        bail!("its process ended with {}: {}", child.status, said.trim().trim_start_matches("weft-bench: "));
    }
    let printed = String::from_utf8_lossy(&child.stdout);
    let last = printed.lines().next_back().unwrap_or_default();
    serde_json::from_str(last).with_context(|| format!("reading its result from {last:?}"))
}

/// A program that skips records is fast; no row may pass that way.
fn same_work(rows: &[Row]) -> Result<()> {
    let Some(first) = rows.first() else { return Ok(()) };
    for row in rows {
        ensure!(
            (row.records, row.bytes) == (first.records, first.bytes),
            "the rows of {} did different work: {:?} took in {} records of {} bytes, {:?} {} of {}",
            row.bench,
            first.who,
            first.records,
            first.bytes,
            row.who,
            row.records,
            row.bytes
        );
    }
    Ok(())
}

/// On standard error, and only on a terminal.
fn progress(steps: u64) -> Result<ProgressBar> {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} (about {eta} left)")?;
    Ok(ProgressBar::new(steps).with_style(style))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(who: &[Who]) -> Plan {
        Plan { runs: 1, json: false, who: who.to_vec() }
    }

    fn rows_of(plan: &Plan, cores: usize) -> Vec<(Who, usize)> {
        let specs = specs(&Workload::Chain { records: 1 }, plan, cores);
        specs.into_iter().map(|spec| (spec.who, spec.parallelism)).collect()
    }

    #[test]
    fn rows_are_hand_one_and_all_cores() {
        let both = plan(&[Who::Hand, Who::Weft]);
        assert_eq!(rows_of(&both, 4), [(Who::Hand, 1), (Who::Weft, 1), (Who::Weft, 4)]);
        assert_eq!(rows_of(&both, 1), [(Who::Hand, 1), (Who::Weft, 1)]);
        assert_eq!(rows_of(&plan(&[Who::Weft]), 2), [(Who::Weft, 1), (Who::Weft, 2)]);
    }

    #[test]
    fn a_row_that_skipped_records_is_refused() {
        let spec = |records| RowSpec { who: Who::Hand, parallelism: 1, workload: Workload::Chain { records } };
        let [all, fewer] = [10, 9].map(|records| Row::measure(&spec(records)).unwrap());
        same_work(&[all.clone(), all.clone()]).unwrap();
        let error = same_work(&[all, fewer]).unwrap_err().to_string();
        assert!(error.contains("different work"), "{error}");
    }
}

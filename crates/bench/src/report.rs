//! Rows as a table for people or as JSON for programs.

use crate::args::Plan;
use crate::row::{Row, Who};
use crate::workload::Workload;
use std::io::{self, Write};

/// Writes the rows as the plan asks.
pub(crate) fn write(out: &mut impl Write, workload: &Workload, rows: &[Row], plan: &Plan) -> io::Result<()> {
    if plan.json { json(out, rows) } else { table(out, workload, rows, plan.runs) }
}

fn json(out: &mut impl Write, rows: &[Row]) -> io::Result<()> {
    rows.iter().try_for_each(|row| writeln!(out, "{}", serde_json::to_string(row)?))
}

fn table(out: &mut impl Write, workload: &Workload, rows: &[Row], runs: u32) -> io::Result<()> {
    let Some(first) = rows.first() else { return Ok(()) };
    let title = format!("{} {}", workload.name(), workload.sizes());
    let megabytes = first.bytes as f64 / 1e6;
    writeln!(out, "{}: {} records, {megabytes:.1} MB; median of {runs} runs", title.trim(), first.records)?;
    writeln!(out, "{}", HEADER.trim_end())?;
    let hand = rows.iter().find(|row| row.who == Who::Hand);
    rows.iter().try_for_each(|row| writeln!(out, "{}", line(row, hand)))
}

const HEADER: &str = "who   p   wall s    cpu s  cpu ns/record  M records/cpu-s  peak MB  speed by cpu, hand = 1";

fn line(row: &Row, hand: Option<&Row>) -> String {
    let who = if row.who == Who::Hand { "hand" } else { "weft" };
    let records = row.records as f64;
    let ratio = hand.map_or_else(|| "-".to_owned(), |hand| format!("{:.2}", hand.cpu_s / row.cpu_s));
    format!(
        "{who} {:>3} {:>8.3} {:>8.3} {:>14.2} {:>16.2} {:>8.1} {ratio:>23}",
        row.parallelism,
        row.wall_s,
        row.cpu_s,
        row.cpu_s * 1e9 / records,
        records / row.cpu_s / 1e6,
        row.peak_rss_bytes as f64 / 1e6,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(who: Who, cpu_s: f64) -> Row {
        Row {
            bench: "keyed-sum".to_owned(),
            who,
            parallelism: 1,
            records: 1_000_000,
            bytes: 16_000_000,
            wall_s: 0.5,
            cpu_s,
            peak_rss_bytes: 2_000_000,
        }
    }

    fn written(rows: &[Row], json: bool) -> String {
        let plan = Plan { runs: 5, json, who: vec![] };
        let mut out = Vec::new();
        write(&mut out, &Workload::KeyedSum { records: 1_000_000, keys: 1000 }, rows, &plan).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_table_compares_cpu_time_with_the_program_by_hand() {
        let table = written(&[row(Who::Hand, 0.4), row(Who::Weft, 0.5)], false);
        let lines: Vec<_> = table.lines().collect();
        assert_eq!(lines[0], "keyed-sum with 1000 keys: 1000000 records, 16.0 MB; median of 5 runs");
        assert_eq!(lines[1], HEADER);
        assert_eq!(
            lines[2].split_whitespace().collect::<Vec<_>>(),
            ["hand", "1", "0.500", "0.400", "400.00", "2.50", "2.0", "1.00"]
        );
        assert!(lines[3].ends_with(" 0.80"), "{table}");
    }

    #[test]
    fn without_the_program_by_hand_there_is_nothing_to_compare() {
        assert!(written(&[row(Who::Weft, 0.5)], false).trim_end().ends_with(" -"));
    }

    #[test]
    fn json_is_one_row_a_line() {
        let json = written(&[row(Who::Hand, 0.4), row(Who::Weft, 0.5)], true);
        let rows: Vec<Row> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(rows, [row(Who::Hand, 0.4), row(Who::Weft, 0.5)]);
    }
}

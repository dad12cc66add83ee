//! A line about the newest job, for whoever watches.

use super::jobs::Jobs;
use crate::output;
use crate::rest::RestClient;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// Between two looks.
const INTERVAL: Duration = Duration::from_millis(500);
/// Characters between a bar's brackets.
const BAR: usize = 20;

/// Shows the newest job until the task is aborted.
pub(super) fn show(client: Arc<RestClient>, jobs: Jobs) -> JoinHandle<()> {
    tokio::spawn(async move {
        let (mut time, mut before) = (tokio::time::interval(INTERVAL), None);
        loop {
            time.tick().await;
            let Some(job) = jobs.newest() else { continue };
            // A look that fails is no news: the job's end is asked for elsewhere, with more patience.
            let Ok(view) = client.json(&format!("/jobs/{job}")).await else { continue };
            let progress = client.json(&format!("/weft/jobs/{job}/progress")).await.unwrap_or_default();
            let seen = Seen { at: Instant::now(), records: records(&view) };
            if jobs.newest() == Some(job) {
                output::passing(line(&view, &progress, rate(before.as_ref(), &seen)));
            }
            before = Some(seen);
        }
    })
}

/// What was counted, and when.
struct Seen {
    at: Instant,
    records: u64,
}

/// Records per second between two looks; `None` without a first one, or when a restart has set counters back.
fn rate(before: Option<&Seen>, now: &Seen) -> Option<u64> {
    let before = before?;
    let records = now.records.checked_sub(before.records)?;
    let seconds = now.at.duration_since(before.at).as_secs_f64();
    Some((records as f64 / seconds.max(0.001)) as u64)
}

fn vertices(view: &Value) -> impl Iterator<Item = &Value> {
    view.get("vertices").and_then(Value::as_array).into_iter().flatten()
}

/// Of the busiest vertex.
fn records(view: &Value) -> u64 {
    let count = |vertex: &Value, name: &str| vertex.get("metrics").and_then(|m| m.get(name)).and_then(Value::as_u64);
    let of = |vertex| count(vertex, "read-records").max(count(vertex, "write-records")).unwrap_or_default();
    vertices(view).map(of).max().unwrap_or_default()
}

/// How much of the input was read, in percent: the least of all sources, once each has said how much there is.
fn percent(progress: &Value) -> Option<u64> {
    let sources = progress.get("sources").and_then(Value::as_array)?;
    let of = |source: &Value| {
        let (done, size) = (source.get("done")?.as_u64()?, source.get("size")?.as_u64()?);
        u128::from(done).saturating_mul(100).checked_div(size.into())?.try_into().ok()
    };
    sources.iter().map(|source| of(source).unwrap_or(0)).min()
}

/// `[=====>              ]  27 %`.
fn bar(percent: u64) -> String {
    let filled = (percent.min(100) as usize * BAR / 100).min(BAR);
    let head = if filled < BAR { ">" } else { "" };
    format!("[{}{head}{}] {percent:>3} %", "=".repeat(filled), " ".repeat(BAR - filled - head.len()))
}

/// `word count RUNNING [==>       ]  27 %: 3 running, 1 finished; 120,000 records/s`.
fn line(view: &Value, progress: &Value, rate: Option<u64>) -> String {
    let text = |name| view.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut tasks: BTreeMap<String, u64> = BTreeMap::new();
    for (state, count) in vertices(view).filter_map(|vertex| vertex.get("tasks")?.as_object()).flatten() {
        *tasks.entry(state.to_lowercase()).or_default() += count.as_u64().unwrap_or_default();
    }
    let tasks: Vec<String> =
        tasks.iter().filter(|(_, count)| **count > 0).map(|(state, count)| format!("{count} {state}")).collect();
    let rate = rate.map(|rate| format!("; {} records/s", grouped(rate))).unwrap_or_default();
    let bar = percent(progress).map(|percent| format!(" {}", bar(percent))).unwrap_or_default();
    format!("{} {}{bar}: {}{rate}", text("name"), text("state"), tasks.join(", "))
}

/// With a comma after every third digit.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_line_tells_states_and_speed() {
        let view = json!({ "name": "word count", "state": "RUNNING", "vertices": [
            { "tasks": { "RUNNING": 1, "FINISHED": 1, "FAILED": 0 }, "metrics": { "read-records": 0, "write-records": 70 } },
            { "tasks": { "RUNNING": 2 }, "metrics": { "read-records": 60, "write-records": 1 } },
        ] });
        let at = Instant::now();
        let before = Seen { at, records: 20 };
        let now = Seen { at: at + Duration::from_millis(10), records: records(&view) };
        assert_eq!(rate(None, &now), None);
        assert_eq!(rate(Some(&now), &before), None, "counters were set back");
        let line = |progress| line(&view, &progress, rate(Some(&before), &now));
        assert_eq!(line(json!({ "sources": [] })), "word count RUNNING: 1 finished, 3 running; 5,000 records/s");
        assert_eq!(line(Value::Null), line(json!({ "sources": [] })));
        let two = json!({ "sources": [{ "done": 9, "size": 10 }, { "done": 27, "size": 100 }] });
        assert_eq!(
            line(two),
            "word count RUNNING [=====>              ]  27 %: 1 finished, 3 running; 5,000 records/s"
        );
        assert_eq!(
            [bar(0), bar(99), bar(100)],
            ["[>                   ]   0 %", "[===================>]  99 %", "[====================] 100 %",]
        );
        assert_eq!([grouped(0), grouped(999), grouped(1_234_567)], ["0", "999", "1,234,567"]);
    }
}

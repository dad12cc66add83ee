//! Several subtasks' numbers in a few.

use super::Io;
use super::span::{LIVE, state_durations};
use crate::states::by_state;
use serde_json::{Map, Value, json};
use weft_rpc::view::AttemptView;

/// Statistics of the counters of some attempts, and of how long each was in each state.
pub(super) fn aggregated(attempts: &[&AttemptView], now: i64) -> Value {
    let counted: Vec<_> = attempts.iter().map(|attempt| Io::over([*attempt]).each()).collect();
    let names = Io::over([]).each().map(|(name, _)| name);
    let metrics = names.into_iter().map(|name| {
        let values = counted.iter().flatten().filter(|(other, _)| *other == name);
        let values = values.map(|(_, value)| i64::try_from(*value).unwrap_or(i64::MAX)).collect();
        (name.to_owned(), statistics(values))
    });
    let metrics = metrics.collect::<Map<_, _>>();
    let durations: Vec<_> = attempts.iter().map(|attempt| state_durations(attempt, now)).collect();
    let of_state = |state| statistics(durations.iter().filter_map(|of| of.get(&state)).copied().collect());
    json!({ "metrics": metrics, "status-duration": by_state(&LIVE, of_state) })
}

/// Percentiles lie between neighbours as R's type 6 has it (the `p`-th of `n` values at `p × (n + 1)`), cut to whole numbers.
fn statistics(mut values: Vec<i64>) -> Value {
    values.sort_unstable();
    let sum = values.iter().copied().fold(0_i64, i64::saturating_add);
    let count = i64::try_from(values.len()).unwrap_or(i64::MAX);
    json!({
        "min": values.first().copied().unwrap_or(0),
        "max": values.last().copied().unwrap_or(0),
        "sum": sum,
        "avg": sum.checked_div(count).unwrap_or(0),
        "median": percentile(&values, 0.5),
        "p25": percentile(&values, 0.25),
        "p75": percentile(&values, 0.75),
        "p95": percentile(&values, 0.95),
    })
}

fn percentile(sorted: &[i64], p: f64) -> i64 {
    let position = p * (sorted.len() as f64 + 1.0);
    let (whole, part) = (position as usize, position.fract());
    let below = sorted.get(whole.saturating_sub(1)).or(sorted.last()).copied().unwrap_or(0);
    let above = sorted.get(whole).or(sorted.last()).copied().unwrap_or(0);
    if whole == 0 { below } else { (below as f64 + part * (above as f64 - below as f64)) as i64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two of them were recorded from another engine, which clients compare with.
    #[test]
    fn percentiles_are_where_clients_expect_them() {
        let table = [
            (vec![3843, 0, 3842, 0], json!([0, 0, 1921, 1921, 3842, 3843, 3843, 7685])),
            (vec![108_012, 52, 107_809, 52], json!([52, 52, 53_930, 53_981, 107_961, 108_012, 108_012, 215_925])),
            (vec![7], json!([7, 7, 7, 7, 7, 7, 7, 7])),
            (vec![], json!([0, 0, 0, 0, 0, 0, 0, 0])),
        ];
        for (values, expected) in table {
            let found = statistics(values.clone());
            let names = ["min", "p25", "median", "avg", "p75", "p95", "max", "sum"];
            assert_eq!(names.iter().map(|name| found[*name].clone()).collect::<Value>(), expected, "{values:?}");
        }
    }
}

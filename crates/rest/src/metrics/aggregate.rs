//! The same metric of several tasks, jobs or TaskManagers in one number.

use super::metric::Metric;
use crate::api_error::ApiError;
use crate::request::Query;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// How numbers become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aggregation {
    Min,
    Max,
    Avg,
    Sum,
    /// How uneven they are, from 0 to 100: the mean distance from their mean, in percent of it.
    Skew,
}

impl Aggregation {
    const ALL: [(&str, Aggregation); 5] = [
        ("min", Aggregation::Min),
        ("max", Aggregation::Max),
        ("avg", Aggregation::Avg),
        ("sum", Aggregation::Sum),
        ("skew", Aggregation::Skew),
    ];

    fn of(self, numbers: &[f64]) -> f64 {
        let sum: f64 = numbers.iter().sum();
        let mean = sum / numbers.len().max(1) as f64;
        match self {
            Aggregation::Min => numbers.iter().copied().fold(f64::INFINITY, f64::min),
            Aggregation::Max => numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            Aggregation::Avg => mean,
            Aggregation::Sum => sum,
            Aggregation::Skew if sum == 0.0 => 0.0,
            Aggregation::Skew => {
                let distance: f64 = numbers.iter().map(|number| (number - mean).abs()).sum();
                (distance / sum.abs() * 100.0).min(100.0)
            }
        }
    }
}

/// Without `get` the names that any of `groups` has; with it, those metrics aggregated as `agg` says, or in every way.
pub(super) fn answer(groups: &[Vec<Metric>], query: &Query) -> Result<Value, ApiError> {
    let mut numbers: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for metric in groups.iter().flatten() {
        numbers.entry(metric.name).or_default().extend(metric.value.number());
    }
    let Some(wanted) = query.list("get") else {
        return Ok(numbers.keys().map(|name| json!({ "id": name })).collect());
    };
    let aggregations = aggregations(query)?;
    let found =
        wanted.into_iter().filter_map(|name| Some((name, numbers.get(name).filter(|found| !found.is_empty())?)));
    Ok(found.map(|(name, numbers)| aggregated(name, numbers, &aggregations)).collect())
}

fn aggregated(name: &str, numbers: &[f64], aggregations: &[(&str, Aggregation)]) -> Value {
    let values = aggregations.iter().map(|(how, aggregation)| ((*how).to_owned(), aggregation.of(numbers).into()));
    Value::Object([("id".to_owned(), name.into())].into_iter().chain(values).collect::<Map<_, _>>())
}

fn aggregations(query: &Query) -> Result<Vec<(&'static str, Aggregation)>, ApiError> {
    let Some(names) = query.list("agg") else { return Ok(Aggregation::ALL.to_vec()) };
    let known = |name: &str| Aggregation::ALL.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    names.into_iter().map(|name| known(name).ok_or_else(|| ApiError::parameter("query", "agg", name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The skews were recorded from another engine, which clients compare with.
    #[test]
    fn numbers_are_aggregated() {
        let table = [
            (vec![9e6, 24e6], [9e6, 24e6, 16.5e6, 33e6, 45.454_545_454_545_45]),
            (vec![9e6, 10e6], [9e6, 10e6, 9.5e6, 19e6, 5.263_157_894_736_842]),
            (vec![25e6, 25e6], [25e6, 25e6, 25e6, 50e6, 0.0]),
            (vec![5.0, 3.0, 0.0, 0.0, 0.0], [0.0, 5.0, 1.6, 8.0, 100.0]),
            (vec![0.0], [0.0; 5]),
        ];
        for (numbers, expected) in table {
            for ((name, aggregation), expected) in Aggregation::ALL.into_iter().zip(expected) {
                let found = aggregation.of(&numbers);
                assert!((found - expected).abs() < 1e-9, "{name} of {numbers:?}: {found}, expected {expected}");
            }
        }
    }

    #[test]
    fn what_is_asked_for_is_answered() {
        let groups =
            [vec![Metric::count("a", 1), Metric::flag("f", true)], vec![Metric::count("a", 2), Metric::count("b", 5)]];
        let ask = |query| answer(&groups, &Query::parse(query)).expect("a good query");
        assert_eq!(ask(""), json!([{ "id": "a" }, { "id": "b" }, { "id": "f" }]));
        assert_eq!(ask("get=b,a,nope,f&agg=sum"), json!([{ "id": "b", "sum": 5.0 }, { "id": "a", "sum": 3.0 }]));
        assert_eq!(ask("get=b"), json!([{ "id": "b", "min": 5.0, "max": 5.0, "avg": 5.0, "sum": 5.0, "skew": 0.0 }]));
        assert!(answer(&groups, &Query::parse("get=a&agg=median")).is_err());
    }
}

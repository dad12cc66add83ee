//! Failures and what an established engine decided about them.

use super::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    strategy: String,
    attempts: Option<u32>,
    delay_ms: Option<u64>,
    max_failures_per_interval: Option<u32>,
    interval_ms: Option<u64>,
    initial_ms: Option<u64>,
    max_ms: Option<u64>,
    multiplier: Option<f64>,
    reset_threshold_ms: Option<u64>,
    jitter: Option<f64>,
    attempts_before_reset: Option<u32>,
    failures: Vec<FailureRow>,
}

#[derive(Deserialize)]
struct FailureRow {
    after_ms: u64,
    new_attempt: bool,
    can_restart: bool,
    backoff_ms: i64,
}

fn ms(value: Option<u64>) -> Duration {
    Duration::from_millis(value.expect("the row holds the setting"))
}

impl Row {
    fn strategy(&self) -> RestartStrategy {
        match self.strategy.as_str() {
            "none" => RestartStrategy::None,
            "fixed-delay" => {
                RestartStrategy::FixedDelay(FixedDelay { attempts: self.attempts.unwrap(), delay: ms(self.delay_ms) })
            }
            "failure-rate" => RestartStrategy::FailureRate(FailureRate {
                max_failures_per_interval: self.max_failures_per_interval.unwrap(),
                interval: ms(self.interval_ms),
                delay: ms(self.delay_ms),
            }),
            "exponential-delay" => RestartStrategy::ExponentialDelay(ExponentialDelay {
                initial: ms(self.initial_ms),
                max: ms(self.max_ms),
                multiplier: self.multiplier.unwrap(),
                reset_threshold: ms(self.reset_threshold_ms),
                jitter: self.jitter.unwrap(),
                attempts_before_reset: self.attempts_before_reset,
            }),
            other => panic!("unknown strategy {other} in the golden file"),
        }
    }
}

fn assert_rows(json: &str) {
    let rows: Vec<Row> = serde_json::from_str(json).expect("the golden file is readable");
    assert!(!rows.is_empty());
    for (number, row) in rows.iter().enumerate() {
        let strategy = row.strategy();
        let mut backoff = RestartBackoff::new(strategy.clone());
        let mut at_ms = 0;
        for (nth, failure) in row.failures.iter().enumerate() {
            at_ms += failure.after_ms;
            let decision = backoff.on_failure(Mono::from_millis(at_ms), 0);
            let expected = Decision {
                new_attempt: failure.new_attempt,
                restart_after: failure.can_restart.then(|| Duration::from_millis(failure.backoff_ms as u64)),
            };
            assert_eq!(decision, expected, "row {number}, failure {nth} of {strategy}");
        }
    }
}

#[test]
fn golden_restart_strategies() {
    assert_rows(include_str!("../../testdata/restart-strategies.json"));
    if let Some(directory) = std::env::var_os("WEFT_GOLDEN") {
        let path = std::path::Path::new(&directory).join("restart-strategies.json");
        assert_rows(&std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())));
    }
}

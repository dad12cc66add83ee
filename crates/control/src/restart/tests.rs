use super::*;
use weft_common::Configuration;

fn strategy(pairs: &[&str]) -> RestartStrategy {
    let mut configuration = Configuration::new();
    configuration.apply_dynamic(pairs).expect("assignments");
    RestartStrategy::from_configuration(&configuration).expect("a valid strategy")
}

#[test]
fn every_spelling_is_understood() {
    for none in ["none", "off", "disable"] {
        assert_eq!(strategy(&[&format!("restart-strategy.type={none}")]), RestartStrategy::None);
    }
    for key in ["restart-strategy.type", "restart-strategy"] {
        for (spellings, expected) in [
            (["fixed-delay", "fixeddelay"], "FixedDelay"),
            (["failure-rate", "failurerate"], "FailureRate"),
            (["exponential-delay", "exponentialdelay"], "ExponentialDelay"),
        ] {
            for spelling in spellings {
                let name = strategy(&[&format!("{key}={spelling}")]).to_string();
                assert!(name.starts_with(expected), "{key}={spelling} gave {name}");
            }
        }
    }
}

#[test]
fn defaults_are_those_of_the_documentation() {
    assert_eq!(strategy(&[]), RestartStrategy::None);
    let second = Duration::from_secs(1);
    assert_eq!(
        strategy(&["restart-strategy.type=fixed-delay"]),
        RestartStrategy::FixedDelay(FixedDelay { attempts: 1, delay: second })
    );
    assert_eq!(
        strategy(&["restart-strategy.type=failure-rate"]),
        RestartStrategy::FailureRate(FailureRate {
            max_failures_per_interval: 1,
            interval: Duration::from_secs(60),
            delay: second
        })
    );
    assert_eq!(
        strategy(&["restart-strategy.type=exponential-delay"]),
        RestartStrategy::ExponentialDelay(ExponentialDelay {
            initial: second,
            max: Duration::from_secs(60),
            multiplier: 1.5,
            reset_threshold: Duration::from_secs(3600),
            jitter: 0.1,
            attempts_before_reset: None,
        })
    );
}

#[test]
fn the_command_line_beats_the_file() {
    let file = "restart-strategy:\n  type: failure-rate\n  fixed-delay:\n    attempts: 7\n    delay: 2 s\n";
    let mut configuration = Configuration::parse_yaml("config.yaml", file).expect("valid YAML");
    configuration.apply_dynamic(["restart-strategy=fixed-delay", "restart-strategy.fixed-delay.attempts=3"]).unwrap();
    let read = RestartStrategy::from_configuration(&configuration).unwrap();
    assert_eq!(read, RestartStrategy::FixedDelay(FixedDelay { attempts: 3, delay: Duration::from_secs(2) }));
    assert_eq!(
        read.to_string(),
        "FixedDelayRestartBackoffTimeStrategy(maxNumberRestartAttempts=3, backoffTimeMS=2000)"
    );
}

#[test]
fn none_never_restarts() {
    let mut backoff = RestartBackoff::new(RestartStrategy::None);
    assert_eq!(backoff.on_failure(Mono::default(), 0), Decision { new_attempt: true, restart_after: None });
}

fn exponential(jitter: f64) -> ExponentialDelay {
    ExponentialDelay {
        initial: Duration::from_millis(1000),
        max: Duration::from_millis(60_000),
        multiplier: 1.5,
        reset_threshold: Duration::from_secs(3600),
        jitter,
        attempts_before_reset: None,
    }
}

proptest::proptest! {
    #[test]
    fn jitter_stays_within_its_share_and_the_bounds(entropy: u64, failures in 1u32..30) {
        let mut exact = RestartBackoff::new(RestartStrategy::ExponentialDelay(exponential(0.0)));
        let mut spread = RestartBackoff::new(RestartStrategy::ExponentialDelay(exponential(0.1)));
        for failure in 1..=failures {
            let now = Mono::from_millis(u64::from(failure) * 100_000);
            let exact = exact.on_failure(now, entropy).restart_after.unwrap().as_millis() as f64;
            let spread = spread.on_failure(now, entropy).restart_after.unwrap().as_millis() as f64;
            proptest::prop_assert!((1000.0..=60_000.0).contains(&spread));
            proptest::prop_assert!((spread - exact).abs() <= exact * 0.1 + 1.0, "{} beside {}", spread, exact);
        }
    }
}

#[test]
fn jitter_spreads_both_ways() {
    let settings = ExponentialDelay { initial: Duration::from_millis(1), ..exponential(0.5) };
    let after = |entropy| {
        let mut backoff = RestartBackoff::new(RestartStrategy::ExponentialDelay(settings.clone()));
        let at = |nth: u64| Mono::from_millis(nth * 100_000);
        let delays = (1..=10).map(|nth| backoff.on_failure(at(nth), entropy).restart_after.unwrap());
        delays.last().unwrap().as_millis()
    };
    // The tenth delay is 1.5^9 ms = 38 ms.
    assert_eq!((after(0), after(1 << 63), after(u64::MAX)), (19, 38, 56));
}

//! What happens when a task fails.

use crate::configuration::choice::choice;
use crate::configuration::registry::section;
use std::time::Duration;

choice! {
    /// Whether and when a failed job is restarted.
    RestartStrategyType {
        /// Never.
        None = "none" | "off" | "disable",
        /// A number of times, each after the same delay.
        FixedDelay = "fixed-delay" | "fixeddelay",
        /// As long as failures are rare.
        FailureRate = "failure-rate" | "failurerate",
        /// After delays that grow.
        ExponentialDelay = "exponential-delay" | "exponentialdelay",
    }
}

choice! {
    /// How much of a job is restarted.
    FailoverStrategy {
        /// What is connected to the failed task by pipelined edges, and what depends on it.
        Region = "region",
        /// Everything.
        Full = "full",
    }
}

section! {
    "Failures and restarts",
    "What happens when a task fails.";

    /// `none` (also `off`, `disable`), `fixed-delay`, `failure-rate` or `exponential-delay`. If it is not set, a job with
    /// checkpoints restarts with `exponential-delay`, and one without does not restart.
    RESTART_STRATEGY: Option<RestartStrategyType> =
        "restart-strategy.type".deprecated(&["restart-strategy"]);

    /// How many restarts `fixed-delay` allows before the job fails for good.
    FIXED_DELAY_ATTEMPTS: u32 = "restart-strategy.fixed-delay.attempts".default("1");

    /// How long `fixed-delay` waits before a restart.
    FIXED_DELAY_DELAY: Duration = "restart-strategy.fixed-delay.delay".default("1 s");

    /// How many failures within the interval `failure-rate` allows before the job fails for good.
    FAILURE_RATE_MAX_FAILURES: u32 = "restart-strategy.failure-rate.max-failures-per-interval"
        .default("1")
        .must("at least 1", |n| *n >= 1);

    /// The interval over which `failure-rate` counts.
    FAILURE_RATE_INTERVAL: Duration =
        "restart-strategy.failure-rate.failure-rate-interval".default("1 min");

    /// How long `failure-rate` waits before a restart.
    FAILURE_RATE_DELAY: Duration = "restart-strategy.failure-rate.delay".default("1 s");

    /// How long `exponential-delay` waits before the first restart.
    EXPONENTIAL_DELAY_INITIAL_BACKOFF: Duration =
        "restart-strategy.exponential-delay.initial-backoff"
            .default("1 s")
            .must("more than 0", |d| !d.is_zero());

    /// The longest that `exponential-delay` waits before a restart.
    EXPONENTIAL_DELAY_MAX_BACKOFF: Duration =
        "restart-strategy.exponential-delay.max-backoff".default("1 min");

    /// By how much `exponential-delay` multiplies the wait from one failure to the next.
    EXPONENTIAL_DELAY_MULTIPLIER: f64 =
        "restart-strategy.exponential-delay.backoff-multiplier"
            .default("1.5")
            .must("at least 1", |f| *f >= 1.0);

    /// After how long without a failure `exponential-delay` begins with the initial wait again.
    EXPONENTIAL_DELAY_RESET_THRESHOLD: Duration =
        "restart-strategy.exponential-delay.reset-backoff-threshold"
            .default("1 h")
            .must("more than 0", |d| !d.is_zero());

    /// By which part of itself, up or down and at random, `exponential-delay` varies every wait.
    EXPONENTIAL_DELAY_JITTER: f64 = "restart-strategy.exponential-delay.jitter-factor"
        .default("0.1")
        .must("from 0 to 1", |f| (0.0..=1.0).contains(f));

    /// How many restarts `exponential-delay` allows, without a healthy time as long as the threshold between them, before the
    /// job fails for good.
    EXPONENTIAL_DELAY_ATTEMPTS: u32 =
        "restart-strategy.exponential-delay.attempts-before-reset-backoff".default("2147483647");

    /// `region` restarts what the failed task is connected with, `full` the whole job.
    FAILOVER_STRATEGY: FailoverStrategy =
        "jobmanager.execution.failover-strategy".default("region");

    /// How many earlier attempts of every subtask are remembered.
    ATTEMPTS_HISTORY_SIZE: u32 = "jobmanager.execution.attempts-history-size"
        .default("16")
        .must("at least 1", |n| *n >= 1);

    /// How many failures of a job are remembered.
    EXCEPTION_HISTORY_SIZE: u32 = "web.exception-history-size".default("16");
}

//! Configuration files and options that are wrong.

use crate::run::{file, outcome, word_count};

/// Runs word count with these arguments over a text that is fine.
fn run(arguments: &[&str]) -> crate::run::Outcome {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let input = file(dir.path(), "in.txt", "to be\n");
    outcome(word_count(&input).args(arguments))
}

#[test]
fn an_unknown_option_is_named_with_the_usage() {
    let outcome = run(&["--parallelsim", "2"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("unexpected argument '--parallelsim'"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("Usage: word_count"), "{}", outcome.stderr);
}

#[test]
fn malformed_yaml_is_named_with_line_and_column() {
    let dir = tempfile::tempdir().unwrap();
    file(dir.path(), "config.yaml", "parallelism:\n  default: 2\n bad: [\n");
    let config = dir.path().to_str().unwrap();
    run(&["--conf-dir", config]).failed_with(&["config.yaml: line 3, column 2"]);
}

#[test]
fn files_count_and_the_command_line_counts_more() {
    let dir = tempfile::tempdir().unwrap();
    file(dir.path(), "config.yaml", "parallelism.default: 2\n");
    let config = dir.path().to_str().unwrap();
    assert!(run(&["--conf-dir", config]).succeeded().stdout.contains("> (to,1)"));
    assert_eq!(run(&["--conf-dir", config, "-p", "1"]).succeeded().stdout, "(to,1)\n(be,1)\n");
    assert_eq!(run(&["--conf-dir", config, "-Dparallelism.default=1"]).succeeded().stdout, "(to,1)\n(be,1)\n");
}

#[test]
fn wrong_values_are_named_with_what_is_allowed() {
    let wrong: [(&[&str], &[&str]); 6] = [
        (&["-D", "parallelism.default=zero"], &["\"zero\" of parallelism.default (from -D)", "whole number"]),
        (&["-D", "parallelism.default=0"], &["parallelism.default", "at least 1"]),
        (&["-D", "nonsense"], &["\"nonsense\"", "write -D key=value"]),
        (&["-D", "restart-strategy.type=foo"], &["restart-strategy.type", "`fixed-delay`"]),
        (&["-D", "slot.request.timeout=soon"], &["\"soon\" of slot.request.timeout"]),
        (&["--conf-dir", "there-is-none"], &["there-is-none has neither config.yaml nor flink-conf.yaml"]),
    ];
    for (arguments, parts) in wrong {
        run(arguments).failed_with(parts);
    }
}

#[test]
fn an_unknown_key_warns_and_suggests_the_nearest() {
    let outcome = run(&["-D", "paralelism.default=2"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "(to,1)\n(be,1)\n"));
    assert!(outcome.stderr.contains("did you mean parallelism.default?"), "{}", outcome.stderr);
}

#[test]
fn parallelism_above_the_max_names_operator_and_place() {
    run(&["-p", "5", "-D", "pipeline.max-parallelism=4"]).failed_with(&[
        "parallelism 5 of operator",
        "word_count.rs:",
        "above its max parallelism 4",
    ]);
}

#[test]
fn slots_that_never_come_are_counted() {
    run(&["-p", "2", "-D", "taskmanager.numberOfTaskSlots=1", "-D", "slot.request.timeout=200ms"]).failed_with(&[
        "slot.request.timeout",
        "needed 2",
        "held 1",
        "0 free and 0 pending",
        "raise taskmanager.numberOfTaskSlots or lower the parallelism",
    ]);
}

#[test]
fn a_pool_too_small_is_refused_with_the_numbers_and_the_keys() {
    run(&["-p", "64", "-D", "taskmanager.memory.network.min=4kb"])
        .failed_with(&["taskmanager.memory.network.min", "4096"]);
}
